/*
 * A pool is what is chosen from: the examples of one benchmark or of all, in flat arrays. Entry i of each is about the
 * same example.
 */

const ASKED = 1, FAILED = 2, TRUNCATED = 4, NOTHING = 8;
const TEXTS_AT_ONCE = 16;

/* Views by name: what an example must be, and what the view is called, of models a and b. */
const VIEWS = {
  all: { name: () => "all examples", accepts: () => true },
  right: { name: (a, b) => `${b} right`, accepts: (e) => e.asked && e.second === e.whole },
  wrong: { name: (a, b) => `${b} wrong`, accepts: (e) => e.asked && e.second === 0 },
  flips: { name: (a, b) => `${a} and ${b} differ`, pair: true, accepts: (e) => e.both && e.first !== e.second },
  won: { name: (a, b) => `${b} above ${a}`, pair: true, accepts: (e) => e.both && e.second > e.first },
  lost: { name: (a, b) => `${b} below ${a}`, pair: true, accepts: (e) => e.both && e.second < e.first },
  failed: { name: (a, b) => `${b} failed`, accepts: (e) => e.flags & FAILED },
  truncated: { name: (a, b) => `${b} truncated`, accepts: (e) => e.flags & TRUNCATED },
  nothing: { name: (a, b) => `no answer found in ${b}`, accepts: (e) => e.flags & NOTHING },
};

function pooled(name, label, benchmarks, models) {
  const tasks = benchmarks.flatMap((benchmark) => benchmark.tasks.map((task) => ({ benchmark, ...task })));
  const size = tasks.reduce((sum, task) => sum + task.ids.length, 0);
  const pool = {
    name, label, tasks,
    ids: [],
    task: new Uint16Array(size),
    place: new Uint32Array(size),
    scores: models.map(() => new Uint8Array(size)),
    flags: models.map(() => new Uint8Array(size)),
    texts: null,
  };
  tasks.forEach((task, number) => {
    const start = pool.ids.length;
    task.scores.forEach((column, model) => pool.scores[model].set(bytes(column), start));
    task.flags.forEach((column, model) => pool.flags[model].set(bytes(column), start));
    task.ids.forEach((id, place) => {
      pool.task[start + place] = number;
      pool.place[start + place] = place;
      pool.ids.push(id);
    });
  });
  return pool;
}

const benchmarkOf = (pool, i) => pool.tasks[pool.task[i]].benchmark.name;

/* Index of an example, or -1; ids of two benchmarks may be equal. */
function placeOf(pool, id, benchmark) {
  let i = pool.ids.indexOf(id);
  while (i >= 0 && benchmark && benchmarkOf(pool, i) !== benchmark) {
    i = pool.ids.indexOf(id, i + 1);
  }
  return i;
}

async function example(data, pool, i) {
  const task = pool.tasks[pool.task[i]];
  const place = pool.place[i];
  const file = await chunk(data.folder, `${task.file}-${Math.floor(place / data.chunk)}`);
  return { prefix: file.prefix, ...file.examples[place % data.chunk] };
}

/* What a search looks through: question, accepted answers, options, answers. */
async function texts(data, pool, progress) {
  const names = pool.tasks.flatMap((task) =>
    Array.from({ length: Math.ceil(task.ids.length / data.chunk) }, (_, number) => `${task.file}-${number}`));
  const all = [];
  for (let done = 0; done < names.length; done += TEXTS_AT_ONCE) {
    progress(done, names.length);
    const files = await Promise.all(names.slice(done, done + TEXTS_AT_ONCE)
      .map(async (name) => unpacked(await fetched(data.folder, name))));
    for (const each of files.flatMap((file) => file.examples)) {
      const answers = Object.values(each.answers).map((answer) => answer.raw);
      all.push([each.context, ...each.gold, ...each.continuations, ...answers].join("\n").toLowerCase());
    }
  }
  return all;
}

/* Indices of the examples that a view, a sub-task (-1: any) and a search let through. */
function chosen({ data, pool, view, a, b, task, search }) {
  const needle = search.toLowerCase();
  const { accepts } = VIEWS[view];
  const found = [];
  for (let i = 0; i < pool.ids.length; i++) {
    const flags = pool.flags[b][i];
    const asked = (flags & ASKED) !== 0;
    const facts = {
      flags, asked, both: asked && (pool.flags[a][i] & ASKED) !== 0,
      first: pool.scores[a][i], second: pool.scores[b][i], whole: data.whole,
    };
    if ((task < 0 || pool.task[i] === task) && accepts(facts)
        && (!needle || pool.ids[i].toLowerCase().includes(needle) || pool.texts?.[i].includes(needle))) {
      found.push(i);
    }
  }
  return found;
}

"use strict";
/*
 * The sample browser of a report. Data come as gzip in base64: the index in the page, chunks in the page or in scripts
 * beside it that are loaded when they are looked at. Texts of models and benchmarks become text nodes, never markup.
 */
(() => {
  const root = document.getElementById("samples");
  const index = document.getElementById("sample-index");
  if (!root || !index) {
    return;
  }
  const ASKED = 1, FAILED = 2, TRUNCATED = 4, NOTHING = 8;
  const PAGE = 50, KEPT_CHUNKS = 400, MOST_WORDS = 1500;
  const VIEWS = {
    all: "all",
    right: "second model right",
    wrong: "second model wrong",
    flips: "the two differ",
    won: "second scores higher",
    lost: "second scores lower",
    failed: "second failed",
    truncated: "second truncated",
    nothing: "no answer found in second",
  };

  /* ---- data ---- */

  const waiting = new Map();
  const chunks = new Map();

  window.mhcChunk = (name, data) => {
    waiting.get(name)?.(data);
    waiting.delete(name);
  };

  async function unpacked(text) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  function fetched(folder, name) {
    const here = document.querySelector(`script[data-chunk="${CSS.escape(name)}"]`);
    if (here) {
      return Promise.resolve(here.textContent);
    }
    return new Promise((resolve, reject) => {
      waiting.set(name, resolve);
      const script = document.createElement("script");
      script.src = `${folder}/${name}.js`;
      script.onload = () => script.remove();
      script.onerror = () => reject(new Error(`${script.src} cannot be read: keep the folder ${folder} beside this page`));
      document.head.append(script);
    });
  }

  function chunk(folder, name) {
    let found = chunks.get(name);
    chunks.delete(name);
    found ??= fetched(folder, name).then(unpacked);
    chunks.set(name, found); // the latest last
    if (chunks.size > KEPT_CHUNKS) {
      chunks.delete(chunks.keys().next().value);
    }
    return found;
  }

  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

  /* All examples of a benchmark in flat arrays. */
  function flattened(benchmark, models, whole) {
    const size = benchmark.tasks.reduce((sum, task) => sum + task.ids.length, 0);
    const flat = {
      ids: [],
      task: new Uint16Array(size),
      place: new Uint32Array(size),
      scores: models.map(() => new Uint8Array(size)),
      flags: models.map(() => new Uint8Array(size)),
      whole,
      texts: null,
    };
    benchmark.tasks.forEach((task, number) => {
      const start = flat.ids.length;
      task.scores.forEach((column, model) => flat.scores[model].set(bytes(column), start));
      task.flags.forEach((column, model) => flat.flags[model].set(bytes(column), start));
      task.ids.forEach((id, place) => {
        flat.task[start + place] = number;
        flat.place[start + place] = place;
        flat.ids.push(id);
      });
    });
    return flat;
  }

  async function example(state, i) {
    const task = state.benchmark.tasks[state.flat.task[i]];
    const place = state.flat.place[i];
    const file = await chunk(state.data.folder, `${task.file}-${Math.floor(place / state.data.chunk)}`);
    return { prefix: file.prefix, ...file.examples[place % state.data.chunk] };
  }

  /* What a search looks through: question, accepted answers, answers. */
  async function texts(state) {
    const all = [];
    for (const task of state.benchmark.tasks) {
      for (let first = 0; first < task.ids.length; first += state.data.chunk) {
        const file = await unpacked(await fetched(state.data.folder, `${task.file}-${first / state.data.chunk}`));
        for (const each of file.examples) {
          const answers = Object.values(each.answers).map((answer) => answer.raw);
          all.push([each.context, ...each.gold, ...each.continuations, ...answers].join("\n").toLowerCase());
        }
      }
    }
    return all;
  }

  /* ---- filter ---- */

  function accepts(view, flat, a, b, i) {
    const asked = flat.flags[b][i] & ASKED;
    const both = asked && flat.flags[a][i] & ASKED;
    const one = flat.scores[a][i], other = flat.scores[b][i];
    switch (view) {
      case "right": return asked && other === flat.whole;
      case "wrong": return asked && other === 0;
      case "flips": return both && one !== other;
      case "won": return both && other > one;
      case "lost": return both && other < one;
      case "failed": return (flat.flags[b][i] & FAILED) !== 0;
      case "truncated": return (flat.flags[b][i] & TRUNCATED) !== 0;
      case "nothing": return (flat.flags[b][i] & NOTHING) !== 0;
      default: return true;
    }
  }

  function chosen(state) {
    const { flat, view, a, b, task } = state;
    const needle = state.search.toLowerCase();
    const found = [];
    for (let i = 0; i < flat.ids.length; i++) {
      if ((task < 0 || flat.task[i] === task) && accepts(view, flat, a, b, i)
          && (!needle || flat.ids[i].toLowerCase().includes(needle) || flat.texts?.[i].includes(needle))) {
        found.push(i);
      }
    }
    return found;
  }

  /* ---- elements ---- */

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes ?? {})) {
      if (value !== null && value !== undefined && value !== false) {
        made.setAttribute(key, value);
      }
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  function field(label, control) {
    return element("label", { class: "field" }, element("span", null, label), control);
  }

  function select(id, options, value) {
    const control = element("select", { id });
    options.forEach(([key, label]) => control.append(element("option", { value: key, selected: key === value }, label)));
    return control;
  }

  function mark(state, model, i) {
    const flags = state.flat.flags[model][i], score = state.flat.scores[model][i];
    const [sign, word, kind] = !(flags & ASKED) ? ["–", "not asked", "none"]
      : flags & FAILED ? ["!", "failed", "bad"]
      : score === state.data.whole ? ["✓", "right", "good"]
      : score === 0 ? ["✗", "wrong", "bad"]
      : ["◐", `${Math.round((100 * score) / state.data.whole)}%`, "part"];
    return { sign, word, kind };
  }

  /* Words of two texts, told apart by whether the other has them in the same order. */
  function differing(one, other) {
    const a = one.match(/\s+|\w+|[^\s\w]/gu) ?? [], b = other.match(/\s+|\w+|[^\s\w]/gu) ?? [];
    if (a.length > MOST_WORDS || b.length > MOST_WORDS) {
      return null;
    }
    const width = b.length + 1;
    const longest = new Uint16Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        longest[i * width + j] = a[i] === b[j]
          ? longest[(i + 1) * width + j + 1] + 1
          : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
      }
    }
    const onlyA = a.map(() => true), onlyB = b.map(() => true);
    for (let i = 0, j = 0; i < a.length && j < b.length;) {
      if (a[i] === b[j]) {
        onlyA[i++] = onlyB[j++] = false;
      } else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) {
        i++;
      } else {
        j++;
      }
    }
    return [a.map((word, i) => [word, onlyA[i]]), b.map((word, i) => [word, onlyB[i]])];
  }

  function text(raw, words) {
    const box = element("pre", { class: "text", tabindex: "0" });
    if (!words) {
      box.append(raw || "(empty)");
      return box;
    }
    let run = "", inside = false;
    const close = () => {
      if (run) {
        box.append(inside ? element("mark", null, run) : run);
      }
      run = "";
    };
    for (const [word, only] of words) {
      if (only !== inside) {
        close();
        inside = only;
      }
      run += word;
    }
    close();
    return box;
  }

  /* ---- one example ---- */

  function options(state, shown) {
    const table = element("table", { class: "options" });
    const asked = Object.keys(shown.answers).map(Number);
    table.append(element("thead", null, element("tr", null, element("th", { scope: "col" }, "Option"),
      ...asked.map((m) => element("th", { scope: "col", class: "r" }, `${state.data.models[m]}: log-likelihood (tokens)`)))));
    const body = element("tbody");
    const sums = asked.map((m) => shown.answers[m].loglikelihoods);
    shown.continuations.forEach((option, o) => {
      const gold = shown.gold.some((accepted) => accepted.trim() === option.trim());
      body.append(element("tr", null,
        element("th", { scope: "row" }, option, gold ? element("span", { class: "badge good" }, "gold") : null),
        ...asked.map((m, column) => {
          const value = sums[column][o];
          if (value === undefined) {
            return element("td", { class: "r" }, "–");
          }
          const picked = Object.values(shown.answers[m].extracted).some((e) => e.trim() === option.trim());
          return element("td", { class: "r" }, `${value.toFixed(3)} (${shown.answers[m].tokens[o]})`,
            picked ? element("span", { class: "badge" }, "chosen") : null);
        })));
    });
    table.append(body);
    return element("div", { class: "scroll" }, table);
  }

  function facts(pairs) {
    const list = element("dl", { class: "facts" });
    pairs.filter(([, value]) => value !== "" && value !== undefined).forEach(([name, value]) =>
      list.append(element("div", null, element("dt", null, name), element("dd", null, String(value)))));
    return list;
  }

  function answer(state, shown, model, i, words) {
    const given = shown.answers[model];
    const { word, kind, sign } = mark(state, model, i);
    const box = element("article", { class: "answer" },
      element("h4", null, state.data.models[model], " ", element("span", { class: `badge ${kind}` }, `${sign} ${word}`)));
    if (!given) {
      return box;
    }
    if (given.reason) {
      box.append(element("p", { class: "reason" }, given.reason));
    }
    if (given.context !== undefined) {
      box.append(element("p", { class: "reason" }, "This model was asked another prompt:"), text(given.context));
    }
    if (shown.continuations.length === 0) {
      box.append(text(given.raw, words));
    }
    const extracted = Object.entries(given.extracted).map(([filter, value]) =>
      [filter === "none" ? "extracted" : `extracted, ${filter}`, value || "(nothing)"]);
    const metrics = Object.entries(given.metrics).map(([name, value]) => [name, value]);
    box.append(facts([...extracted, ...metrics, ["stopped by", given.stop.replaceAll("_", " ")],
      ["prompt tokens", given.prompt], ["new tokens", given.new],
      ["prompt", state.flat.flags[model][i] & TRUNCATED ? "truncated on its left" : ""]]));
    return box;
  }

  async function show(state, i, focus) {
    const pane = state.pane;
    const id = state.flat.ids[i];
    let shown;
    try {
      shown = await example(state, i);
    } catch (failure) {
      pane.replaceChildren(element("p", { class: "reason", role: "alert" }, failure.message));
      return;
    }
    const { a, b } = state;
    const first = shown.answers[a], second = shown.answers[b];
    const words = a !== b && first && second && shown.continuations.length === 0 && first.raw !== second.raw
      ? differing(first.raw, second.raw) : null;
    const order = [...new Set([a, b, ...state.data.models.keys()])];
    pane.replaceChildren(
      element("h3", { tabindex: "-1", id: "sample-title" }, id),
      shown.prefix ? element("details", null, element("summary", null,
        `Description and exemplars (${shown.prefix.length.toLocaleString("en")} characters)`), text(shown.prefix)) : "",
      element("h4", null, "Prompt"), text(shown.context),
      element("h4", null, "Accepted answers"),
      element("ul", { class: "gold" }, ...shown.gold.map((accepted) => element("li", null, accepted))),
      shown.continuations.length ? options(state, shown) : "",
      element("div", { class: "answers" }, ...order.map((model) =>
        answer(state, shown, model, i, model === a ? words?.[0] : model === b ? words?.[1] : null))));
    state.list.querySelectorAll("a").forEach((link) =>
      link.dataset.at === String(i) ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));
    if (focus) {
      pane.querySelector("h3").focus();
    }
  }

  /* ---- the list ---- */

  function link(state, i) {
    const parts = new URLSearchParams({
      b: state.benchmark.name, id: state.flat.ids[i], x: state.data.models[state.a], y: state.data.models[state.b],
      view: state.view,
    });
    return `#${parts}`;
  }

  function render(state) {
    const start = performance.now();
    state.found = chosen(state);
    const pages = Math.max(1, Math.ceil(state.found.length / PAGE));
    state.page = Math.min(Math.max(0, state.page), pages - 1);
    const models = [...new Set([state.a, state.b])];
    state.list.replaceChildren(...state.found.slice(state.page * PAGE, (state.page + 1) * PAGE).map((i) => {
      const marks = models.map((m) => mark(state, m, i));
      return element("li", null, element("a", { href: link(state, i), "data-at": i },
        element("span", { class: "marks" }, ...marks.map(({ sign, kind, word }, place) =>
          element("span", { class: `mark ${kind}`, title: `${state.data.models[models[place]]}: ${word}`,
            role: "img", "aria-label": `${state.data.models[models[place]]} ${word}` }, sign))),
        element("span", { class: "id" }, state.flat.ids[i])));
    }));
    state.count.textContent = `${state.found.length.toLocaleString("en")} of ${state.flat.ids.length.toLocaleString("en")}`
      + ` examples, page ${state.page + 1} of ${pages}`;
    state.previous.disabled = state.page === 0;
    state.next.disabled = state.page === pages - 1;
    root.dataset.filterMillis = (performance.now() - start).toFixed(1);
  }

  function open(state, name) {
    const benchmark = state.data.benchmarks.find((each) => each.name === name);
    if (!benchmark || benchmark === state.benchmark) {
      return;
    }
    state.benchmark = benchmark;
    benchmark.flat ??= flattened(benchmark, state.data.models, state.data.whole);
    state.flat = benchmark.flat;
    state.task = -1;
    state.page = 0;
    const tasks = benchmark.tasks.map((task, number) => [String(number), task.name || "(no sub-tasks)"]);
    state.tasks.replaceChildren(...select("", [["-1", "all"], ...tasks], "-1").children);
    state.benchmarks.value = name;
  }

  async function follow(state, focus) {
    const wanted = new URLSearchParams(location.hash.slice(1));
    if (!wanted.has("b")) {
      return;
    }
    open(state, wanted.get("b"));
    for (const [key, control, field] of [["x", state.first, "a"], ["y", state.second, "b"]]) {
      const model = state.data.models.indexOf(wanted.get(key));
      if (model >= 0) {
        state[field] = model;
        control.value = String(model);
      }
    }
    if (wanted.get("view") in VIEWS) {
      state.view = wanted.get("view");
      state.views.value = state.view;
    }
    const i = state.flat.ids.indexOf(wanted.get("id"));
    state.found = chosen(state);
    const place = state.found.indexOf(i);
    if (place >= 0) {
      state.page = Math.floor(place / PAGE);
    }
    render(state);
    if (i >= 0) {
      await show(state, i, focus);
    }
    root.scrollIntoView({ block: "start" });
  }

  async function start() {
    const data = await unpacked(index.textContent);
    const models = data.models.map((name, i) => [String(i), name]);
    const last = data.models.length - 1;
    const state = { data, a: 0, b: Math.min(1, last), view: "all", search: "", page: 0, task: -1, found: [] };
    state.benchmarks = select("sample-benchmark", data.benchmarks.map((each) => [each.name, each.label]), "");
    state.first = select("sample-first", models, "0");
    state.second = select("sample-second", models, String(state.b));
    state.views = select("sample-view", Object.entries(VIEWS), "all");
    state.tasks = select("sample-task", [], "");
    state.box = element("input", { id: "sample-search", type: "search", placeholder: "id, or text after Enter" });
    state.count = element("p", { role: "status", class: "count" });
    state.list = element("ol", { class: "list" });
    state.pane = element("div", { class: "pane" }, element("p", null, "Choose an example."));
    state.previous = element("button", { type: "button" }, "Previous");
    state.next = element("button", { type: "button" }, "Next");
    root.append(
      element("form", { class: "controls", "aria-label": "Which examples" },
        field("Benchmark", state.benchmarks), field("First model", state.first), field("Second model", state.second),
        field("Show", state.views), field("Sub-task", state.tasks), field("Search", state.box)),
      element("div", { class: "browser" },
        element("nav", { "aria-label": "Examples" }, state.count, state.list,
          element("p", { class: "pages" }, state.previous, " ", state.next)),
        state.pane));

    open(state, data.benchmarks[0].name);
    const again = () => {
      state.page = 0;
      render(state);
    };
    state.benchmarks.addEventListener("change", () => {
      open(state, state.benchmarks.value);
      again();
    });
    state.first.addEventListener("change", () => { state.a = Number(state.first.value); again(); });
    state.second.addEventListener("change", () => { state.b = Number(state.second.value); again(); });
    state.views.addEventListener("change", () => { state.view = state.views.value; again(); });
    state.tasks.addEventListener("change", () => { state.task = Number(state.tasks.value); again(); });
    state.box.addEventListener("input", () => { state.search = state.box.value; again(); });
    root.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      state.count.textContent = "Reading all texts of this benchmark …";
      const flat = state.flat;
      try {
        flat.texts ??= await texts(state);
        again();
      } catch (failure) {
        state.count.textContent = failure.message;
      }
    });
    state.previous.addEventListener("click", () => { state.page--; render(state); });
    state.next.addEventListener("click", () => { state.page++; render(state); });
    state.list.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
      const links = [...state.list.querySelectorAll("a")];
      const target = links[links.indexOf(document.activeElement) + (step ?? 0)];
      if (step && target) {
        event.preventDefault();
        target.focus();
      }
    });
    window.addEventListener("hashchange", () => follow(state, true));
    render(state);
    await follow(state, false);
    root.dataset.ready = "true";
  }

  start().catch((failure) => root.append(element("p", { class: "reason", role: "alert" }, failure.message)));
})();

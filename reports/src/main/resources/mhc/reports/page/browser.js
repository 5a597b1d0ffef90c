/*
 * The sample browser: what is chosen stands in a state that the address names, so that a link opens the same again:
 * #sample=ID, and optionally of=BENCHMARK (where two have the id), b=BENCHMARK, x=MODEL, y=MODEL, view=VIEW.
 */

const PAGE = 50, ALL = "all", NARROW = 736;

function link(state, i) {
  return `#${new URLSearchParams({
    b: state.pool.name, of: benchmarkOf(state.pool, i), sample: state.pool.ids[i],
    x: state.data.models[state.a], y: state.data.models[state.b], view: state.view,
  })}`;
}

function listed(state, i) {
  const names = state.data.models;
  const marks = [...new Set([state.a, state.b])].map((model) => {
    const { sign, kind, word } = mark(state, model, i);
    const said = `${names[model]}: ${word}`;
    return element("span", { class: `mark ${kind}`, title: said, role: "img", "aria-label": said }, sign);
  });
  return element("li", null, element("a", { href: link(state, i), "data-at": i, "aria-current": i === state.shown },
    element("span", { class: "marks" }, ...marks), element("span", { class: "id" }, state.pool.ids[i])));
}

function render(state) {
  state.found = chosen(state);
  const pages = Math.max(1, Math.ceil(state.found.length / PAGE));
  state.page = Math.min(Math.max(0, state.page), pages - 1);
  state.list.replaceChildren(
    ...state.found.slice(state.page * PAGE, (state.page + 1) * PAGE).map((i) => listed(state, i)));
  state.count.textContent = `${state.found.length.toLocaleString("en")} of ${state.pool.ids.length.toLocaleString("en")}`
    + ` examples, page ${state.page + 1} of ${pages}`;
  state.previous.disabled = state.page === 0;
  state.next.disabled = state.page === pages - 1;
}

/* Names of the models stand in the names of the views. */
function nameViews(state) {
  const [a, b] = [state.data.models[state.a], state.data.models[state.b]];
  const views = Object.entries(VIEWS).filter(([, view]) => !view.pair || state.data.models.length > 1);
  fill(state.views, views.map(([key, view]) => [key, view.name(a, b)]), state.view);
}

function open(state, name) {
  const benchmark = state.data.benchmarks.find((each) => each.name === name);
  if (state.pool?.name === name || (!benchmark && name !== ALL)) {
    return;
  }
  const { benchmarks, models } = state.data;
  const made = () => benchmark
    ? pooled(name, benchmark.label, [benchmark], models) : pooled(ALL, "all benchmarks", benchmarks, models);
  state.pools.set(name, state.pools.get(name) ?? made());
  state.pool = state.pools.get(name);
  state.task = -1;
  state.page = 0;
  state.shown = -1;
  const tasks = state.pool.tasks.map(({ benchmark: of, name: task }, number) =>
    [String(number), benchmark ? task || "(no sub-tasks)" : task ? `${of.label}: ${task}` : of.label]);
  fill(state.tasks, [["-1", "all"], ...tasks], "-1");
  state.benchmarks.value = name;
}

async function show(state, i) {
  state.shown = i;
  let parts;
  try {
    parts = sample(state, await example(state.data, state.pool, i), i);
  } catch (failure) {
    parts = [element("p", { class: "reason", role: "alert" }, failure.message)];
  }
  if (state.shown === i) { // no other was chosen meanwhile
    state.pane.replaceChildren(...parts);
  }
}

/* Does what the address says; without a sample or a benchmark in it, nothing. */
async function follow(state, clicked) {
  const wanted = new URLSearchParams(location.hash.slice(1));
  if (!wanted.has("b") && !wanted.has("sample")) {
    return;
  }
  open(state, wanted.get("b") ?? ALL);
  for (const [key, control, field] of [["x", state.first, "a"], ["y", state.second, "b"]]) {
    const model = state.data.models.indexOf(wanted.get(key));
    if (model >= 0) {
      state[field] = model;
      control.value = String(model);
    }
  }
  state.view = wanted.get("view") in VIEWS ? wanted.get("view") : state.view;
  nameViews(state);
  const i = placeOf(state.pool, wanted.get("sample"), wanted.get("of"));
  state.shown = i;
  const place = chosen(state).indexOf(i);
  state.page = place < 0 ? state.page : Math.floor(place / PAGE);
  render(state);
  if (wanted.has("sample")) {
    if (i >= 0) {
      await show(state, i);
    } else {
      state.pane.replaceChildren(element("p", { class: "reason", role: "alert" },
        `There is no example ${wanted.get("sample")} here.`));
    }
  }
  const title = state.pane.querySelector("h3");
  const narrow = window.innerWidth < NARROW;
  if (!clicked || !title || !wanted.has("sample")) {
    root.scrollIntoView({ block: "start" });
  }
  if (title && wanted.has("sample")) {
    if (narrow) {
      title.scrollIntoView({ block: "start" });
    }
    title.focus({ preventScroll: true });
  }
}

/* Reads all texts of the pool, once, and searches again. */
async function searchTexts(state, again) {
  const { pool } = state;
  try {
    pool.texts ??= await texts(state.data, pool, (done, all) => {
      state.count.textContent = `Reading texts: ${done} of ${all} files`;
    });
    again();
  } catch (failure) {
    state.count.textContent = failure.message;
  }
}

function listen(state) {
  const again = () => {
    state.page = 0;
    render(state);
  };
  const turn = (pages) => () => {
    state.page += pages;
    render(state);
  };
  state.benchmarks.addEventListener("change", () => { open(state, state.benchmarks.value); again(); });
  state.first.addEventListener("change", () => { state.a = Number(state.first.value); nameViews(state); again(); });
  state.second.addEventListener("change", () => { state.b = Number(state.second.value); nameViews(state); again(); });
  state.views.addEventListener("change", () => { state.view = state.views.value; again(); });
  state.tasks.addEventListener("change", () => { state.task = Number(state.tasks.value); again(); });
  state.box.addEventListener("input", () => { state.search = state.box.value; again(); });
  state.box.form.addEventListener("submit", (event) => {
    event.preventDefault();
    searchTexts(state, again);
  });
  state.previous.addEventListener("click", turn(-1));
  state.next.addEventListener("click", turn(1));
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
}

/* The controls, empty. */
function controls() {
  const select = (id) => element("select", { id });
  const state = {
    benchmarks: select("sample-benchmark"), first: select("sample-first"), second: select("sample-second"),
    views: select("sample-view"), tasks: select("sample-task"),
    box: element("input", { id: "sample-search", type: "search", placeholder: "id, or text and Enter" }),
    count: element("p", { role: "status", class: "count" }),
    list: element("ol", { class: "list" }),
    pane: element("div", { class: "pane" }, element("p", null, "Choose an example.")),
    previous: element("button", { type: "button" }, "Previous"),
    next: element("button", { type: "button" }, "Next"),
  };
  root.append(
    element("form", { class: "controls", "aria-label": "Which examples" },
      field("Benchmark", state.benchmarks), field("First model", state.first), field("Second model", state.second),
      field("Show", state.views), field("Sub-task", state.tasks), field("Search", state.box)),
    element("div", { class: "browser" },
      element("nav", { "aria-label": "Examples" }, state.count, state.list,
        element("p", { class: "pages" }, state.previous, " ", state.next)),
      state.pane));
  return state;
}

async function start() {
  const data = await unpacked(document.getElementById("sample-index").textContent);
  const models = data.models.map((name, i) => [String(i), name]);
  const last = data.models.length - 1;
  const state = {
    data, pools: new Map(), a: 0, b: last, view: "all", search: "", page: 0, task: -1, found: [], shown: -1,
    ...controls(),
  };
  fill(state.benchmarks, [[ALL, "all"], ...data.benchmarks.map((each) => [each.name, each.label])], ALL);
  fill(state.first, models, "0");
  fill(state.second, models, String(last));
  nameViews(state);
  open(state, ALL);
  listen(state);
  render(state);
  await follow(state, false);
  root.removeAttribute("aria-busy");
  performance.mark("samples-ready");
}

const root = document.getElementById("samples");
start().catch((failure) => root.append(element("p", { class: "reason", role: "alert" }, failure.message)));

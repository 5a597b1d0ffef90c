/* One example with the answers of all models. */

function mark({ data, pool }, model, i) {
  const flags = pool.flags[model][i], score = pool.scores[model][i];
  const [sign, word, kind] = !(flags & ASKED) ? ["–", "not asked", "none"]
    : flags & FAILED ? ["!", "failed", "bad"]
    : score === data.whole ? ["✓", "right", "good"]
    : score === 0 ? ["✗", "wrong", "bad"]
    : ["◐", `${Math.round((100 * score) / data.whole)}%`, "part"];
  return { sign, word, kind };
}

/* Log-likelihoods of the options that a choice was made from. */
function options({ data }, shown) {
  const asked = Object.keys(shown.answers).map(Number);
  const rows = shown.continuations.map((option, o) => {
    const gold = shown.gold.some((accepted) => accepted.trim() === option.trim());
    return element("tr", null,
      element("th", { scope: "row" }, option, gold ? element("span", { class: "badge good" }, "gold") : null),
      ...asked.map((model) => {
        const { loglikelihoods, tokens, extracted } = shown.answers[model];
        if (loglikelihoods[o] === undefined) {
          return element("td", { class: "r" }, "–");
        }
        const picked = Object.values(extracted).some((each) => each.trim() === option.trim());
        return element("td", { class: "r" }, `${loglikelihoods[o].toFixed(3)} (${tokens[o]})`,
          picked ? element("span", { class: "badge" }, "chosen") : null);
      }));
  });
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Options" },
    element("table", { class: "options" },
      element("caption", null, "Log-likelihood of each option, and its tokens"),
      element("thead", null, element("tr", null, element("th", { scope: "col" }, "Option"),
        ...asked.map((model) => element("th", { scope: "col", class: "r" }, data.models[model])))),
      element("tbody", null, ...rows)));
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
  box.append(facts([...extracted, ...Object.entries(given.metrics), ["stopped by", given.stop.replaceAll("_", " ")],
    ["prompt tokens", given.prompt], ["new tokens", given.new],
    ["prompt", state.pool.flags[model][i] & TRUNCATED ? "truncated on its left" : ""]]));
  return box;
}

/* The parts of the pane; words of generated answers that differ between models a and b are marked. */
function sample(state, shown, i) {
  const { a, b } = state;
  const first = shown.answers[a], second = shown.answers[b];
  const words = a !== b && first && second && shown.continuations.length === 0 && first.raw !== second.raw
    ? differing(first.raw, second.raw) : null;
  const order = [...new Set([a, b, ...state.data.models.keys()])];
  return [
    element("h3", { tabindex: "-1", id: "sample-title" }, state.pool.ids[i]),
    shown.prefix ? element("details", null, element("summary", null,
      `Description and exemplars (${shown.prefix.length.toLocaleString("en")} characters)`), text(shown.prefix)) : "",
    element("h4", null, "Prompt"), text(shown.context),
    element("h4", null, "Accepted answers"),
    element("ul", { class: "gold" }, ...shown.gold.map((accepted) => element("li", null, accepted))),
    shown.continuations.length ? options(state, shown) : "",
    element("div", { class: "answers" }, ...order.map((model) =>
      answer(state, shown, model, i, model === a ? words?.[0] : model === b ? words?.[1] : null))),
  ];
}

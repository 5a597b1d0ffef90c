/* Elements. Texts of models and benchmarks become text nodes, never markup. */

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

/* Replaces the options of a select by pairs of value and label. */
function fill(control, options, value) {
  control.replaceChildren(...options.map(([key, label]) => element("option", { value: key }, label)));
  control.value = value;
  return control;
}

/* A text that can be scrolled by keys; words with what only it has, as differing() gives them. */
function text(raw, words) {
  const box = element("pre", { class: "text", tabindex: "0" });
  if (!words) {
    box.append(raw || "(empty)");
    return box;
  }
  for (let i = 0; i < words.length;) {
    const only = words[i][1];
    let run = "";
    while (i < words.length && words[i][1] === only) {
      run += words[i++][0];
    }
    box.append(only ? element("mark", null, run) : run);
  }
  return box;
}

/* Names and values; what is empty is left out. */
function facts(pairs) {
  const list = element("dl", { class: "facts" });
  pairs.filter(([, value]) => value !== "" && value !== undefined).forEach(([name, value]) =>
    list.append(element("div", null, element("dt", null, name), element("dd", null, String(value)))));
  return list;
}

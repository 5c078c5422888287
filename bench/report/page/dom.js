/* dom.js - elements and tables. Text from files is inserted as text, never as markup. */
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on"))
      element.addEventListener(name.slice(2), value);
    else if (value === true)
      element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/* A number in a table: its text, and in data-value the exact value. */
function number(value, format) {
  const known = Number.isFinite(value);
  return {text: known ? format(value) : DASH, value: known ? value : null, number: true};
}

function cellMake(cell, first, right) {
  const rich = cell !== null && typeof cell === "object" && !(cell instanceof Node);
  const {text, value = null, kind = "", title = null} = rich ? cell : {text: cell};
  const attributes = {class: `${right ? "number " : ""}${kind}`.trim() || null, title};
  if (value !== null) attributes["data-value"] = String(value);
  return first ? el("th", {scope: "row", ...attributes}, text) : el("td", attributes, text);
}

/* A table in a box that scrolls and can be reached by keyboard. */
function table(caption, heads, rows) {
  const isNumber = (cell) => Boolean(cell && cell.number);
  const right = heads.map((_, i) => rows.some((row) => isNumber(row[i])) &&
      rows.every((row) => isNumber(row[i]) || row[i] === DASH));
  const head =
    heads.map((text, i) => el("th", {scope: "col", class: right[i] ? "number" : null}, text));
  const body = rows.map(
    (row) =>
      el("tr", null, row.map((cell, i) => cellMake(cell, i === 0, right[i] || isNumber(cell)))));
  return el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": caption},
    el("table", null, el("caption", null, caption), el("thead", null, el("tr", null, head)),
      el("tbody", null, body)));
}

/* A table with a row for each item. A column is [head, cell of the item]. */
function columnTable(caption, items, columns) {
  const rows = items.map((item) => columns.map(([, cell]) => cell(item)));
  return table(caption, columns.map(([head]) => head), rows);
}

/* Columns of numbers, of figures [key, head, format]; valuesOf(item) has the keys. */
function numberColumns(figures, valuesOf) {
  return figures.map(
    ([key, head, format]) => [head, (item) => number(asObject(valuesOf(item))[key], format)]);
}

/* A details element that is filled when it is first opened. */
function details(summary, fill, kind) {
  const box = el("details", {class: kind}, el("summary", null, summary));
  box.addEventListener("toggle", () => {
    if (box.open && box.children.length === 1) box.append(...[fill()].flat().filter(Boolean));
  });
  return box;
}

function select(label, options, chosen, change) {
  const box = el("select", null,
    options.map(([value, text]) => el("option", {value, selected: value === chosen}, text)));
  box.addEventListener("change", () => change(box.value));
  return el("label", {class: "control"}, label, box);
}

/* A choice between a few options, as buttons. */
function choice(label, options, chosen, change) {
  const buttons = options.map(([value, text]) => el("button", {
    type: "button",
    "data-choice": value,
    "aria-pressed": String(value === chosen),
    onclick(event) {
      for (const button of buttons)
        button.setAttribute("aria-pressed", String(button === event.currentTarget));
      change(value);
    },
  },
                                text));
  return el("div", {class: "control", role: "group", "aria-label": label}, label,
    el("div", {class: "choices"}, buttons));
}

function download(name, parts, type) {
  const link = el("a", {download: name, href: URL.createObjectURL(new Blob(parts, {type}))});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function section(id, title, about) {
  return el("section", {id, "aria-labelledby": `${id}-title`}, el("h2", {id: `${id}-title`}, title),
    about ? el("p", {class: "about"}, about) : null);
}

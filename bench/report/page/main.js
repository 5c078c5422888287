/* main.js - builds the page; a section that fails shows a notice, and the others appear. */
const SECTIONS = [
  ["answers", "Answers", answersSection],
  ["change", "What changed", changeSection],
  ["choice", "Choice", choiceSection],
  ["memory", "Memory", memorySection],
  ["evidence", "Evidence", evidenceSection],
  ["speed", "Speed", speedSection],
  ["hits", "Hits", hitsSection],
  ["parts", "Operations", partsSection],
  ["checked", "Verdicts checked", verdictsSection],
  ["machine", "Machine", machineSection],
  ["raw", "Raw numbers", rawSection],
];

function sectionAdd([id, name, make], model) {
  let part;
  try {
    part = make(model);
  } catch (error) {
    part = section(id, name, null);
    part.append(el("p", {class: "notice"},
      `This section could not be shown: ${error.message}. The raw numbers are at the end.`));
    console.warn(error);
  }
  if (!part) return;
  document.getElementById("main").append(part);
  document.getElementById("contents").append(el("li", null, el("a", {href: `#${id}`}, name)));
}

const THEMES = ["system", "light", "dark"];

function redraw() {
  for (const graph of graphs) graph.refresh();
}

function themeSetup() {
  const button = document.getElementById("theme");
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const next = THEMES[(THEMES.indexOf(root.dataset.theme || "system") + 1) % THEMES.length];
    if (next === "system")
      delete root.dataset.theme;
    else
      root.dataset.theme = next;
    button.textContent = `Theme: ${next}`;
    redraw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => {
    marks.printing = true;
    for (const graph of graphs) graph.draw();
  });
  addEventListener("afterprint", () => {
    marks.printing = false;
    redraw();
  });
}

function pageMake() {
  const model = modelMake();
  marks.folders = model.resultFolders;
  marks.learn([
    ...model.results.map((result) => result.variant),
    ...model.replays.map((row) => asText(row.policy))
  ]);
  const title = asText(model.said.title);
  document.title = title;
  document.getElementById("title").textContent = title;
  document.getElementById("lead").textContent = asText(model.said.lead);
  for (const part of SECTIONS) sectionAdd(part, model);
  const about = model.about;
  document.getElementById("colophon").textContent =
    `Made by tidemark ${about.version}, ${about.time}: ${about.command_line}`;
  themeSetup();
  return model;
}

/* For the browser's console and the test of the page. */
window.tidemark = {
  model: pageMake(),
  graphs,
  fileWhole,
  samplesCsv,
  ready: true
};

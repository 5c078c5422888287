/* marks.js - colour, dash and shape of a series. A name looks the same in every chart, and any two
 * series differ without colour, too. */
const PALETTES = {
  light: ["#0067a5", "#c04a00", "#00754f", "#9a3b86", "#8a6100", "#3b5bb5", "#7c2d2d"],
  dark: ["#63b9ee", "#ff9a5c", "#4fd0a5", "#e79fd3", "#ecc558", "#a5b6ff", "#f0a3a3"],
};
const DASHES = [[], [7, 4], [2, 3], [11, 3, 2, 3], [5, 2, 1, 2]];
const SHAPES =
  ["circle", "rect", "triangle", "rectRot", "cross", "crossRot", "star", "rectRounded"];

const marks = {
  order: [],
  folders: [],
  /* Adds new names; the order decides the marks. */
  learn(names) {
    for (const name of names)
      if (!this.order.includes(name)) this.order.push(name);
  },
  isDark() {
    const chosen = document.documentElement.dataset.theme;
    if (matchMedia("print").matches || marks.printing) return false;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  },
  of(name, folder) {
    this.learn([name]);
    const at = this.order.indexOf(name);
    const palette = PALETTES[this.isDark() ? "dark" : "light"];
    const dash = this.folders.length > 1 && folder !== undefined
      ? this.folders.length - 1 - this.folders.indexOf(folder)
      : at;
    return {
      colour: palette[at % palette.length],
      dash: DASHES[dash % DASHES.length],
      shape: SHAPES[at % SHAPES.length]
    };
  },
};

const SVG = "http://www.w3.org/2000/svg";

/* The sample line in a legend. */
function swatch(mark) {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "line");
  const shape = document.createElementNS(SVG, "path");
  const paths = {
    circle: "M15 2.5a3.5 3.5 0 1 1-.01 0z",
    rect: "M11.5 2.5h7v7h-7z",
    rectRounded: "M13 2.5h4l1.5 1.5v4l-1.5 1.5h-4l-1.5-1.5v-4z",
    triangle: "M15 2l4 7h-8z",
    rectRot: "M15 1.5l4.5 4.5-4.5 4.5-4.5-4.5z",
    cross: "M15 2v8M11 6h8",
    crossRot: "M12 3l6 6M18 3l-6 6",
    star: "M15 2v8M11 6h8M12 3l6 6M18 3l-6 6",
  };
  for (const [name, value] of [
         ["width", 30], ["height", 12], ["viewBox", "0 0 30 12"], ["aria-hidden", "true"]])
    svg.setAttribute(name, value);
  for (const [name, value] of [["x1", 0], ["x2", 30], ["y1", 6], ["y2", 6], ["stroke", mark.colour],
         ["stroke-width", 2], ["stroke-dasharray", mark.dash.join(" ")]])
    line.setAttribute(name, value);
  for (const [name, value] of [["d", paths[mark.shape]], ["fill", mark.colour],
         ["stroke", mark.colour], ["stroke-width", 1.5]])
    shape.setAttribute(name, value);
  svg.append(line, shape);
  return svg;
}

/* verdicts.js - the mark and the tone of each class of a verdict. */
const CLASSES = {
  "bounded": {mark: "●", tone: "good"},
  "warming": {mark: "◔", tone: "doubt"},
  "leak: container": {mark: "▲", tone: "bad"},
  "leak: unreachable": {mark: "▲", tone: "bad"},
  "leak: expired": {mark: "▲", tone: "bad"},
  "leak: grows": {mark: "▲", tone: "bad"},
  "fragmentation": {mark: "▦", tone: "doubt"},
  "not returned": {mark: "↥", tone: "doubt"},
  "undecided": {mark: "?", tone: "doubt"},
  "no activity": {mark: "?", tone: "doubt"},
  "failed": {mark: "✕", tone: "bad"},
};
const classOf = (name) => CLASSES[name] || {mark: "✕", tone: "doubt"};

/* The words of a verdict with the mark and the tone of its class. */
function verdictMark(name, words) {
  const {mark, tone} = classOf(name);
  return el("span", {class: tone}, `${mark} ${words}`);
}

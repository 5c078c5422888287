/* change.js - two folders of results: what tidemark compare says of them. */
const OUTCOMES = {
  better: "● better",
  worse: "▲ worse",
  same: "= the same",
  "cannot tell": "? cannot tell"
};
const TONES = {
  better: "good",
  worse: "bad"
};

/* Units of the figures of google-benchmark and hyperfine, whose names have none. */
const COMPARED_UNITS = {
  cpu_time: units.ns,
  real_time: units.ns,
  time: (seconds) => units.ns(seconds * 1e9)
};

function sideCell(side, format) {
  return typeof side === "string" || !side ? asText(side) || DASH : {
    ...number(side.median, format),
    text: `${format(side.median)} (${format(side.low)} to ${format(side.high)})`
  };
}

function changeCell({value, kind}) {
  const share = (ratio) => `${ratio < 1 ? "−" : "+"}${Math.abs(100 * (ratio - 1)).toFixed(1)} %`;
  return number(value, kind === "ratio" ? share : units.real);
}

function comparedRow(each) {
  const format = COMPARED_UNITS[each.figure] || unitOf(asText(each.figure));
  return [
    asText(each.variant), asText(each.workload), asText(each.figure), sideCell(each.old, format),
    sideCell(each.new, format), changeCell(asObject(each.change)), {
      text:
        el("span", {class: TONES[each.verdict]}, OUTCOMES[each.verdict] || asText(each.verdict)),
      title: asText(each.reason)
    },
    number(each.p_corrected, units.real)
  ];
}

const comparedTable = (caption, rows) => table(caption,
  ["variant", "workload", "figure", "before", "after", "change", "verdict", "p, corrected"],
  rows.map(comparedRow));

/* The better and the worse ones at once, the others folded. */
function comparedTables(file) {
  const all = asList(asObject(file.data).comparisons).map(asObject);
  const name = `${file.name}: before and after, by tidemark compare`;
  const first = all.filter((each) => each.verdict in TONES);
  const others = Object.keys(OUTCOMES).filter((verdict) => !(verdict in TONES));
  return [
    first.length ? comparedTable(name, first) : "", ...others.map((verdict) => {
      const rows = all.filter((each) => each.verdict === verdict);
      return rows.length ? details(`${OUTCOMES[verdict]}: ${units.count(rows.length)}`,
                             () => comparedTable(`${name}: ${verdict}`, rows))
                         : "";
    })
  ];
}

/* The comparison, the refused pairs, and the settings that differ. */
function comparedMake(file) {
  const pairs = asList(asObject(file.data).pairs).map(asObject);
  const refused =
    pairs.filter((pair) => pair.refused).map((pair) => el("li", null, asText(pair.refused)));
  const differences = [...new Set(pairs.map((pair) => asText(pair.differences)).filter(Boolean))];
  return [
    refused.length ? el("ul", {class: "notice"}, refused) : "",
    differences.length
      ? el("p", {class: "about"}, `Settings that differ: ${differences.join("; ")}.`)
      : "",
    ...comparedTables(file)
  ];
}

function changeSection(model) {
  if (!model.compares.length) return null;
  const part = section("change", "What changed",
    model.resultFolders.length > 1 ? `From ${model.resultFolders[0]} to ${model.latest}.` : null);
  part.append(...model.compares.flatMap(comparedMake));
  return part;
}

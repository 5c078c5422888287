/* change.js - two folders of results: what changed from before to after. */
const CHANGES = [
  ["requests_per_second", "requests/s", units.count],
  ["cpu_us_per_request", "CPU time per request", units.us],
  ["p99_ns", "p99", units.ns],
  ["hit_ratio", "hits", units.ratio],
  ["allocated_end_bytes", "allocated at the end", units.bytes],
  ["rss_end_bytes", "RSS at the end", units.bytes],
];

function changeCell(before, after, format) {
  if (!before || !after) return DASH;
  const share = before.median ? after.median / before.median - 1 : NaN;
  const text = `${format(before.median)} → ${format(after.median)}${
    Number.isFinite(share) ? ` (${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)} %)`
                           : ""}`;
  return {text, number: true, value: share};
}

function changeRows(model, workload, from, to) {
  const entries = under(model, workload);
  const of = (folder, variant) =>
    entries.find(({result}) => result.folder === folder && result.variant === variant);
  return [...new Set(entries.map(({result}) => result.variant))]
    .filter((variant) => of(from, variant) && of(to, variant))
    .map((variant) => {
      const [before, after] = [of(from, variant).summary, of(to, variant).summary];
      const verdicts = [before, after].map((summary) => classOf(summary.class));
      const same = verdicts[0].word === verdicts[1].word;
      const verdict = {
        text: same ? verdicts[0].word
                   : el("strong", null, `${verdicts[0].word} → ${verdicts[1].word}`),
        changed: same ? null
                      : `${variant} under ${workload}: ${verdicts[0].word} → ${verdicts[1].word}`
      };
      return [
        variant, verdict, ...CHANGES.map(([key, ,
          format]) => changeCell(figureOf(before, key), figureOf(after, key), format))
      ];
    });
}

function verdictsSentence(all) {
  const verdicts = all.flatMap(({rows}) => rows.map((row) => row[1].changed)).filter(Boolean);
  return verdicts.length ? `Changed verdicts: ${verdicts.join("; ")}.` : "No verdict changed.";
}

const OUTCOMES = {
  better: "● better",
  worse: "▲ worse",
  same: "= the same",
  "cannot tell": "? cannot tell"
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

/* The result of tidemark compare. */
function comparedTable(file) {
  const order = ["worse", "better", "same", "cannot tell"];
  const sorted = asList(asObject(file.data).comparisons)
                   .map(asObject)
                   .sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  const rows = sorted.map((each) => {
    const format = COMPARED_UNITS[each.figure] || unitOf(asText(each.figure));
    const {value, kind} = asObject(each.change);
    const change = !Number.isFinite(value) ? DASH
      : kind === "ratio"
      ? {...number(
          value, (ratio) => `${ratio < 1 ? "−" : "+"}${Math.abs(100 * (ratio - 1)).toFixed(1)} %`)}
      : number(value, units.real);
    return [
      asText(each.variant), asText(each.workload), asText(each.figure), sideCell(each.old, format),
      sideCell(each.new, format), change, {
        text: el("span",
          {class: each.verdict === "worse" ? "bad"
              : each.verdict === "better"  ? "good"
                                           : null},
          OUTCOMES[each.verdict] || asText(each.verdict)),
        title: asText(each.reason)
      },
      number(each.p_corrected, units.real)
    ];
  });
  return table(`${file.name}: before and after, by tidemark compare`,
    ["variant", "workload", "figure", "before", "after", "change", "verdict", "p, corrected"],
    rows);
}

function comparedSentence(file) {
  const all = asList(asObject(file.data).comparisons).map(asObject);
  const of = (verdict) => all.filter((each) => each.verdict === verdict);
  const names = (verdict) => namesShort(of(verdict).map(
    (each) => `${asText(each.variant)} ${asText(each.workload)} ${asText(each.figure)}`));
  return `Of ${plural(all.length, "comparison")}: ${
      ["worse", "better"]
        .map(
          (verdict) =>
            `${of(verdict).length} ${verdict}${of(verdict).length ? ` (${names(verdict)})` : ""}`)
        .join(", ")}, ${of("same").length} the same; ${of("cannot tell").length} undecided.`;
}

/* The comparison, the refused pairs, and the settings that differ. */
function comparedMake(file) {
  const pairs = asList(asObject(file.data).pairs).map(asObject);
  const refused =
    pairs.filter((pair) => pair.refused).map((pair) => el("li", null, asText(pair.refused)));
  const differences = [...new Set(pairs.map((pair) => asText(pair.differences)).filter(Boolean))];
  return [
    el("p", null, comparedSentence(file)),
    refused.length
      ? el("div", {class: "notice"}, el("p", null, "Not compared:"), el("ul", null, refused))
      : "",
    differences.length
      ? el("p", {class: "about"}, `Settings that differ: ${differences.join("; ")}.`)
      : "",
    comparedTable(file)
  ];
}

function changeSection(model) {
  const [first, last] = [model.resultFolders[0], model.latest];
  const compared = model.compares.flatMap(comparedMake);
  const tables = model.resultFolders.length > 1 ? changeTables(model, first, last) : null;
  if (!tables && !compared.length) return null;
  const part = section("change", tables ? `What changed: ${first} → ${last}` : "What changed",
    tables ? tables.words : null);
  part.append(...compared, ...(tables ? tables.boxes : []));
  return part;
}

function changeTables(model, from, to) {
  const all =
    model.workloads.map((workload) => ({workload, rows: changeRows(model, workload, from, to)}))
      .filter(({rows}) => rows.length);
  const heads = ["variant", "verdict", ...CHANGES.map(([, name]) => name)];
  const words =
    all.length ? verdictsSentence(all) : "Both folders have no variant under the same workload.";
  return {
    words,
    boxes: all.map(({workload, rows}) => details(`${workload}: medians before → after`,
                     () => table(`${workload}: medians before → after`, heads, rows)))
  };
}

/* parts.js - single operations, start times, and how often verdicts were right. */
const MICRO_FIGURES = [
  ["cpu_ns", "CPU time", "nanoseconds of CPU time", units.ns],
  ["instructions", "Instructions", "instructions", units.count],
];

/* All operations of all policies that have the figure: [{policy, operation, figure}]. */
function operationsOf(file, key) {
  return asList(asObject(file.data).policies)
    .map(asObject)
    .flatMap((each) => asList(each.operations).map(asObject).map((operation) => ({
      policy: asText(each.policy),
      operation: `${asText(operation.operation)}, ${units.count(operation.entries)} entries`,
      figure: asObject(operation[key])
    })))
    .filter(({figure}) => Number.isFinite(figure.median));
}

function microGraph(file, id, [key, name, label, format]) {
  const all = operationsOf(file, key);
  if (!all.length) return null;
  const operations = [...new Set(all.map((each) => each.operation))];
  const state = {operation: operations[0]};
  const rowsOf = () => all.filter((each) => each.operation === state.operation)
                         .map(({policy, figure: {median, low, high}}) =>
                                ({name: policy, value: median, low, high, format}));
  return new Graph({
    state,
    id,
    title: `${name} of single operations`,
    note: "On the cache, without a server: the median and its interval.",
    bars: rowsOf().length,
    controls: [controls.list("Operation", "operation", pairsOf(operations))],
    content: () => ({x: {label, format: units.short}, rows: rowsOf()}),
  });
}

function footprintTable(file) {
  const policies = asList(asObject(file.data).policies).map(asObject);
  const known = policies.filter((each) => each.footprint);
  const keys = [...new Set(known.flatMap((each) => Object.keys(each.footprint)))];
  if (!known.length) return null;
  return columnTable("Bytes per entry, and the longest single operations", known, [
    ["policy", (each) => asText(each.policy)],
    ...numberColumns(
      keys.map((key) => [key, key.replace(/_/g, " "), unitOf(key)]), (each) => each.footprint)
  ]);
}

function startGraph(file, id) {
  const rows = asList(asObject(file.data).results)
                 .map(asObject)
                 .filter((each) => Number.isFinite(each.median));
  if (!rows.length) return null;
  const format = (seconds) => units.ns(seconds * 1e9);
  return new Graph({
    id,
    title: "Time from start to first answer, and stop",
    note: "The median and the range of the runs.",
    bars: rows.length,
    content: () => ({
      x: {label: "time", format},
      rows: rows.map(
        (each) =>
          ({name: asText(each.command), value: each.median, low: each.min, high: each.max, format}))
    }),
  });
}

function partsSection(model) {
  const graphs = [
    ...model.micro.flatMap(
      (file, i) => MICRO_FIGURES.map((figure) => microGraph(file, `${figure[0]}-${i}`, figure))),
    ...model.startup.map((file, i) => startGraph(file, `startup-${i}`))
  ].filter(Boolean);
  const tables = model.micro.map((file) => footprintTable(file)).filter(Boolean);
  if (!graphs.length && !tables.length) return null;
  const part = section("parts", "Operations and start times", null);
  part.append(...graphs.slice(0, 1).map((graph) => graph.figure),
    ...graphs.slice(1).map((graph) => details(graph.title, () => graph.figure)),
    ...tables.map((one) => details("Memory and pauses of single operations", () => one)));
  return part;
}

/* "8 runs: 6 right, 1 undecided, 1 wrong, 0 failed." A file may lack a count. */
function verdictCounts(file) {
  const {runs, undecided, wrong, failed} = asObject(file.data);
  const total = asList(runs).length;
  const right = total - undecided - wrong - failed;
  const counts = Object.entries({right, undecided, wrong, failed});
  return `${plural(total, "run")}: ` +
    counts.map(([word, count]) => `${number(count, units.count).text} ${word}`).join(", ") + ".";
}

function verdictsSection(model) {
  if (!model.verdicts.length) return null;
  const part = section("checked", "How often verdicts are right",
    "Policies of which it is known whether they leak were judged. A verdict is wrong if a leak " +
      "is called bounded, or if another policy is clearly called a leak, or a leak is taken for " +
      "another kind; any other verdict than the expected one is undecided. A failed run has no " +
      "verdict. Rows are the expected verdicts, columns the given ones.");
  for (const file of model.verdicts) {
    const matrix = asObject(asObject(file.data).matrix);
    const given = [...new Set(Object.values(matrix).flatMap((row) => Object.keys(asObject(row))))];
    part.append(el("p", null, verdictCounts(file)),
      details("Expected and given verdicts",
        () => table("Expected and given verdicts", ["expected", ...given],
          Object.entries(matrix).map(
            ([expected, row]) => [expected,
              ...given.map((each) => number(asObject(row)[each] ?? 0, units.count))]))));
  }
  return part;
}

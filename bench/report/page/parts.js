/* parts.js - single operations, start times, and how often verdicts were right. */
function microParse(file) {
  return asList(asObject(file.data).benchmarks)
    .map(asObject)
    .filter((each) => each.run_type !== "aggregate" || each.aggregate_name === "median")
    .map((each) => ({
      name: asText(each.run_name || each.name)
              .replace(/\/(iterations|real_time|manual_time|repeats|threads).*$/, ""),
      each
    }));
}

const NS_PER_UNIT = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9
};

/* Names are "operation/policy/size". A row that ran only once is no operation: it has no value. */
function operationMake({name, each}) {
  const [operation, policy = name, ...size] = name.split("/");
  return {
    policy,
    operation: [operation, ...size].join(", "),
    value: each.iterations > 1 ? each.cpu_time * (NS_PER_UNIT[each.time_unit] || 1) : NaN
  };
}

/* One row for each policy: the median of its repetitions, and their range. */
function repetitionsJoin(rows) {
  return [...new Set(rows.map((row) => row.policy))].map((policy) => {
    const values =
      rows.filter((row) => row.policy === policy).map((row) => row.value).sort((a, b) => a - b);
    const middle = values.length / 2;
    return {
      name: policy,
      value: (values[Math.floor(middle)] + values[Math.ceil(middle) - 1]) / 2,
      low: values[0],
      high: values[values.length - 1],
      format: units.ns
    };
  });
}

function microGraph(file, id) {
  const rows = microParse(file).map(operationMake).filter((row) => Number.isFinite(row.value));
  const operations = [...new Set(rows.map((row) => row.operation))];
  if (!rows.length) return null;
  const state = {operation: operations[0]};
  return new Graph({
    state,
    id,
    title: "Single operations",
    note: "CPU time of one operation on the cache, without a server: median and range.",
    controls: [controls.list("Operation", "operation", pairsOf(operations))],
    content: () => ({
      x: {label: "nanoseconds of CPU time", format: units.short},
      rows: repetitionsJoin(rows.filter((row) => row.operation === state.operation))
    }),
  });
}

function microTable(file) {
  const found = microParse(file);
  const standard = new Set([
    "name", "run_name", "run_type", "family_index", "per_family_instance_index", "repetitions",
    "repetition_index", "threads", "iterations", "time_unit", "real_time", "cpu_time",
    "aggregate_name", "aggregate_unit", "error_occurred", "error_message", "label"
  ]);
  const counters = [
    ...new Set(found.flatMap(({each}) => Object.keys(each).filter(
                               (key) => !standard.has(key) && Number.isFinite(each[key]))))
  ].slice(0, 8);
  const time = (key) => ({each}) =>
    number(each[key], (value) => units.ns(value * (NS_PER_UNIT[each.time_unit] || 1)));
  return columnTable("All measurements of micro", found, [
    ["benchmark", ({name}) => name], ["CPU time", time("cpu_time")],
    ["real time", time("real_time")],
    ...numberColumns(
      [
        ["iterations", "iterations", units.count], ...counters.map((key) => [key, key, unitOf(key)])
      ],
      ({each}) => each)
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
    content: () => ({
      x: {label: "time", format},
      rows: rows.map(
        (each) =>
          ({name: asText(each.command), value: each.median, low: each.min, high: each.max, format}))
    }),
  });
}

function partsSection(model) {
  if (!model.micro.length && !model.startup.length) return null;
  const part = section("parts", "Operations and start times", null);
  model.micro.forEach((file, i) => {
    const graph = microGraph(file, `micro-${i}`);
    part.append(
      graph ? graph.figure : "", details(`All numbers of ${file.name}`, () => microTable(file)));
  });
  model.startup.forEach((file, i) => {
    const graph = startGraph(file, `startup-${i}`);
    if (graph) part.append(graph.figure);
  });
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
      table("Expected and given verdicts", ["expected", ...given], Object.entries(matrix).map(([
        expected, row
      ]) => [expected, ...given.map((each) => number(asObject(row)[each] ?? 0, units.count))])));
  }
  return part;
}

/* speed.js - CPU time per request as judged, and latency and throughput as measured. */
const PERCENTILES = [
  ["p50_ns", "p50"], ["p90_ns", "p90"], ["p99_ns", "p99"], ["p999_ns", "p99.9"], ["max_ns", "max"]
];

/* The judged workloads that have figures of speed. */
const comparedWorkloads = (model) =>
  asList(asObject(model.judgement).workloads).map(asObject).filter((each) => each.speed);

/* A row as a bar: its ratio to the reference, and the text that says what is known of it. */
function ratioBar({variant, cpu}) {
  return {
    name: variant,
    value: cpu.ratio,
    low: cpu.low ?? cpu.ratio,
    high: cpu.high ?? cpu.ratio,
    format: (value) => (value === cpu.ratio ? cpu.text : units.real(value))
  };
}

function barsGraph(model) {
  const workloads = comparedWorkloads(model);
  if (!workloads.length) return null;
  const state = {workload: workloads[0].workload};
  const rowsOf = () => asList(workloads.find((each) => each.workload === state.workload).rows)
                         .filter((row) => Number.isFinite(asObject(row.cpu).ratio));
  return new Graph({
    state,
    id: "speed-bars",
    title: `CPU time per request, ${model.judgement.reference} = 1`,
    note: "The ratio and its interval, as judged: 95 % for all pairs together.",
    bars: rowsOf().length,
    controls:
      [controls.list("Workload", "workload", pairsOf(workloads.map((each) => each.workload)))],
    content: () => ({
      x: {
        label: `CPU time per request as a ratio to ${model.judgement.reference}`,
        format: units.short
      },
      rows: rowsOf().map(ratioBar)
    }),
  });
}

/* All repetitions of all results: [{result, speed}]. */
function speedsAll(model) {
  return model.results.flatMap((result) => result.speeds.map((speed) => ({result, speed})));
}

function percentilesGraph(model) {
  const all = speedsAll(model);
  if (!all.length) return null;
  const numbers = [...new Set(all.map(({speed}) => speed.repetition))];
  const state = {workload: all[0].speed.workload, repetition: String(numbers[0]), scale: "log"};
  const at = Float64Array.from(PERCENTILES, (_, i) => i + 1);
  return new Graph({
    state,
    id: "latency",
    title: "Latency by percentile",
    shown: shownFirst(model),
    note: "Of the requests of one repetition, from the median latency to the slowest request.",
    names: () => model.results.map(identityOf),
    controls: [
      controls.list(
        "Workload", "workload", pairsOf([...new Set(all.map(({speed}) => speed.workload))])),
      controls.list("Repetition", "repetition", pairsOf(numbers.map(String))), controls.scale()
    ],
    content: (self) => ({
      x: {
        label: "percentile",
        format: (value) => (PERCENTILES[Math.round(value) - 1] || ["", ""])[1],
        min: 0.8,
        max: 5.2,
        at: PERCENTILES.map((_, i) => i + 1)
      },
      y: {label: "latency", format: units.ns, log: state.scale === "log"},
      series:
        all
          .filter(({result, speed}) => self.shown.has(result.name) &&
              speed.workload === state.workload && String(speed.repetition) === state.repetition)
          .map(({result, speed}) => ({
            ...identityOf(result),
            xs: at,
            ys: Float64Array.from(PERCENTILES, ([key]) => speed[key] ?? NaN),
          })),
    }),
  });
}

/* The middle of each stretch of a run, in seconds, and its figure. A last stretch under half the
 * length is left out. */
function stretches(run, key) {
  const middle = (each) => (each.start_ns + each.span_ns / 2) / 1e9;
  const figure = (each) =>
    (key === "requests_per_second" ? (each.requests * 1e9) / each.span_ns : each[key]);
  const longest = Math.max(...run.series.map((each) => asObject(each).span_ns || 0));
  const rows = run.series.map(asObject).filter(
    (each) => Number.isFinite(figure(each)) && !(each.span_ns < longest / 2));
  return {xs: Float64Array.from(rows, middle), ys: Float64Array.from(rows, figure)};
}

const STRETCH_FIGURES = [
  ["requests_per_second", "requests per second", units.short],
  ["p50_ns", "median latency", units.ns],
  ["p99_ns", "latency p99", units.ns],
  ["max_ns", "greatest latency", units.ns],
  ["hits", "hits", units.short],
  ["misses", "misses", units.short],
  ["errors", "errors", units.short],
];

function stretchSeries(model, state, shown) {
  const runs =
    model.results.filter((result) => shown.has(result.name))
      .flatMap((result) => runsOf(result, state.workload, state.run).map((run) => ({result, run})));
  return runs.filter(({run}) => run.series.length).map(({result,
    run}) => ({...identityOf(result), ...stretches(run, state.key)}));
}

function timeGraph(model) {
  const runs = model.results.flatMap((result) => result.runs.filter((run) => run.series.length));
  const state = {
    workload: runs[0].workload,
    key: "requests_per_second",
    run: String(runs[0].repetition),
    scale: "linear"
  };
  return new Graph({
    state,
    id: "speed-time",
    title: "Speed over time",
    shown: shownFirst(model),
    note: "The requests that ended in each tenth of a second.",
    names: () => model.results.map(identityOf),
    controls: [
      controls.workload(model), controls.list("Figure", "key", STRETCH_FIGURES), controls.run(runs),
      controls.scale()
    ],
    content(self) {
      const [, label, format] = STRETCH_FIGURES.find(([each]) => each === state.key);
      return {
        x: {label: "seconds", format: units.short},
        y: {label, format, log: state.scale === "log"},
        series: stretchSeries(model, state, self.shown)
      };
    },
  });
}

function speedTable(model) {
  const figures = [
    ["repetition", "repetition", units.count], ["cpu_us_per_request", "CPU per request", units.us],
    ["requests_per_second", "requests/s", units.count],
    ...PERCENTILES.map(([key, name]) => [key, name, units.ns])
  ];
  return columnTable("Every repetition, as measured", speedsAll(model), [
    ["variant", ({result}) => result.name], ["workload", ({speed}) => asText(speed.workload)],
    ...numberColumns(figures, ({speed}) => speed),
    ["limited by the load generator", ({speed}) => (speed.bottleneck ? "yes" : "no")]
  ]);
}

const COUNTS = [
  ["instructions_per_request", "instructions per request"],
  ["allocations_per_request", "allocations per request"], ["evictions", "evictions"],
  ["hits", "hits"], ["misses", "misses"]
];

/* Figures that hardly depend on other work of the machine. */
function countsTable(model) {
  const runs = model.results.flatMap(
    (result) => result.runs.filter((run) => run.raw.counts).map((run) => ({result, run})));
  return columnTable(
    "Counts of every run, which hardly depend on other work of the machine", runs, [
      ["variant", ({result}) => result.name], ["workload", ({run}) => run.workload],
      ["run", ({run}) => number(run.repetition, units.count)],
      ...numberColumns(
        COUNTS.map(([key, head]) => [key, head, units.real]), ({run}) => run.raw.counts)
    ]);
}

function speedSection(model) {
  if (!model.workloads.length) return null;
  const part = section("speed", "Speed", null);
  const [bars, latency] = [barsGraph(model), percentilesGraph(model)];
  if (bars || latency)
    part.append(
      el("div", {class: "pair"}, [bars, latency].filter(Boolean).map((graph) => graph.figure)));
  if (model.results.some((result) => result.runs.some((run) => run.series.length)))
    part.append(details("Speed over time", () => timeGraph(model).figure));
  part.append(details("Every repetition", () => speedTable(model)),
    details("Counts of every run", () => countsTable(model)));
  return part;
}

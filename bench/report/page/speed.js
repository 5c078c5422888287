/* speed.js - throughput, CPU time and latency: by variant, by percentile and over time. */
const PERCENTILES = [
  ["p50_ns", "p50"], ["p90_ns", "p90"], ["p99_ns", "p99"], ["p999_ns", "p99.9"], ["max_ns", "max"]
];
const SPEEDS = [
  ["requests_per_second", "requests per second", units.count],
  ["cpu_us_per_request", "CPU time of the server per request (µs)", units.us],
  ["p50_ns", "median latency", units.ns], ["p99_ns", "latency p99", units.ns],
  ["p999_ns", "latency p99.9", units.ns], ["hit_ratio", "hit ratio", units.ratio]
];

function barsGraph(model) {
  const state = {workload: model.workloads[0], key: "requests_per_second"};
  return new Graph({
    state,
    id: "speed-bars",
    title: "Speed",
    note: "The median of the runs and its 95 % interval. Variants whose intervals overlap may be " +
      "equally fast.",
    controls: [controls.workload(model), controls.list("Figure", "key", SPEEDS)],
    content() {
      const [key, label, format] = SPEEDS.find(([each]) => each === state.key);
      const rows =
        under(model, state.workload)
          .map(({result, summary}) => ({name: result.name, figure: figureOf(summary, key)}))
          .filter(({figure}) => figure)
          .map(({name, figure}) =>
                 ({name, value: figure.median, low: figure.low, high: figure.high, format}));
      return {
        rows,
        x: {
          label,
          format: key.endsWith("_ns") ? units.ns
            : key === "hit_ratio"     ? units.percent
                                      : units.short
        }
      };
    },
  });
}

function percentilesGraph(model) {
  const state = {workload: model.workloads[0], scale: "log"};
  const at = Float64Array.from(PERCENTILES, (_, i) => i + 1);
  return new Graph({
    state,
    id: "latency",
    title: "Latency by percentile",
    shown: shownFirst(model),
    note: "The medians of the runs, from the median latency to the slowest request.",
    names: () => model.results.map(identityOf),
    controls: [controls.workload(model), controls.scale()],
    content: (self) => ({
      x: {
        label: "percentile",
        format: (value) => (PERCENTILES[Math.round(value) - 1] || ["", ""])[1],
        min: 0.8,
        max: 5.2,
        at: PERCENTILES.map((_, i) => i + 1)
      },
      y: {label: "latency", format: units.ns, log: state.scale === "log"},
      series: under(model, state.workload)
                .filter(({result}) => self.shown.has(result.name))
                .map(({result, summary}) => ({
                  ...identityOf(result),
                  xs: at,
                  ys: Float64Array.from(
                    PERCENTILES, ([key]) => (figureOf(summary, key) || {median: NaN}).median),
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
  if (!runs.length) return null;
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

function speedTable(model, workload) {
  const figures = [
    ["requests_per_second", "requests/s", units.count], ["cpu_us_per_request", "CPU", units.us],
    ...PERCENTILES.map(([key, name]) => [key, name, units.ns]), ["hit_ratio", "hits", units.ratio]
  ];
  const counts = [
    ["runs", "runs", units.count],
    ["bottlenecked", "of them limited by the load generator", units.count]
  ];
  return columnTable(`${workload}: the medians of the runs`, under(model, workload), [
    ["variant", ({result}) => result.name], ...medianColumns(figures),
    ["spread of requests/s", ({summary}) => spreadCell(summary, "requests_per_second")],
    ...numberColumns(counts, ({summary}) => summary.raw)
  ]);
}

const COUNTS = [
  ["instructions_per_request", "instructions per request"],
  ["allocations_per_request", "allocations per request"], ["evictions", "evictions"],
  ["hits", "hits"], ["misses", "misses"]
];

function countsRow(result, workload) {
  const counts = result.runs.filter((run) => run.workload === workload && run.raw.counts)
                   .map((run) => asObject(run.raw.counts));
  const median = (key) => {
    const values = counts.map((each) => each[key]).filter(Number.isFinite).sort((a, b) => a - b);
    return values[values.length >> 1];
  };
  if (!counts.length) return null;
  return [result.name, workload, ...COUNTS.map(([key]) => number(median(key), units.real))];
}

/* Figures that hardly depend on other work of the machine. */
function countsTable(model) {
  const rows =
    model.results.flatMap((result) => model.workloads.map((each) => countsRow(result, each)))
      .filter(Boolean);
  if (!rows.length) return null;
  return table("Counts, which hardly depend on other work of the machine: the medians of the runs",
    ["variant", "workload", ...COUNTS.map(([, name]) => name)], rows);
}

function speedSection(model) {
  if (!model.workloads.length) return null;
  const part = section("speed", "Throughput and latency",
    "Over HTTP the kernel takes most of the time of a request, whatever the policy, so compare " +
      "the intervals before the bars. Runs whose load generator was the bottleneck count in " +
      "no figure of speed.");
  part.append(el("div", {class: "pair"}, barsGraph(model).figure, percentilesGraph(model).figure));
  const time = timeGraph(model);
  if (time) part.append(time.figure);
  part.append(
    ...model.workloads.map((workload) => speedTable(model, workload)), countsTable(model) || "");
  return part;
}

/* memory.js - memory curves: one layer of all variants, and all layers of one variant. */
const LAYERS = [
  ["payload_bytes", "payload: keys and bodies of the records"],
  ["cache_bytes", "cache: all allocations of the cache"],
  ["zone_allocated_bytes", "the cache's memory, as the allocator counts it"],
  ["allocated_bytes", "allocated: what the program holds"],
  ["active_bytes", "active: the pages that hold it"],
  ["resident_bytes", "resident: pages not returned"],
  ["anonymous_bytes", "anonymous: heap and stacks in memory, by the kernel's count"],
  ["rss_bytes", "RSS: what the kernel counts"],
  ["pss_bytes", "PSS: with shared pages in part"],
  ["vsz_bytes", "VSZ: address space"],
  ["retained_bytes", "retained: address space kept, pages returned"],
  ["entries", "entries in the cache"],
  ["live_records", "live records, wherever held"],
  ["held_records", "references held outside the cache"],
  ["hits", "hits so far"],
  ["misses", "misses so far"],
  ["evictions", "evictions so far"],
  ["expirations", "expirations so far"],
  ["minor_faults", "minor page faults"],
  ["cpu_ns", "CPU time of the server"],
];
const STACK = [
  "payload_bytes", "cache_bytes", "allocated_bytes", "active_bytes", "resident_bytes",
  "anonymous_bytes", "rss_bytes"
];

function runsOf(result, workload, repetition) {
  return result.runs.filter((run) => run.workload === workload &&
      (repetition === "all" || run.repetition === Number(repetition)));
}

/* The x axis of samples: requests, or seconds. */
function along(samples, time) {
  return time ? samples.column("time_ns").map((ns) => ns / 1e9) : samples.column("requests");
}

const axisOver = (time) =>
  (time ? {label: "seconds", format: units.short} : {label: "requests", format: units.short});

function axisOfLayer(layer, log) {
  const bytes = layer.endsWith("_bytes");
  return {
    label: layer.replace(/_/g, " "),
    format: bytes             ? units.bytes
      : layer.endsWith("_ns") ? units.ns
                              : units.short,
    bytes,
    log
  };
}

function stateMake(model) {
  const run = allRuns(model).find((each) => each.samples.length > 0);
  const keys = new Set(run ? run.samples.table.keys : []);
  const last = run && run.samples.column("allocated_bytes").slice(-1)[0];
  return {
    workload: model.workloads[0],
    layer: last > 0 ? "allocated_bytes" : "rss_bytes",
    run: "1",
    over: "requests",
    scale: "linear",
    keys,
    variant: shownFirst(model)[0]
  };
}

const allRuns = (model) => model.results.flatMap((result) => result.runs);
const layersOf = (state) => LAYERS.filter(([key]) => state.keys.has(key));

function curvesOf(model, state, shown) {
  const results = model.results.filter((result) => shown.has(result.name));
  const curve = (result, run) => ({
    ...identityOf(result),
    name: result.name + (state.run === "all" ? ` ${run.repetition}` : ""),
    xs: along(run.samples, state.over === "time"),
    ys: run.samples.column(state.layer),
  });
  return results.flatMap(
    (result) => runsOf(result, state.workload, state.run).map((run) => curve(result, run)));
}

function variantsGraph(model) {
  const state = stateMake(model);
  return new Graph({
    state,
    id: "memory-variants",
    title: "Memory of the variants",
    shown: shownFirst(model),
    note: "Each line is a run.",
    names: () => model.results.map(identityOf),
    controls: [
      controls.workload(model), controls.list("Layer", "layer", layersOf(state)),
      controls.run(allRuns(model), ["all", "all runs"]), controls.over(), controls.scale()
    ],
    content: (self) => ({
      x: axisOver(state.over === "time"),
      y: axisOfLayer(state.layer, state.scale === "log"),
      series: curvesOf(model, state, self.shown),
    }),
  });
}

function layersGraph(model) {
  const state = stateMake(model);
  const shown = STACK.filter((layer) => state.keys.has(layer));
  return new Graph({
    state,
    id: "memory-layers",
    title: "The layers of one variant",
    shown,
    note:
      "From the records to what the kernel counts. Between payload and cache are index, order " +
      "and size-class rounding; between cache and allocated the server itself; then " +
      "fragmentation (active), pages not returned (resident), stacks (anonymous), program text " +
      "and files (RSS).",
    names: () =>
      layersOf(state).filter(([key]) => key.endsWith("_bytes")).map(([key]) => ({name: key})),
    controls: [
      controls.workload(model), controls.variant(model), controls.run(allRuns(model)),
      controls.over(), controls.scale()
    ],
    content(self) {
      const result = model.results.find((each) => each.name === state.variant);
      const run = runsOf(result, state.workload, state.run)[0];
      const layers = run ? LAYERS.map(([key]) => key).filter((key) => self.shown.has(key)) : [];
      return {
        x: axisOver(state.over === "time"),
        y: {label: "bytes", format: units.bytes, bytes: true, log: state.scale === "log"},
        series: layers.map((key) => ({
          name: key,
          xs: along(run.samples, state.over === "time"),
          ys: run.samples.column(key)
        }))
      };
    },
  });
}

/* The medians of the first and the last sample. */
function startToEnd(summary, layer) {
  const [start, end] = ["start", "end"].map((when) => figureOf(summary, `${layer}_${when}_bytes`));
  if (!end) return DASH;
  const text = `${start ? units.bytes(start.median) : DASH} → ${units.bytes(end.median)}`;
  return {...number(end.median, units.bytes), text};
}

function memoryTable(model, workload) {
  const layers = ["payload", "cache", "allocated", "resident", "rss"];
  return columnTable(`${workload}: memory at the start → at the end, the median of the runs`,
    under(model, workload), [
      ["variant", ({result}) => result.name],
      ...layers.map((layer) => [layer, ({summary}) => startToEnd(summary, layer)]),
      ...medianColumns([
        ["entries", "entries", units.count], ["bytes_per_request", "bytes per request", units.real],
        ["overhead_bytes_per_entry", "overhead bytes per entry", units.real]
      ])
    ]);
}

function burstTable(model) {
  const runs = model.results.flatMap(
    (result) => result.runs.filter((run) => run.burst).map((run) => ({result, run})));
  if (!runs.length) return null;
  const seconds = [
    ...new Set(
      runs.flatMap(({run}) => asList(run.burst.after).map((each) => asObject(each).seconds)))
  ].sort((a, b) => a - b);
  return table(
    "After a burst: the share of its memory that was returned, as the kernel / the allocator " +
      "counts",
    ["variant", "workload", "run", "peak RSS", ...seconds.map((each) => `after ${each} s`)],
    runs.map(({result, run}) => [result.name, run.workload, number(run.repetition, units.count),
               number(run.burst.peak_rss_bytes, units.bytes), ...seconds.map((each) => {
                 const after =
                   asList(run.burst.after).find((one) => asObject(one).seconds === each);
                 return after ? {
                   text: `${units.ratio(after.returned_share)} / ${
                     units.ratio(after.resident_returned_share)}`,
                   number: true,
                   value: after.returned_share
                 }
                              : DASH;
               })]));
}

function memorySection(model) {
  if (!model.results.some((result) => result.runs.some((run) => run.samples.length))) return null;
  const part = section("memory", "Memory", null);
  part.append(variantsGraph(model).figure,
    details("The layers of one variant", () => layersGraph(model).figure),
    details("Memory at the start and at the end",
      () => [...model.workloads.map((workload) => memoryTable(model, workload)),
        burstTable(model) || ""]));
  return part;
}

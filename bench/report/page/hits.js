/* hits.js - hit ratio against real memory, from replays of traces. */
/* As the memory curves at first, and the optimum; all if none of them was replayed. */
function curvesFirst(model, policies) {
  const chosen = policies.filter((name) => model.curves.includes(name));
  return chosen.length ? [...chosen, "belady"] : policies;
}

function hitsGraph(model, rows, trace, id) {
  const policies = [...new Set(rows.map((row) => asText(row.policy)))];
  const state = {key: "peak_bytes", scale: "log"};
  const keys = [["peak_bytes", "Memory"], ["capacity_entries", "Entries"]].filter(
    ([key]) => rows.some((row) => row[key] > 0));
  return new Graph({
    state,
    id,
    title: `Hits against memory: ${trace}`,
    shown: curvesFirst(model, policies),
    note: "belady knows the future: for entries of equal size no policy can be above it.",
    names: () => policies.map((name) => ({name})),
    controls: [controls.buttons("Over", "key", keys), controls.scale()],
    content: (self) => ({
      x: {
        label: state.key === "peak_bytes" ? "peak memory" : "entries",
        format: state.key === "peak_bytes" ? units.bytes : units.short,
        bytes: state.key === "peak_bytes",
        log: state.scale === "log"
      },
      y: {label: "hit ratio", format: units.percent, say: units.ratio},
      series: policies.filter((name) => self.shown.has(name)).map((name) => {
        const own = rows.filter((row) => row.policy === name && row[state.key] > 0)
                      .sort((a, b) => a[state.key] - b[state.key]);
        return {
          name,
          xs: Float64Array.from(own, (row) => row[state.key]),
          ys: Float64Array.from(own, (row) => row.hit_ratio)
        };
      }),
    }),
  });
}

function hitsTable(rows, trace) {
  const capacity = (row) => (row.capacity_bytes ? number(row.capacity_bytes, units.bytes)
                                                : number(row.capacity_entries, units.count));
  const figures = [
    ["hit_ratio", "hits", units.ratio], ["byte_hit_ratio", "byte hits", units.ratio],
    ["regret_points", "points below optimum", units.real],
    ["peak_bytes", "peak memory", units.bytes], ["entries", "entries", units.count],
    ["requests_per_second", "replay speed", units.rate]
  ];
  return columnTable(`${trace}: all replays`, rows, [
    ["policy", (row) => asText(row.policy)], ["capacity", capacity],
    ...numberColumns(figures, (row) => row)
  ]);
}

function hitsSection(model) {
  if (!model.replays.length) return null;
  const part = section("hits", "Hits against memory",
    "Traces replayed through the policies without a server: the share of requests answered " +
      "from the cache, and the memory used for it.");
  const traces = [...new Set(model.replays.map((row) => asText(row.trace)))];
  traces.forEach((trace, i) => {
    const rows = model.replays.filter((row) => asText(row.trace) === trace);
    part.append(hitsGraph(model, rows, trace, `hits-${i}`).figure,
      details(`All replays of ${trace}`, () => hitsTable(rows, trace)));
  });
  return part;
}

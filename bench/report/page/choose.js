/* choose.js - the policy chosen for a trace, and why. */
const nameOfPolicy = (policy) => asText(policy.policy);

/* What tidemark choose was asked, in words. */
function questionOf(model, file) {
  const said = asList(model.said.choices).find((each) => model.files[each.file] === file);
  return asText(asObject(said).question);
}

/* All that are not ruled out, as they are ranked. Older files do not rank them. */
function candidates(data) {
  const all =
    asList(data.policies).map(asObject).filter((each) => nameOfPolicy(each) && !each.ruled_out);
  const ranking = asList(data.ranking);
  return ranking.length
    ? ranking.map((name) => all.find((each) => each.policy === name)).filter(Boolean)
    : all;
}

const PREDICTED = [
  ["hit_ratio", "hits", units.ratio], ["bytes", "memory", units.bytes],
  ["mean_ns", "mean latency", units.ns], ["p50_ns", "p50", units.ns], ["p99_ns", "p99", units.ns],
  ["cpu_us_per_request", "CPU per request", units.us]
];

function chosenTable(data, policies) {
  const hits =
    (head, part) => [head, (policy) => number(asObject(part(policy)).hit_ratio, units.ratio)];
  return columnTable("The policies, predicted by an exact replay of the trace", policies, [
    ["policy", nameOfPolicy], ...numberColumns(PREDICTED, (policy) => policy.predicted),
    ["points below optimum", (policy) => number(policy.regret_points, units.real)],
    hits("worst window", (policy) => policy.worst_window),
    hits("with half the memory", (policy) => policy.at_half),
    hits("with double", (policy) => policy.at_double),
    [
      `memory for ${units.ratio(data.target_hit_ratio)}`,
      (policy) => number(policy.bytes_for_target, units.bytes)
    ]
  ]);
}

/* Policies that were served: measurement and prediction. */
function servedTable(policies) {
  const served = policies.filter((policy) => policy.measured);
  if (!served.length) return null;
  const cell = (policy, key, format) => {
    const [measured, predicted] =
      [policy.measured, policy.predicted_as_served].map((part) => asObject(part)[key]);
    return {
      ...number(measured, format),
      text: `${format(measured ?? NaN)} / ${format(predicted ?? NaN)}`
    };
  };
  return columnTable("Served: measured / predicted", served, [
    ["policy", nameOfPolicy],
    ...PREDICTED.map(([key, head, format]) => [head, (policy) => cell(policy, key, format)]),
    ["disturbed", (policy) => (policy.disturbed ? "yes: times are too long" : "no")]
  ]);
}

function ruledOutList(data) {
  const out = asList(data.policies).map(asObject).filter((policy) => policy.ruled_out);
  if (!out.length) return "";
  const lines = out.map((policy) => el("li", null, el("strong", null, nameOfPolicy(policy)),
                          ` ${asText(policy.ruled_out)}`));
  return details("Ruled out", () => el("ul", {class: "reasons"}, lines));
}

const CHOICE_CURVES = 4;

/* The policies to show at first: the first four and lru. */
function shownPolicies(policies) {
  const names = policies.map(nameOfPolicy);
  return [...new Set(
    [...names.slice(0, CHOICE_CURVES), ...names.filter((name) => name === "lru")])];
}

/* The hit ratio of each window of the trace, over requests. */
function windowSeries(windows, requests) {
  const middle = (_, i) => ((i + 0.5) * requests) / windows.length;
  return {xs: Float64Array.from(windows, middle), ys: Float64Array.from(windows)};
}

function windowsGraph(data, candidates, id) {
  const optimum = asList(asObject(data.optimum).windows);
  const lines = candidates.filter((policy) => asList(policy.windows).length)
                  .map((policy) => ({name: nameOfPolicy(policy), windows: policy.windows}));
  if (!lines.length) return null;
  if (optimum.length) lines.push({name: "belady", windows: optimum});
  return new Graph({
    id,
    title: "Hits over the trace",
    note: "The hit ratio of each part of the trace. belady knows the future: it is the optimum.",
    shown: [...shownPolicies(candidates), "belady"],
    names: () => lines.map(({name}) => ({name})),
    content: (self) => ({
      x: {label: "requests", format: units.short},
      y: {label: "hit ratio", format: units.percent, say: units.ratio},
      series: lines.filter(({name}) => self.shown.has(name)).map(({name,
        windows}) => ({name, ...windowSeries(windows, data.requests || 1)})),
    }),
  });
}

/* Hits with half and with twice the memory. */
function memoryGraph(data, candidates, id) {
  const points = (policy) => [policy.at_half, policy.predicted, policy.at_double].map(
    (each) => asObject(each).hit_ratio ?? NaN);
  const policies = candidates.filter((policy) => points(policy).every(Number.isFinite));
  if (!policies.length || !(data.memory_bytes > 0)) return null;
  const xs = Float64Array.from([0.5, 1, 2], (factor) => factor * data.memory_bytes);
  return new Graph({
    id,
    title: "Hits with half and with twice the memory",
    note: "How the hit ratio depends on the memory limit.",
    shown: shownPolicies(candidates),
    names: () => policies.map((policy) => ({name: nameOfPolicy(policy)})),
    content: (self) => ({
      x: {label: "memory", format: units.bytes, bytes: true, log: true, at: [...xs]},
      y: {label: "hit ratio", format: units.percent, say: units.ratio},
      series: policies.filter((policy) => self.shown.has(nameOfPolicy(policy)))
                .map((policy) =>
                       ({name: nameOfPolicy(policy), xs, ys: Float64Array.from(points(policy))})),
    }),
  });
}

function choiceMake(model, file, i) {
  const data = asObject(file.data);
  const policies = candidates(data);
  const figures = [
    windowsGraph(data, policies, `choice-${i}`), memoryGraph(data, policies, `choice-memory-${i}`)
  ];
  return [
    el("p", {class: "about"}, questionOf(model, file)),
    el("div", {class: "pair"}, figures.filter(Boolean).map((graph) => graph.figure)),
    details("All policies", () => [chosenTable(data, policies), servedTable(policies) || ""]),
    ruledOutList(data)
  ];
}

function choiceSection(model) {
  if (!model.choices.length) return null;
  const part = section("choice", "The choice in detail", null);
  part.append(...model.choices.flatMap((file, i) => choiceMake(model, file, i)));
  return part;
}

/* choose.js - the policy that was chosen for somebody's traffic, and why. */
function predictedOr(policy, part, key) {
  return asObject(policy[part])[key];
}

function chosenTable(data) {
  const keys = [
    ["hit_ratio", "hits", units.ratio], ["bytes", "memory", units.bytes],
    ["cpu_us_per_request", "CPU a request", units.us], ["mean_ns", "mean latency", units.ns],
    ["p99_ns", "p99", units.ns]
  ];
  const rows =
      asList(data.policies)
          .map(asObject)
          .map(
              (policy) =>
                  [asText(policy.policy || policy.name),
                   policy.ruled_out
                       ? {text: `ruled out: ${asText(policy.ruled_out)}`, kind: "words"}
                       : "in the running",
                   ...keys.map(
                       ([key, , format]) => number(predictedOr(policy, "predicted", key), format)),
                   ...["hit_ratio", "p99_ns"].map(
                       (key) => number(predictedOr(policy, "measured", key), unitOf(key))),
                   number(policy.regret_points, units.real),
                   number(asObject(policy.worst_window).hit_ratio, units.ratio),
                   number(asObject(policy.at_half).hit_ratio, units.ratio),
                   number(asObject(policy.at_double).hit_ratio, units.ratio),
                   number(policy.bytes_for_target, units.bytes)]);
  return table(
      "The policies: predicted from the trace, and measured where a server was run",
      [
        "policy", "", ...keys.map(([, name]) => name), "hits, measured", "p99, measured",
        "points below the optimum", "worst window", "with half the memory", "with double",
        "memory for the target"
      ],
      rows);
}

/* How each policy fared as the traffic went on. */
function windowsGraph(data, id) {
  const policies =
      asList(data.policies).map(asObject).filter((policy) => asList(policy.windows).length);
  if (!policies.length) return null;
  const name = (policy) => asText(policy.policy || policy.name);
  return new Graph({
    id,
    title: "Hits as the traffic went on",
    note: "The hit ratio of each stretch of the trace.",
    shown: policies.map(name),
    names: () => policies.map((policy) => ({name: name(policy)})),
    ask: (self) => ({
      x: {label: "requests", format: units.short},
      y: {label: "hit ratio", format: units.percent, say: units.ratio},
      series: policies.filter((policy) => self.shown.has(name(policy))).map((policy) => {
        const windows =
            asList(policy.windows)
                .map((each) => (typeof each === "number" ? {hit_ratio: each} : asObject(each)));
        return {
          name: name(policy),
          xs: Float64Array.from(windows, (each, i) => each.first_request ?? i + 1),
          ys: Float64Array.from(windows, (each) => each.hit_ratio)
        };
      }),
    }),
  });
}

function choiceSection(model) {
  if (!model.choices.length) return null;
  const part = section("choice", "Which policy to run", null);
  model.choices.forEach((file, i) => {
    const data = asObject(file.data);
    const answer = asObject(data.answer);
    const graph = windowsGraph(data, `choice-${i}`);
    part.append(
        el("article", {class: "card"},
           el("h3", null, asText(answer.policy) || "No policy was chosen"),
           el("p", {class: "gloss"},
              `for ${asText(data.trace)} within ${units.bytes(data.memory_bytes)}`),
           el("p", {class: "answer"}, asText(answer.words)),
           el("ul", {class: "reasons"},
              asList(answer.reasons).map((reason) => el("li", null, asText(reason))))),
        chosenTable(data), graph ? graph.figure : "");
  });
  return part;
}

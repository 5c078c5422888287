/* evidence.js - the evidence for each verdict, in words and as slopes. */
function slopeWords(slope, unit) {
  const {per_request: value, low, high} = asObject(slope);
  return Number.isFinite(value)
    ? `${units.real(value)} ${unit} per request, between ${units.real(low)} and ${units.real(high)}`
    : "not known";
}

const GAPS = [
  ["unaccounted", "bytes", "Memory outside the cache's accounts grew by"],
  ["bookkeeping", "bytes", "The cache's bookkeeping beyond keys and bodies grew by"],
  ["unreachable_records", "records", "Unreachable records grew by"],
  ["fragmentation", "bytes", "Pages beyond the allocations in them grew by"],
];

function evidenceLines(run) {
  const verdict = run.verdict;
  const [first, last] = [asObject(verdict.first), asObject(verdict.last)];
  const layer = asText(verdict.layer).replace(/_bytes$/, "").replace(/_/g, " ") || "memory";
  const counts = [
    ["entries", "entries"], ["live_records", "live records"],
    ["held_records", "held outside the cache"], ["unreachable_records", "unreachable"],
    ["evictions", "evictions"], ["expirations", "expirations"]
  ];
  const lines = [
    `The verdict rests on ${plural(verdict.judged_samples, "sample")} over ${
      plural(verdict.judged_requests, "request")}; the samples before belong to the warm-up.`,
    `${layer} went from ${units.bytes(verdict.first_bytes)} to ${
      units.bytes(verdict.last_bytes)} (maximum ${units.bytes(verdict.peak_bytes)}).`,
    `The verdict comes from ${
      (asText(verdict.figure) || layer).replace(/_/g, " ")}, whose slope is ${
      slopeWords(
        {per_request: verdict.bytes_per_request, low: verdict.low, high: verdict.high}, "bytes")}.`,
    `From the first sample to the last: ${
      counts.filter(([key]) => key in first)
        .map(([key, name]) => [name, ...[first, last].map((at) => units.count(at[key]))])
        .map(([name, before, after]) => `${name} ${before} → ${after}`)
        .join(", ")}.`,
    ...GAPS.filter(([key]) => verdict[key]).map(([key, unit,
      words]) => `${words} ${slopeWords(verdict[key], unit)}.`),
    `The growth was ${verdict.steady ? "" : "not "}steady; limits were ${
      verdict.limits_kept ? "kept at every judged sample" : "not kept"}.`,
  ];
  if (verdict.grows) lines.splice(2, 0, `What grows: ${asText(verdict.grows)}.`);
  if (verdict.time_to_limit_ns > 0)
    lines.push(`At ${units.count(verdict.limit_rate_rps)} requests per second it fills ${
      units.bytes(verdict.limit_bytes)} in ${units.ns(verdict.time_to_limit_ns)}.`);
  else if (verdict.limit_bytes > 0)
    lines.push(`It ends at about ${units.bytes(verdict.limit_bytes)}, when all ids are cached.`);
  if (verdict.dead_entries > 0)
    lines.push(
      `${plural(verdict.dead_entries, "entry", "entries")} stayed after their time to live.`);
  if (verdict.requests_until_full > 0)
    lines.push(
      `The cache is full after about ${units.count(verdict.requests_until_full)} more requests.`);
  return lines;
}

function slopesTable(run) {
  const figures =
    ["per_request", "low", "high"].map((key) => [key, key.replace("_", " "), units.real]);
  return columnTable("Growth per request of each layer, with its 99.9 % interval",
    Object.entries(asObject(run.verdict.layers)),
    [["layer", ([layer]) => layer], ...numberColumns(figures, ([, slope]) => slope)]);
}

/* The run that was judged for all of them, or the first with a verdict. */
function runOf(model, result, summary) {
  const {repetition} = asObject(judgedRow(model, summary.workload, result.variant).memory);
  const runs = result.runs.filter(
    (run) => run.workload === summary.workload && Object.keys(run.verdict).length);
  return runs.find((run) => run.repetition === repetition) || runs[0];
}

function evidenceMake(model, {result, summary}) {
  const given = Object.entries(asObject(summary.raw.verdicts)).filter(([, count]) => count > 0);
  const name = summary.raw.runs > 0 && summary.raw.failed === summary.raw.runs
    ? "failed"
    : asText(summary.class);
  const title = el("span", null, verdictMark(name, ""), el("strong", null, result.name),
    ` ${asText(summary.words) || name}`);
  return details(title, () => {
    const run = runOf(model, result, summary);
    const failed =
      result.runs.filter((each) => each.workload === summary.workload && each.reason)
        .map((each) => el("li", null, `Run ${each.repetition} ${each.status}: ${each.reason}`));
    const votes = given.length
      ? el("li", null,
          `Of ${plural(summary.raw.runs, "run")}: ${
            given.map(([name, count]) => `${count} × ${name}`).join(", ")}.`)
      : null;
    if (!run) return el("ul", null, votes, failed, el("li", null, "No run has a verdict."));
    return [
      el("ul", null, votes, failed, evidenceLines(run).map((line) => el("li", null, line))),
      slopesTable(run)
    ];
  }, "evidence");
}

function evidenceSection(model) {
  if (!model.workloads.length) return null;
  const part = section("evidence", "Verdicts and their evidence",
    "A verdict rests on the slope of the memory curve: by how many bytes per request it rises, " +
      "and the interval that contains the true value. Open one to see its evidence.");
  for (const workload of model.workloads)
    part.append(details(`Verdicts under ${workload}`,
      () => under(model, workload).map((each) => evidenceMake(model, each))));
  return part;
}

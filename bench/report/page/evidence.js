/* evidence.js - each verdict with what it rests on, in words and in slopes. */
function slopeWords(slope, unit) {
  const {per_request: value, low, high} = asObject(slope);
  return Number.isFinite(value)
      ? `${units.real(value)} ${unit} a request, between ${units.real(low)} and ${units.real(high)}`
      : "not known";
}

const GAPS = [
  ["unaccounted", "bytes", "Beyond what the cache accounts for, memory grew by"],
  ["bookkeeping", "bytes", "What the cache keeps beyond keys and bodies grew by"],
  ["unreachable_records", "records", "Records that nobody can reach grew by"],
  ["fragmentation", "bytes", "Pages beyond the allocations in them grew by"],
];

function evidenceLines(run) {
  const verdict = run.verdict;
  const [first, last] = [asObject(verdict.first), asObject(verdict.last)];
  const layer = asText(verdict.layer).replace(/_bytes$/, "").replace(/_/g, " ") || "memory";
  const counts = [
    ["entries", "entries"], ["live_records", "records alive"],
    ["held_records", "held outside the cache"], ["unreachable_records", "unreachable"],
    ["evictions", "evictions"], ["expirations", "expirations"]
  ];
  const lines = [
    `It rests on ${plural(verdict.judged_samples, "sample")} over ${
        plural(
            verdict.judged_requests, "request")}; those before are the warm-up and are not judged.`,
    `In them, ${layer} went from ${units.bytes(verdict.first_bytes)} to ${
        units.bytes(verdict.last_bytes)} (at most ${units.bytes(verdict.peak_bytes)}).`,
    `The line through all of them rises by ${
        slopeWords(
            {per_request: verdict.bytes_per_request, low: verdict.low, high: verdict.high},
            "bytes")}.`,
    `From the first to the last: ${
        counts.filter(([key]) => key in first)
            .map(([key, name]) => [name, ...[first, last].map((at) => units.count(at[key]))])
            .map(([name, before, after]) => `${name} ${before} → ${after}`)
            .join(", ")}.`,
    ...GAPS.filter(([key]) => verdict[key])
        .map(([key, unit, words]) => `${words} ${slopeWords(verdict[key], unit)}.`),
    `The growth ${verdict.steady ? "went on throughout" : "was not steady"}; limits were ${
        verdict.limits_kept ? "kept at every judged sample" : "not kept"}.`,
  ];
  if (verdict.grows) lines.splice(2, 0, `What grows: ${asText(verdict.grows)}.`);
  if (verdict.time_to_limit_ns > 0)
    lines.push(`At ${units.count(verdict.limit_rate_rps)} requests a second it fills ${
        units.bytes(verdict.limit_bytes)} in ${units.ns(verdict.time_to_limit_ns)}.`);
  if (verdict.dead_entries > 0)
    lines.push(`${plural(verdict.dead_entries, "entry", "entries")} stayed beyond their age.`);
  if (verdict.requests_until_full > 0)
    lines.push(
        `It would be full after about ${units.count(verdict.requests_until_full)} more requests.`);
  return lines;
}

function slopesTable(run) {
  const layers = asObject(run.verdict.layers);
  const rows = Object.entries(layers).map(
      ([layer, slope]) =>
          [layer,
           ...["per_request", "low", "high"].map(
               (key) => number(asObject(slope)[key], units.real))]);
  return table(
      "Growth per request, layer by layer, with the interval that holds it",
      ["layer", "per request", "low", "high"], rows);
}

/* The run whose words the summary took. */
function runOf(result, summary) {
  const runs = result.runs.filter(
      (run) => run.workload === summary.workload && Object.keys(run.verdict).length);
  return runs.find((run) => run.verdict.words === summary.words) || runs[0];
}

function evidenceMake({result, summary}) {
  const verdict = classOf(summary.class);
  const given = Object.entries(asObject(summary.raw.verdicts)).filter(([, count]) => count > 0);
  const title =
      el("span", null, el("span", {class: verdict.tone}, verdict.mark), " ",
         el("strong", null, result.name), ` ${asText(summary.words) || verdict.word}`);
  return details(title, () => {
    const run = runOf(result, summary);
    const failed =
        result.runs.filter((each) => each.workload === summary.workload && each.reason)
            .map((each) => el("li", null, `Run ${each.repetition} ${each.status}: ${each.reason}`));
    const votes = given.length
        ? el("li", null,
             `Of ${plural(summary.raw.runs, "run")}: ${
                 given.map(([name, count]) => `${count} × ${name}`).join(", ")}.`)
        : null;
    if (!run)
      return el("ul", null, votes, failed, el("li", null, "No run of it came to a verdict."));
    return [
      el("ul", null, votes, failed, evidenceLines(run).map((line) => el("li", null, line))),
      slopesTable(run)
    ];
  }, "evidence");
}

function evidenceSection(model) {
  if (!model.workloads.length) return null;
  const part = section(
      "evidence", "Verdicts and their evidence",
      "A verdict is a line through the memory curve, over requests: by how many bytes a request " +
          "it rises, and between which bounds the true figure lies. Open one to see what it " +
          "rests on.");
  for (const workload of model.workloads)
    part.append(el("h3", null, workload), ...under(model, workload).map(evidenceMake));
  return part;
}

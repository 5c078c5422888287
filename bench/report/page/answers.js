/* answers.js - the first screen: what was measured, and the answers for each workload. */
const WORKLOAD_DESCRIPTIONS = [
  [/^random/, "every id is new and never requested again: the fastest way to see a leak"],
  [/^zipf/, "a few ids get most of the requests, as in real traffic"],
  [/^scan/, "all ids of a set larger than the cache, in order, again and again"],
  [/^burst/, "many ids once, then only a few: shows whether memory is returned"],
  [/^shift/, "a few ids get most of the requests, and they change over time"],
];
const describeWorkload = (workload) =>
  (WORKLOAD_DESCRIPTIONS.find(([name]) => name.test(workload)) || [null, "a stream of ids"])[1];

function introText(model) {
  const results = model.results.filter((each) => each.folder === model.latest);
  if (!results.length)
    return model.choices.length
      ? "Every policy replayed one trace; this is the answer and its reasons."
      : "No server was measured; the page shows the files that were found.";
  const made = results[0].madeBy;
  const runs = results.flatMap((result) => result.summaries.map((each) => each.raw.runs || 0));
  const count = new Set(results.map((each) => each.variant)).size;
  const servers = count === 1 ? "One server" : `${units.count(count)} servers`;
  const rate = made.rate_rps > 0 ? `, ${units.count(made.rate_rps)} requests due per second` : "";
  const load = `${plural(Math.max(0, ...runs), "run")} of ${units.ns(made.duration_ns)} with ` +
    `${units.count(made.connections)} connections${rate}`;
  const parts = [
    `${servers} that differ only in the policy of their cache, each under ${
      plural(model.workloads.length, "workload")}`,
    Number.isFinite(made.duration_ns) ? `: ${load}` : "",
    made.cpu_model ? `, on ${asText(made.cpu_model)} with ${plural(made.cores, "core")}` : "",
    dayOf(made.time) ? `, ${dayOf(made.time)}` : "",
    ". Each run is a fresh process whose memory is sampled under load; the verdict says whether " +
      "the memory curve is bounded or a leak.",
  ];
  return parts.join("");
}

/* The title if no server was measured. */
function titleWithout(model) {
  const chosen = model.choices.map((file) => asText(asObject(asObject(file.data).answer).policy));
  if (chosen.some(Boolean)) return `Run ${listed(chosen.filter(Boolean))}`;
  return model.replays.length ? "Hits against memory" : "Tidemark report";
}

/* The title: the most severe verdict of each variant over all workloads. */
function titleWords(model) {
  const verdicts = new Map();
  for (const result of model.results.filter((each) => each.folder === model.latest))
    for (const summary of result.summaries)
      verdicts.set(result.short, [...(verdicts.get(result.short) || []), classOf(summary.class)]);
  const leaks =
    [...verdicts].filter(([, all]) => all.some((each) => each.leak)).map(([name]) => name);
  const bounded =
    [...verdicts].filter(([, all]) => all.every((each) => each.tone === "good")).map(([
      name
    ]) => name);
  const rest = verdicts.size - leaks.length - bounded.length;
  if (!verdicts.size) return titleWithout(model);
  const parts = [
    leaks.length === 0   ? "Nothing leaks"
      : leaks.length < 4 ? `${listed(leaks)} ${leaks.length === 1 ? "leaks" : "leak"}`
                         : `${leaks.length} leak`,
    bounded.length ? `${bounded.length} ${bounded.length === 1 ? "is" : "are"} bounded` : "",
    rest ? `${rest} undecided` : "",
  ];
  return parts.filter(Boolean).join("; ");
}

function verdictsGrouped(entries) {
  const groups = {bad: [], doubt: [], good: []};
  for (const entry of entries) groups[classOf(entry.summary.class).tone].push(entry);
  return groups;
}

/* "unbounded leaks; 7 are bounded.", and a sentence on speed. */
function answerWords(groups, rank) {
  const names = (entries) => namesShort(entries.map(({result}) => result.short));
  const parts = [
    groups.bad.length ? `${names(groups.bad)} ${groups.bad.length === 1 ? "leaks" : "leak"}`
                      : "Nothing leaks",
    groups.good.length ? `${groups.bad.length || groups.doubt.length ? "" : "all "}${
                           plural(groups.good.length, "is bounded", "are bounded")}`
                       : "",
    groups.doubt.length ? `${names(groups.doubt)} ${
                            groups.doubt.length === 1 ? "is" : "are"} undecided or still changing`
                        : "",
  ].filter(Boolean);
  const speed = !rank          ? ""
    : !rank.repeated           ? " Speed is not ranked: each ran only once."
    : rank.others.length === 0 ? " No difference in speed beyond noise."
    : rank.equal.length === 1  ? ` ${rank.best.result.short} is the fastest, beyond noise.`
                               : ` ${plural(rank.equal.length, "variant")} are equally fast.`;
  return `${parts.join("; ")}.${speed}`;
}

function verdictLines(entries) {
  return entries.map(({result, summary}) => el(
                       "div", null, el("strong", null, result.short), ` ${asText(summary.words)}`));
}

/* For one run each: hits hardly depend on other work of the machine. */
function hitsWords(hits) {
  const share = units.ratio(hits.figure.median);
  return `${hits.best.result.short}, among those that do not leak: ${share} of the requests.`;
}

function factsOf(entries, groups) {
  const facts = [];
  const add = (term, ...what) => facts.push(el("dt", null, term), el("dd", null, ...what));
  if (groups.bad.length) add(el("span", {class: "bad"}, "▲ Leaks"), ...verdictLines(groups.bad));
  if (groups.good.length) add(el("span", {class: "good"}, "● Bounded"), boundedWords(groups.good));
  if (groups.doubt.length)
    add(el("span", {class: "doubt"}, "? Open"), ...verdictLines(groups.doubt));
  const speed = rankingWords(
    ranking(entries, "requests_per_second", true), units.count, "requests/s", "most requests");
  const cpu = rankingWords(
    ranking(entries, "cpu_us_per_request", false), units.us, "per request", "least CPU time");
  const bounded = entries.filter((entry) => !classOf(entry.summary.class).leak);
  const hits = ranking(bounded, "hit_ratio", true);
  const limited = entries.length > 0 &&
    entries.every(
      ({summary}) => summary.raw.runs > 0 && summary.raw.bottlenecked === summary.raw.runs);
  if (limited) add("Speed", "is not ranked: the load generator was the bottleneck in every run.");
  if (speed) add("Fastest", speed);
  if (cpu) add("Least CPU", cpu);
  if (hits && hits.figure.median > 0)
    add("Most hits",
      hits.repeated ? rankingWords(hits, units.ratio, "of the requests", "most hits")
                    : hitsWords(hits));
  const failed = entries.filter(({summary}) => summary.raw.failed > 0 || summary.raw.capped > 0);
  if (failed.length)
    add(el("span", {class: "bad"}, "✕ Failed"),
      `runs of ${namesShort(failed.map(({result}) => result.short))} failed or were stopped`);
  return facts;
}

function boundedWords(entries) {
  const peaks = entries.map(({summary}) => figureOf(summary, "allocated_end_bytes"))
                  .filter(Boolean)
                  .map((figure) => figure.median);
  const names = namesShort(entries.map(({result}) => result.short));
  if (!peaks.length || Math.max(...peaks) === 0) return names;
  const [low, high] = [Math.min(...peaks), Math.max(...peaks)].map(units.bytes);
  return `${names}, ${low === high ? `at ${low}` : `at ${low} to ${high}`}`;
}

function cardMake(model, workload) {
  const entries = under(model, workload, model.latest);
  const groups = verdictsGrouped(entries);
  return el("article", {class: "card", "data-workload": workload}, el("h3", null, workload),
    el("p", {class: "gloss"}, `${describeWorkload(workload)}.`),
    el("p", {class: "answer"}, answerWords(groups, ranking(entries, "requests_per_second", true))),
    el("dl", {class: "facts"}, factsOf(entries, groups)));
}

function verdictCell(summary) {
  if (!summary) return DASH;
  const verdict = classOf(summary.class);
  const end = figureOf(summary, "allocated_end_bytes") || figureOf(summary, "rss_end_bytes");
  return {
    text: el("span", null, el("span", {class: verdict.tone}, `${verdict.mark} ${verdict.word}`),
      end && end.median ? el("span", {class: "quiet"}, ` ${units.bytes(end.median)}`) : ""),
    title: asText(summary.words)
  };
}

function answersSection(model) {
  if (!model.workloads.length) return null;
  const others = model.resultFolders.filter((folder) => folder !== model.latest);
  const part = section("answers", "The answers",
    others.length ? `Of ${model.latest}. What changed since ${listed(others)} follows.` : null);
  const rows = model.results.filter((result) => result.folder === model.latest)
                 .map((result) => [result.short,
                        ...model.workloads.map((workload) => verdictCell(result.summaries.find(
                                                 (each) => each.workload === workload)))]);
  part.append(
    el("div", {class: "cards"}, model.workloads.map((workload) => cardMake(model, workload))),
    table("Verdict and allocated memory at the end, of every variant under every workload",
      ["variant", ...model.workloads], rows),
    wordsMake());
  return part;
}

const WORDS = [
  [
    "policy, variant",
    "A policy decides what a cache keeps; a variant is the server with one policy. The policy " +
      "null stores nothing and shows what a request costs without a cache."
  ],
  ["bounded", "Memory certainly grows by less per request than matters."],
  [
    "leaks",
    "Memory grows steadily with the requests: in a container (entries accumulate), unreachable " +
      "(nothing refers to it any more), or expired (entries stay after their time to live)."
  ],
  [
    "still fills, undecided",
    "The cache grows towards its limit; or the run was too short to decide."
  ],
  [
    "noise",
    "How much runs of the same variant differ. A difference counts only if it is larger than " +
      "that and the intervals do not overlap."
  ],
  [
    "interval",
    "The range that contains the true median with 95 % confidence; with fewer than six runs " +
      "the range of all runs."
  ],
  [
    "p50, p99, p99.9",
    "Latency that 50 %, 99 % and 99.9 % of the requests did not exceed, from when a request was " +
      "due."
  ],
  ["hit ratio", "The share of the requests that were answered from the cache."],
  [
    "allocated, resident, RSS",
    "Bytes that the program allocated; pages that its allocator has not returned; pages that " +
      "the kernel counts for the process."
  ],
];

function wordsMake() {
  return el("details", {id: "words"}, el("summary", null, "Terms of this page"),
    el("dl", {class: "words"}, WORDS.flatMap(([word,
      says]) => [el("dt", null, el("dfn", null, word)), el("dd", null, says)])));
}

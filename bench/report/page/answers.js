/* answers.js - the first screen: the judgement's sentences, the choice, and the table of the bench.
 * All of it is decided and worded before; here it is only drawn. */
function sentenceLines(judgement) {
  const lines = [["Memory", asText(judgement.memory_words)]];
  for (const each of asList(judgement.workloads).map(asObject)) {
    lines.push([`Hits under ${asText(each.workload)}`, asText(each.hits_words)]);
    lines.push([`CPU under ${asText(each.workload)}`, asText(each.speed_words)]);
  }
  return lines.filter(([, words]) => words);
}

function sentencesMake(judgement) {
  return el("dl", {class: "answer"}, sentenceLines(judgement).flatMap(([subject,
    words]) => [el("dt", null, subject), el("dd", null, words)]));
}

/* The answer of tidemark choose, with its reasons. */
function chosenMake(model, file) {
  const answer = asObject(asObject(file.data).answer);
  const reasons = asList(answer.reasons).map((reason) => el("li", null, asText(reason)));
  return el("article", {class: "card"}, el("p", {class: "gloss"}, questionOf(model, file)),
    el("p", {class: "chosen"}, asText(answer.words)),
    answer.warning ? el("p", {class: "notice"}, asText(answer.warning)) : null,
    reasons.length ? el("ul", {class: "reasons"}, reasons) : null);
}

/* The columns of a judged workload: [head, cell of a row]. */
function judgedColumns(workload, model) {
  const memory = (key) => (row) => {
    const result = model.results.find((each) => each.variant === row.variant);
    const ours = key === "rss_bytes" || (result && result.data.policy);
    return number(ours && row.memory ? row.memory[key] : NaN, units.bytes);
  };
  const text = (part, key) => (row) => ({text: asText(asObject(row[part])[key]), number: true});
  const rank = (part) => (row) => number(asObject(row[part]).rank ?? NaN, units.count);
  const columns = [
    ["variant", (row) => row.variant], ["verdict", verdictCell],
    ["payload", memory("payload_bytes")], ["cache", memory("cache_bytes")],
    ["RSS", memory("rss_bytes")], ["hits", text("hits", "text")]
  ];
  if (asObject(workload.hits).ranked) columns.push(["# by hits", rank("hits")]);
  if (asObject(workload.hits).cold_differs) columns.push(["hits, cold", text("hits", "cold_text")]);
  if (workload.speed) columns.push(["CPU per request", text("cpu", "text")]);
  if (asObject(workload.speed).resolved) columns.push(["# by CPU", rank("cpu")]);
  return columns;
}

function verdictCell(row) {
  if (row.failed) return {text: verdictMark("failed", "failed"), kind: "verdict"};
  if (!row.memory) return DASH;
  return {
    text: verdictMark(row.memory.class, asText(row.memory.brief)),
    kind: "verdict",
    title: asText(row.memory.words)
  };
}

/* What else a reader must know of the figures. */
function notesMake(workload) {
  const lines = asList(workload.notes).map((note) => el("li", null, asText(note)));
  return lines.length ? el("ul", {class: "reasons"}, lines) : null;
}

/* Without the columns in which all rows have the same. */
function columnsThatDiffer(columns, rows) {
  const textOf = (cell) => asText(cell && cell.text !== undefined ? cell.text : cell);
  return columns.filter(([, cell], i) => i < 2 || rows.length < 2 ||
      new Set(rows.map((row) => textOf(cell(row)))).size > 1);
}

function workloadTables(model, workload) {
  const columns = judgedColumns(workload, model);
  const rows = asList(workload.rows).map(asObject);
  const [served, others] = [true, false].map((is) => rows.filter((row) => row.served === is));
  const name = asText(workload.workload);
  return [
    columnTable(
      `${name}: what was measured${
        workload.speed ? `; CPU per request as a ratio to ${model.judgement.reference}` : ""}`,
      served, columnsThatDiffer(columns, served)),
    notesMake(workload),
    others.length
      ? details(`Hits of ${plural(others.length, "policy", "policies")} without a server`,
          () => columnTable(`${name}: exact hits of the policies without a server`, others,
            columns.filter(([head]) => /variant|hits/.test(head))))
      : null
  ].filter(Boolean);
}

function benchTables(model) {
  const workloads = asList(model.judgement.workloads).map(asObject);
  if (!workloads.length) return [];
  const box = el("div", {id: "bench-table"});
  const show = (name) =>
    box.replaceChildren(...workloadTables(model, workloads.find((each) => each.workload === name)));
  const names = workloads.map((each) => asText(each.workload));
  show(names[0]);
  return [
    names.length > 1
      ? el("div", {class: "controls"}, choice("Workload", pairsOf(names), names[0], show))
      : null,
    box
  ].filter(Boolean);
}

function answersSection(model) {
  const judged = Boolean(model.judgement);
  if (!judged && !model.choices.length) return null;
  const part = el("section", {id: "answers", "aria-label": "Answers"});
  part.append(...(judged ? [sentencesMake(model.judgement)] : []),
    ...model.choices.map((file) => chosenMake(model, file)), ...(judged ? benchTables(model) : []),
    wordsMake());
  return part;
}

const WORDS = [
  [
    "policy, variant",
    "A policy decides what a cache keeps; a variant is the server with one policy. The policy " +
      "null stores nothing and shows what a request costs without a cache."
  ],
  ["bounded", "Memory grows by less per request than matters, and by how much at most."],
  [
    "leaks",
    "Memory grows steadily with the requests: in a container (entries accumulate), unreachable " +
      "(nothing refers to it any more), or expired (entries stay after their time to live)."
  ],
  ["warming, undecided", "The cache grows towards its limit; or the run was too short to decide."],
  [
    "hits",
    "The share of the requests that were answered from the cache: exact, by a replay; after the " +
      "warm-up, and from an empty cache on (cold)."
  ],
  ["#", "1 + the number of those that are better. A tie shares a rank."],
  [
    "CPU per request",
    "CPU time of the server as a ratio to the reference. All servers take turns, so the ratio " +
      "holds for the same moments; all pairs differ by what their intervals say, with 95 %."
  ],
  [
    "p50, p99, p99.9",
    "Latency that 50 %, 99 % and 99.9 % of the requests did not exceed, from when a request was " +
      "due."
  ],
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

/* change.js - two folders of results: what differs between before and after. */
const CHANGES = [
  ["requests_per_second", "requests/s", units.count], ["cpu_us_per_request", "CPU time a request", units.us], ["p99_ns", "p99", units.ns],
  ["hit_ratio", "hits", units.ratio], ["allocated_end_bytes", "allocated at the end", units.bytes], ["rss_end_bytes", "RSS at the end", units.bytes],
];

function changeCell(before, after, format, noise) {
  if (!before || !after) return DASH;
  const share = before.median ? after.median / before.median - 1 : NaN;
  const beyond = differ(before, after, noise);
  const single = before.n < 2 || after.n < 2;
  const text = `${format(before.median)} → ${format(after.median)}${Number.isFinite(share) ? ` (${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)} %)` : ""}`;
  return { text: el("span", null, beyond ? el("strong", null, text) : text, el("span", { class: "quiet" }, beyond ? " beyond noise" : single ? " one run" : " within noise")), number: true, value: share, beyond };
}

function changeRows(model, workload, from, to) {
  const entries = under(model, workload);
  const of = (folder, variant) => entries.find(({ result }) => result.folder === folder && result.variant === variant);
  const noise = Object.fromEntries(CHANGES.map(([key]) => [key, noiseOf(entries, key)]));
  return [...new Set(entries.map(({ result }) => result.variant))].filter((variant) => of(from, variant) && of(to, variant)).map((variant) => {
    const [before, after] = [of(from, variant).summary, of(to, variant).summary];
    const verdicts = [before, after].map((summary) => classOf(summary.class));
    const same = verdicts[0].word === verdicts[1].word;
    const verdict = { text: same ? verdicts[0].word : el("strong", null, `${verdicts[0].word} → ${verdicts[1].word}`), changed: same ? null : `${variant} was ${verdicts[0].word} and is ${verdicts[1].word} under ${workload}` };
    return [variant, verdict, ...CHANGES.map(([key, , format]) => changeCell(figureOf(before, key), figureOf(after, key), format, noise[key]))];
  });
}

function changeSentence(all) {
  const verdicts = all.flatMap(({ rows }) => rows.map((row) => row[1].changed)).filter(Boolean);
  const moved = all.flatMap(({ workload, rows }) => rows.flatMap((row) => CHANGES.map(([, name], i) => [row[i + 2], `${row[0]} under ${workload}: ${name}`]))).filter(([cell]) => cell.beyond);
  const first = verdicts.length ? `Verdicts that changed: ${verdicts.join("; ")}.` : "No verdict changed.";
  const names = moved.map(([cell, name]) => `${name} ${cell.value < 0 ? "−" : "+"}${Math.abs(100 * cell.value).toFixed(1)} %`);
  return `${first} ${names.length ? `Beyond noise: ${names.slice(0, 8).join("; ")}${names.length > 8 ? `; and ${names.length - 8} more` : ""}.` : "Of the figures, none differs beyond noise."}`;
}

function changeSection(model) {
  const folders = model.resultFolders;
  if (folders.length < 2) return null;
  const [from, to] = [folders[0], folders[folders.length - 1]];
  const all = model.workloads.map((workload) => ({ workload, rows: changeRows(model, workload, from, to) })).filter(({ rows }) => rows.length);
  const part = section("change", `What changed: ${from} → ${to}`, all.length ? changeSentence(all) : "No variant was measured in both under the same workload.");
  for (const { workload, rows } of all) part.append(table(`${workload}: before → after`, ["variant", "verdict", ...CHANGES.map(([, name]) => name)], rows));
  return part;
}

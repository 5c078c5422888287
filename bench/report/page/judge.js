/* judge.js - classes in words, and rankings: which variants are best, and which differ from the
 * best by more than noise. */
const CLASSES = {
  "bounded": {mark: "●", word: "bounded", tone: "good"},
  "warming": {mark: "◔", word: "still fills", tone: "doubt"},
  "leak: container": {mark: "▲", word: "leaks (container)", tone: "bad", leak: true},
  "leak: unreachable": {mark: "▲", word: "leaks (unreachable)", tone: "bad", leak: true},
  "leak: expired": {mark: "▲", word: "leaks (expired entries)", tone: "bad", leak: true},
  "leak: grows": {mark: "▲", word: "grows", tone: "bad", leak: true},
  "fragmentation": {mark: "▦", word: "fragments", tone: "doubt"},
  "not returned": {mark: "↥", word: "not returned", tone: "doubt"},
  "undecided": {mark: "?", word: "undecided", tone: "doubt"},
  "no activity": {mark: "?", word: "no activity", tone: "doubt"},
};
const classOf = (name) => CLASSES[name] || {mark: "✕", word: name || "no verdict", tone: "doubt"};

/* The policy that stores nothing; it shows what a request costs without a cache and is not ranked.
 */
const FLOOR = "null";

function figureOf(summary, key) {
  const figure = asObject(summary && summary.figures[key]);
  return figure.n > 0 && Number.isFinite(figure.median) ? figure : null;
}

/* Columns of the medians of figures [key, head, format]; an item is {result, summary}. */
function medianColumns(figures) {
  const median = (summary, key) => (figureOf(summary, key) || {}).median;
  return figures.map(
    ([key, head, format]) => [head, ({summary}) => number(median(summary, key), format)]);
}

/* The width of the interval as a share of the median. */
function spreadCell(summary, key) {
  const figure = figureOf(summary, key);
  if (!figure || figure.n < 2 || !figure.median) return DASH;
  return number((figure.high - figure.low) / Math.abs(figure.median), units.ratio);
}

/* All results under a workload: [{result, summary}]; of one folder, if one is given. */
function under(model, workload, folder) {
  return model.results.filter((result) => folder === undefined || result.folder === folder)
    .map(
      (result) => ({result, summary: result.summaries.find((each) => each.workload === workload)}))
    .filter((each) => each.summary);
}

/* How much runs of the same variant differ, as a share of their median: as calibrated (`noise` of
 * the results), otherwise the median over the variants of the width of their intervals. */
function noiseOf(entries, key) {
  const calibrated =
    entries.map(({result}) => asObject(result.data.noise)[key]).filter(Number.isFinite);
  if (calibrated.length) return Math.max(...calibrated);
  const spreads = entries.map(({summary}) => figureOf(summary, key))
                    .filter((figure) => figure && figure.n > 1 && figure.median)
                    .map((figure) => (figure.high - figure.low) / Math.abs(figure.median))
                    .sort((a, b) => a - b);
  return spreads.length ? spreads[spreads.length >> 1] : NaN;
}

/* Two figures differ if their intervals do not overlap and their medians differ by more than noise.
 */
function differ(a, b, noise) {
  if (!(a.n > 1 && b.n > 1)) return false;
  const disjoint = a.low > b.high || b.low > a.high;
  return disjoint &&
    Math.abs(a.median - b.median) >
    (Number.isFinite(noise) ? noise : 0) * Math.min(Math.abs(a.median), Math.abs(b.median));
}

/* The best entry, and all that do not differ from it. null: fewer than two have the figure. */
function ranking(entries, key, greater) {
  const known =
    entries.filter(({result, summary}) => result.data.policy !== FLOOR && figureOf(summary, key));
  const noise = noiseOf(entries, key);
  if (known.length < 2) return null;
  const sorted = [...known].sort((a, b) => (greater ? -1 : 1) *
      (figureOf(a.summary, key).median - figureOf(b.summary, key).median));
  const best = figureOf(sorted[0].summary, key);
  const equal = sorted.filter(({summary}) => !differ(best, figureOf(summary, key), noise));
  return {
    best: sorted[0],
    figure: best,
    equal,
    others: sorted.filter((each) => !equal.includes(each)),
    noise,
    repeated: known.every(({summary}) => figureOf(summary, key).n > 1)
  };
}

/* A ranking as a sentence. */
function rankingWords(rank, format, what, most) {
  if (!rank) return null;
  const value = `${format(rank.figure.median)} ${what}`.trim();
  if (!rank.repeated)
    return `Each ran only once, which is not enough for a ranking. The best run was ${
      rank.best.result.short} with ${value}.`;
  const names = rank.equal.map(({result}) => result.short);
  if (rank.others.length === 0)
    return `No difference beyond noise${
      Number.isFinite(rank.noise) ? ` (${units.ratio(rank.noise)})`
                                  : ""} among ${namesShort(names)}.`;
  if (names.length === 1) return `${names[0]}, beyond noise: ${value}.`;
  return `${names[0]} has the ${most} (${value}), but ${
    namesShort(names.slice(1))} may be as good; ${
    rank.others.length === 1 ? "the other is"
                             : `the other ${rank.others.length} are`} worse, beyond noise.`;
}

function namesShort(names) {
  return names.length > 6 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`
                          : listed(names);
}

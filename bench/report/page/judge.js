/* judge.js - what may be said of figures: who is best, and what is more than noise. */
const CLASSES = {
  "bounded": {mark: "●", word: "bounded", tone: "good"},
  "warming": {mark: "◔", word: "still fills", tone: "doubt"},
  "leak: container": {mark: "▲", word: "leaks (container)", tone: "bad", leak: true},
  "leak: unreachable": {mark: "▲", word: "leaks (unreachable)", tone: "bad", leak: true},
  "leak: expired": {mark: "▲", word: "leaks (expired entries)", tone: "bad", leak: true},
  "fragmentation": {mark: "▦", word: "fragments", tone: "doubt"},
  "not returned": {mark: "↥", word: "not returned", tone: "doubt"},
  "undecided": {mark: "?", word: "undecided", tone: "doubt"},
};
const classOf = (name) => CLASSES[name] || {mark: "✕", word: name || "no verdict", tone: "doubt"};

/* The policy that keeps nothing: what a request costs without a cache. It is ranked with nobody. */
const FLOOR = "null";

function figureOf(summary, key) {
  const figure = asObject(summary && summary.figures[key]);
  return figure.n > 0 && Number.isFinite(figure.median) ? figure : null;
}

/* All results under a workload: [{result, summary}]; of several folders those of one, if asked. */
function under(model, workload, folder) {
  return model.results.filter((result) => folder === undefined || result.folder === folder)
      .map(
          (result) =>
              ({result, summary: result.summaries.find((each) => each.workload === workload)}))
      .filter((each) => each.summary);
}

/* By how much the runs of one and the same variant differ, as a share of their median: the median
 * over the variants. A bench that measured this with a server against itself says it in `noise`. */
function noiseOf(entries, key) {
  const told =
      entries.map(({result, summary}) => noiseTold(result, summary, key)).filter(Number.isFinite);
  if (told.length) return Math.max(...told);
  const spreads = entries.map(({summary}) => figureOf(summary, key))
                      .filter((figure) => figure && figure.n > 1 && figure.median)
                      .map((figure) => (figure.high - figure.low) / Math.abs(figure.median))
                      .sort((a, b) => a - b);
  return spreads.length ? spreads[spreads.length >> 1] : NaN;
}

function noiseTold(result, summary, key) {
  for (const block of [summary.raw && summary.raw.noise, result.data.noise]) {
    const figure = asObject(block)[key];
    const share =
        Number.isFinite(figure) ? figure : asObject(figure).share ?? asObject(figure).noise_share;
    if (Number.isFinite(share)) return share;
  }
  return NaN;
}

/* Two figures differ when their intervals lie apart, and their medians by more than the noise. */
function differ(a, b, noise) {
  if (!(a.n > 1 && b.n > 1)) return false;
  const apart = a.low > b.high || b.low > a.high;
  return apart &&
      Math.abs(a.median - b.median) >
      (Number.isFinite(noise) ? noise : 0) * Math.min(Math.abs(a.median), Math.abs(b.median));
}

/* The best, and all that cannot be told from it. NULL where there is nothing to rank. */
function ranking(entries, key, greater) {
  const known =
      entries.filter(({result, summary}) => result.data.policy !== FLOOR && figureOf(summary, key));
  const noise = noiseOf(entries, key);
  if (known.length < 2) return null;
  const sorted = [...known].sort(
      (a, b) =>
          (greater ? -1 : 1) * (figureOf(a.summary, key).median - figureOf(b.summary, key).median));
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

/* One sentence about a ranking. */
function rankingWords(rank, format, what, most) {
  if (!rank) return null;
  const value = `${format(rank.figure.median)} ${what}`.trim();
  if (!rank.repeated)
    return `Ran once each, so nobody is ranked: from ${format(rank.figure.median)} (${
        rank.best.result.short}) down a single run proves nothing.`;
  const names = rank.equal.map(({result}) => result.short);
  if (rank.others.length === 0)
    return `No difference beyond noise${
        Number.isFinite(rank.noise) ? ` (${units.ratio(rank.noise)})`
                                    : ""} among ${namesShort(names)}.`;
  if (names.length === 1) return `${names[0]}, beyond noise: ${value}.`;
  return `${names[0]} has the ${most} (${value}), but ${
      namesShort(names.slice(1))} cannot be told from it; ${
      rank.others.length === 1 ? "the other is"
                               : `the other ${rank.others.length} are`} behind beyond noise.`;
}

function namesShort(names) {
  return names.length > 6 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`
                          : listed(names);
}

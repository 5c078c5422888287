/* units.js - formats numbers with their units. A value that is no number becomes a dash. */
const DASH = "–";

function scaled(value, base, units) {
  let at = 0;
  let left = Math.abs(value);
  while (left >= base * 0.9995 && at + 1 < units.length) {
    left /= base;
    at++;
  }
  const digits = at === 0 || left >= 100 || Number.isInteger(left) ? 0 : left >= 10 ? 1 : 2;
  const text = left.toFixed(digits);
  return (value < 0 ? "−" : "") + text + " " + units[at];
}

const known = (format) => (value) => (Number.isFinite(value) ? format(value) : DASH);

function duration(ns) {
  if (Math.abs(ns) < 60e9) return scaled(ns, 1000, ["ns", "µs", "ms", "s"]);
  return ns < 3600e9 ? `${Number((ns / 60e9).toFixed(1))} min`
                     : `${Number((ns / 3600e9).toFixed(1))} h`;
}

const units = {
  bytes: known((v) => scaled(v, 1024, ["B", "KiB", "MiB", "GiB", "TiB"])),
  count: known((v) => Math.round(v).toLocaleString("en-US")),
  real: known((v) => Number(v.toPrecision(3)).toLocaleString("en-US", {maximumFractionDigits: 3})),
  ns: known(duration),
  us: known((v) => `${Number(v.toPrecision(3))} µs`),
  rate: known((v) => `${units.count(v)}/s`),
  ratio: known((v) => `${(100 * v).toFixed(1)} %`),
  percent: (v) => `${Number((100 * v).toFixed(6))} %`,
  /* For axes. */
  short: (v) => (Math.abs(v) < 1000 ? String(Number(v.toPrecision(6)))
                                    : scaled(Number(v.toPrecision(12)), 1000, ["", "k", "M", "G"])),
};

/* The formatter for a key, by its end; results/README.md lists the units. */
function unitOf(key) {
  const ends = [
    [/_bytes$|^bytes(_for_target)?$|bytes_per_(request|entry)$/, "bytes"],
    [/_ns$/, "ns"],
    [/_us(_per_\w+)?$/, "us"],
    [/cpu_us_per_/, "us"],
    [/requests_per_second$|_rps$/, "rate"],
    [/_ratio$|_share$|_ratio_error$/, "ratio"],
  ];
  const found = ends.find(([end]) => end.test(key));
  return units[found ? found[1] : "real"];
}

function plural(count, one, many) {
  return `${units.count(count)} ${count === 1 ? one : many || one + "s"}`;
}

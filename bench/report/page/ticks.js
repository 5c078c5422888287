/* ticks.js - round values along an axis: binary for bytes, decimal otherwise. */
function stepRound(raw) {
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * [1, 2, 5, 10].find((each) => each * power >= raw * 0.999);
}

function ticksLinear(min, max, bytes, count) {
  const unit = bytes && max >= 1024 ? 1024 ** Math.floor(Math.log(max) / Math.log(1024)) : 1;
  const step = stepRound((max - min) / count / unit) * unit;
  const ticks = [];
  for (let at = Math.ceil(min / step - 1e-9); at * step <= max * (1 + 1e-9); at++)
    ticks.push(at * step);
  return ticks;
}

function ticksLog(min, max, bytes, count) {
  const base = bytes ? 2 : 10;
  const first = Math.floor(Math.log(min) / Math.log(base));
  const last = Math.ceil(Math.log(max) / Math.log(base));
  const fine = !bytes && last - first < 3 ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil((last - first) / count));
  const ticks = [];
  for (let power = first; power <= last; power += stride)
    for (const factor of fine) ticks.push(factor * base ** power);
  return ticks.filter((tick) => tick >= min * 0.999 && tick <= max * 1.001);
}

/* The ends of a logarithmic axis: a little beyond the values. */
function logEnds(values) {
  const positive = values.filter((value) => value > 0);
  if (!positive.length) return {min: 1, max: 10};
  const [least, most] = [Math.min(...positive), Math.max(...positive)];
  return least < most ? {min: least / 1.15, max: most * 1.15} : {min: least / 2, max: most * 2};
}

/* The upper end of an axis that starts at 0. */
function roundUp(max, bytes) {
  if (!(max > 0)) return 1;
  const ticks = ticksLinear(0, max, bytes, 6);
  const step = ticks.length > 1 ? ticks[1] : max;
  return Math.ceil(max / step - 1e-9) * step;
}

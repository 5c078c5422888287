/* graph.js - a chart with its legend, table and downloads; drawn when it comes into view.
 *
 * A graph calls content() each time it is drawn, so a control changes a setting and calls
 * refresh(). Long series are thinned to what the width can show: the lowest and the highest value
 * of each part. The downloads have all values. */
const POINTS_PER_PIXEL = 1;
const TABLE_ROWS = 40;
const graphs = [];

/* At most about 2 * buckets points, with the extremes of every bucket. */
function thin(xs, ys, buckets) {
  const count = Math.min(xs.length, ys.length);
  const points = [];
  const add = (at) => {
    if (Number.isFinite(xs[at]) && Number.isFinite(ys[at])) points.push({x: xs[at], y: ys[at]});
  };
  if (count <= 2 * buckets) {
    for (let at = 0; at < count; at++) add(at);
    return points;
  }
  add(0);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = 1 + Math.floor((bucket * (count - 2)) / buckets);
    const until = 1 + Math.floor(((bucket + 1) * (count - 2)) / buckets);
    let low = from, high = from;
    for (let at = from; at < until; at++) {
      if (ys[at] < ys[low]) low = at;
      if (ys[at] > ys[high]) high = at;
    }
    add(Math.min(low, high));
    if (low !== high) add(Math.max(low, high));
  }
  add(count - 1);
  return points;
}

function cssColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* Draws names at the ends of the lines, moved so that they do not overlap. */
const endLabels = {
  id: "endLabels",
  afterDatasetsDraw(chart) {
    const {ctx, chartArea} = chart;
    const labels =
      chart.data.datasets.map((set, i) => ({set, last: chart.getDatasetMeta(i).data.slice(-1)[0]}))
        .filter(({last}) => last && Number.isFinite(last.y))
        .sort((a, b) => a.last.y - b.last.y);
    const height = Math.min(14, (chartArea.bottom - chartArea.top) / Math.max(labels.length, 1));
    let floor = chartArea.top - height / 2;
    for (const label of labels) floor = label.y = Math.max(label.last.y, floor + height);
    let ceiling = chartArea.bottom + height / 2;
    for (const label of [...labels].reverse())
      ceiling = label.y = Math.min(label.y, ceiling - height);
    ctx.save();
    ctx.font = `600 11px ${cssColour("--body")}`;
    ctx.textBaseline = "middle";
    for (const {set, last, y} of labels) {
      ctx.strokeStyle = ctx.fillStyle = set.borderColor;
      ctx.globalAlpha = 0.6;
      ctx.beginPath();
      ctx.moveTo(last.x + 4, last.y);
      ctx.lineTo(chartArea.right + 6, y);
      ctx.stroke();
      ctx.globalAlpha = 1;
      ctx.fillText(
        shorten(ctx, set.label, chart.options.layout.padding.right - 12), chartArea.right + 9, y);
    }
    ctx.restore();
  },
};

function shorten(ctx, text, width) {
  if (ctx.measureText(text).width <= width) return text;
  let cut = text.slice(0, 60);
  while (cut.length > 1 && ctx.measureText(cut + "…").width > width) cut = cut.slice(0, -1);
  return cut + "…";
}

/* Draws the interval of a bar and its value. */
const whiskers = {
  id: "whiskers",
  afterDatasetsDraw(chart) {
    const {ctx, scales: {x}} = chart;
    const rows = chart.config.options.rows;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = cssColour("--ink");
    ctx.lineWidth = 1.5;
    ctx.font = `12px ${cssColour("--body")}`;
    ctx.textBaseline = "middle";
    chart.getDatasetMeta(0).data.forEach((bar, i) => {
      const {low, high, value, format} = rows[i];
      let right = bar.x;
      if (low < high) {
        const [from, to] = [x.getPixelForValue(low), x.getPixelForValue(high)];
        right = Math.max(right, to);
        ctx.beginPath();
        ctx.moveTo(from, bar.y);
        ctx.lineTo(to, bar.y);
        ctx.moveTo(from, bar.y - 4);
        ctx.lineTo(from, bar.y + 4);
        ctx.moveTo(to, bar.y - 4);
        ctx.lineTo(to, bar.y + 4);
        ctx.stroke();
      }
      ctx.fillText(format(value), right + 7, bar.y);
    });
    ctx.restore();
  },
};

class Graph {
  /* content(graph): {series: [{name, variant, folder, xs, ys}], x, y} with x and y {label, format,
   * log, bytes, min, max, at}, or {rows: [{name, value, low, high, format}], x}. names(): the
   * entries of the legend; shown: those shown at first; bars: how many there are at first, so that
   * the height is known before they are drawn. controls (controls.js) set keys of state.
   */
  constructor(
    {id, title, note, content, state, controls = [], names = null, shown = null, bars = 0}) {
    Object.assign(this, {id, title, content, names, drawn: false});
    this.shown = new Set(shown || []);
    const made = controls.map((make) => make(state, () => this.refresh()));
    this.canvas = el("canvas", {role: "img"});
    this.box = el("div", {class: "canvas"}, this.canvas);
    this.note = el("p", null, note || "");
    if (bars) this.heightSet(bars);
    this.legend = names ? el("fieldset", {class: "legend"}) : null;
    this.tables = details("The numbers as a table", () => this.tableMake());
    this.tools = el("div", {class: "tools"}, this.tables,
      el("button", {type: "button", onclick: () => this.picture()}, "Picture"),
      el("button", {type: "button", onclick: () => this.csv()}, "CSV"));
    this.figure = el("figure", {id}, el("figcaption", null, el("h3", null, title), this.note),
      controls.length ? el("div", {class: "controls"}, made) : null, this.box, this.legend,
      this.tools);
    this.legendMake();
    graphs.push(this);
    Graph.observer.observe(this.figure);
  }
  refresh() {
    if (!this.drawn) return;
    this.draw();
    if (this.tables.open) {
      this.tables.lastChild.replaceWith(this.tableMake());
    } else
      while (this.tables.children.length > 1) this.tables.lastChild.remove();
  }
  draw() {
    this.drawn = true;
    this.legendMake();
    const data = this.content(this);
    this.data = data;
    if (this.chart) this.chart.destroy();
    const config = data.rows ? this.barConfig(data) : this.lineConfig(data);
    this.canvas.setAttribute("aria-label", this.describe(data));
    this.chart = new Chart(this.canvas, config);
  }
  heightSet(bars) {
    this.box.style.height = `${bars * 1.75 + 4.5}rem`;
  }
  legendMake() {
    if (!this.legend) return;
    const boxes = this.names().map(({name, variant, folder}) => {
      const box = el("input", {type: "checkbox", checked: this.shown.has(name), "data-name": name});
      box.addEventListener("change", () => {
        if (box.checked)
          this.shown.add(name);
        else
          this.shown.delete(name);
        this.refresh();
        const again =
          [...this.legend.querySelectorAll("input")].find((each) => each.dataset.name === name);
        if (again) again.focus();
      });
      return el(
        "label", null, box, swatch(marks.of(variant || name, folder)), el("span", null, name));
    });
    this.legend.replaceChildren(el("legend", null, "Shown"), ...boxes);
  }
  /* The axis from 0, or a logarithmic one from the lowest value. */
  static ends(datasets, side, axis) {
    if (axis.max !== undefined) return axis;
    const ends = datasets
                   .flatMap((set) => {
                     let [least, most] = [Infinity, 0];
                     for (const point of set.data) {
                       least = Math.min(least, point[side]);
                       most = Math.max(most, point[side]);
                     }
                     return [least, most];
                   })
                   .filter(Number.isFinite);
    if (axis.log) return {...axis, ...logEnds(ends)};
    const most = Math.max(0, ...ends);
    return {...axis, min: 0, max: side === "x" ? most || 1 : roundUp(most, axis.bytes)};
  }
  axis(side, {label, format, log, bytes, min, max, at}, extra) {
    const count = side === "x" ? Math.max(2, Math.floor(this.box.clientWidth / 110)) : 6;
    return {
      type: log ? "logarithmic" : "linear",
      min,
      max,
      title: {display: true, text: label, color: cssColour("--soft"), font: {size: 12}},
      grid: {color: cssColour("--hair"), borderColor: cssColour("--faint"), drawTicks: false},
      ticks: {
        color: cssColour("--soft"),
        padding: 6,
        callback: (value) => format(value),
        maxRotation: 0,
        autoSkip: true,
        font: {size: 12}
      },
      afterBuildTicks(scale) {
        const ticks = at ? at
          : log          ? ticksLog(scale.min, scale.max, bytes, count)
                         : ticksLinear(scale.min, scale.max, bytes, count);
        scale.ticks = ticks.map((value) => ({value}));
      },
      ...extra,
    };
  }
  lineConfig({series, x, y}) {
    const buckets = Math.max(200, this.box.clientWidth * POINTS_PER_PIXEL);
    const datasets = series.map((each) => {
      const mark = marks.of(each.variant || each.name, each.folder);
      const points = thin(each.xs, each.ys,
        buckets).filter((point) => (!y.log || point.y > 0) && (!x.log || point.x > 0));
      const every = Math.max(1, Math.ceil(points.length / 7));
      const size =
        points.map((_, i) => (i % every === (every >> 1) || i === points.length - 1 ? 4 : 0));
      return {
        label: each.name,
        data: points,
        borderColor: mark.colour,
        backgroundColor: mark.colour,
        borderDash: mark.dash,
        borderWidth: 2,
        pointStyle: mark.shape,
        pointRadius: size,
        pointBorderColor: mark.colour,
        pointBorderWidth: 1.5,
        pointHitRadius: 6,
        tension: 0,
        clip: 6,
      };
    });
    const yAxis = Graph.ends(datasets, "y", y);
    const xAxis = Graph.ends(datasets, "x", x);
    const ctx = this.canvas.getContext("2d");
    ctx.font = "600 11px sans-serif";
    const widest =
      Math.max(20, ...series.map((each) => ctx.measureText(each.name.slice(0, 40)).width));
    const right = Math.min(widest + 24, this.box.clientWidth * 0.28);
    return {
      type: "line",
      data: {datasets},
      plugins: [endLabels],
      options: this.options(right, {x: this.axis("x", xAxis), y: this.axis("y", yAxis)}, {
        title: (items) => `${x.format(items[0].parsed.x)} ${x.label}`,
        label: (item) => `${item.dataset.label}: ${(y.say || y.format)(item.parsed.y)}`,
      },
        {mode: "nearest", axis: "x", intersect: false}),
    };
  }
  barConfig({rows, x}) {
    this.heightSet(rows.length);
    const top = Math.max(0, ...rows.map((row) => Math.max(row.value || 0, row.high || 0)));
    const accent = cssColour("--accent");
    const longest = Math.max(0, ...rows.map((row) => row.format(row.value).length));
    const options = this.options(longest * 7 + 16, {
      x: this.axis("x", {min: 0, max: roundUp(top, x.bytes), ...x}),
      y: {
        grid: {display: false, borderColor: cssColour("--faint")},
        ticks: {
          color: cssColour("--ink"),
          autoSkip: false,
          font: {size: 12},
          callback(value) {
            return shorten(this.ctx, String(this.getLabelForValue(value)), 130);
          }
        }
      },
    },
      {label: (item) => rows[item.dataIndex].format(item.parsed.x)},
      {mode: "nearest", axis: "y", intersect: false});
    return {
      type: "bar",
      plugins: [whiskers],
      data: {
        labels: rows.map((row) => row.name),
        datasets: [{
          data: rows.map((row) => row.value),
          backgroundColor: accent + "38",
          borderColor: accent,
          borderWidth: {right: 2},
          barPercentage: 0.7
        }]
      },
      options: {...options, indexAxis: "y", rows},
    };
  }
  options(right, scales, callbacks, interaction) {
    return {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: true,
      normalized: false,
      layout: {padding: {right, top: 8}},
      scales,
      interaction,
      plugins: {
        legend: {display: false},
        tooltip: {
          callbacks,
          backgroundColor: cssColour("--ink"),
          titleColor: cssColour("--paper"),
          bodyColor: cssColour("--paper"),
          usePointStyle: true
        }
      },
    };
  }
  describe({series, rows, x, y}) {
    if (rows)
      return `${this.title}. ${
        rows.slice(0, 30).map((row) => `${row.name}: ${row.format(row.value)}`).join("; ")}.`;
    const ends = series.slice(0, 20).map((each) => {
      const last = each.ys.length - 1;
      return last < 0 ? `${each.name}: nothing`
                      : `${each.name} from ${y.format(each.ys[0])} to ${y.format(each.ys[last])}`;
    });
    return `${this.title}: ${y.label} over ${x.label}. ${
      ends.join("; ")}. The table below has the numbers.`;
  }
  tableMake() {
    if (!this.drawn) this.draw();
    const {rows, series, x, y} = this.data;
    if (rows)
      return table(this.title, ["", "value", "low", "high"],
        rows.map((row) => [row.name, number(row.value, row.format), number(row.low, row.format),
                   number(row.high, row.format)]));
    const cells = series.flatMap((each) => {
      const count = Math.min(each.xs.length, each.ys.length);
      const step = Math.max(1, Math.ceil(count / TABLE_ROWS));
      const at = Array.from({length: Math.ceil(count / step)}, (_, i) => i * step);
      if (count && at[at.length - 1] !== count - 1) at.push(count - 1);
      return at.map(
        (i) => [each.name, number(each.xs[i], x.format), number(each.ys[i], y.say || y.format)]);
    });
    return table(
      `${this.title} (a selection; the CSV has all)`, ["series", x.label, y.label], cells);
  }
  picture() {
    if (!this.drawn) this.draw();
    const flat = el("canvas", {width: this.canvas.width, height: this.canvas.height});
    const ctx = flat.getContext("2d");
    ctx.fillStyle = cssColour("--raised");
    ctx.fillRect(0, 0, flat.width, flat.height);
    ctx.drawImage(this.canvas, 0, 0);
    flat.toBlob((blob) => download(`${this.id}.png`, [blob], "image/png"));
  }
  csv() {
    if (!this.drawn) this.draw();
    const {rows, series, x, y} = this.data;
    const lines = rows
        ? [
            ["name", "value", "low", "high"],
            ...rows.map((row) => [row.name, row.value, row.low, row.high])
          ]
        : [
            ["series", x.label, y.label],
            ...series.flatMap(({name, xs, ys}) => Array.from(xs, (at, i) => [name, at, ys[i]]))
          ];
    download(`${this.id}.csv`, [lines.map(csvLine).join("\n"), "\n"], "text/csv");
  }
}

Graph.observer = new IntersectionObserver((entries) => {
  for (const {target, isIntersecting} of entries) {
    const graph = graphs.find((each) => each.figure === target);
    if (isIntersecting && graph && !graph.drawn) graph.draw();
  }
}, {rootMargin: "200px"});

/* A cell that a spreadsheet would take for a formula gets a leading apostrophe. */
function csvLine(cells) {
  return cells
    .map((cell) => {
      if (typeof cell === "number") return String(cell);
      const text = asText(cell).replace(/^(?=[=+\-@\t])/, "'");
      return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, "\"\"")}"` : text;
    })
    .join(",");
}

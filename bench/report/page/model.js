/* model.js - the data of the page in a regular form: files, results, runs and their samples.
 *
 * Files may come from anywhere, so missing parts are read as empty. */
function blockParse(id) {
  const block = document.getElementById(id);
  return block ? JSON.parse(block.textContent) : null;
}

const asList = (value) => (Array.isArray(value) ? value : []);
const asObject = (value) =>
  (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});
const asText = (value) => (typeof value === "string" ? value
    : value === undefined || value === null          ? ""
                                                     : String(value));

/* The samples of a run as columns, which are parsed on first use. */
class Samples {
  constructor(source, fileId) {
    this.blockId =
      source && Number.isInteger(source.columns) ? `${fileId}-columns-${source.columns}` : null;
    this.rows = asList(source);
  }
  /* {keys, columns: Map of key to Float64Array, length} */
  get table() {
    if (!this.made)
      this.made = this.blockId ? Samples.fromBlock(this.blockId) : Samples.fromRows(this.rows);
    return this.made;
  }
  static fromBlock(id) {
    const {keys, deltas} = blockParse(id) || {keys: [], deltas: []};
    const columns = new Map(keys.map((key, i) => {
      const column = new Float64Array(deltas[i].length);
      let value = 0;
      deltas[i].forEach((delta, at) => {
        column[at] = value += delta;
      });
      return [key, column];
    }));
    return {keys, columns, length: deltas.length ? deltas[0].length : 0};
  }
  static fromRows(rows) {
    const keys = [...new Set(rows.flatMap((row) => Object.keys(asObject(row))))];
    const columns = new Map(keys.map(
      (key) => [key, Float64Array.from(rows, (row) => Number(asObject(row)[key] ?? NaN))]));
    return {keys, columns, length: rows.length};
  }
  get length() {
    return this.table.length;
  }
  column(key) {
    return this.table.columns.get(key) || new Float64Array(0);
  }
  /* As in the file. */
  get objects() {
    const {keys, columns, length} = this.table;
    return this.blockId
      ? Array.from(
          {length}, (_, at) => Object.fromEntries(keys.map((key) => [key, columns.get(key)[at]])))
      : this.rows;
  }
}

function runMake(raw, fileId) {
  const run = asObject(raw);
  return {
    raw: run,
    workload: asText(run.workload),
    repetition: run.repetition || 1,
    status: asText(run.status),
    reason: asText(run.reason),
    load: asObject(run.load),
    server: asObject(run.server),
    verdict: asObject(run.verdict),
    burst: run.burst ? asObject(run.burst) : null,
    series: asList(run.series),
    samples: new Samples(run.samples, fileId),
  };
}

function resultMake(file) {
  const data = asObject(file.data);
  return {
    file,
    folder: file.label,
    variant: asText(data.variant) || file.name,
    name: "",
    data,
    limits: asObject(data.limits),
    madeBy: asObject(data.made_by),
    complete: data.complete === true,
    summaries: asList(data.summary).map((raw) => ({
      raw: asObject(raw),
      ...asObject(raw),
      workload: asText(asObject(raw).workload),
      figures: asObject(asObject(raw).figures)
    })),
    runs: asList(data.runs).map((raw) => runMake(raw, file.id)),
    speeds: speedsOf(data),
  };
}

/* What a request cost in each repetition; in version 2, which has no speeds, in each run. */
function speedsOf(data) {
  if (Array.isArray(data.speeds)) return data.speeds.map(asObject);
  return asList(data.runs).map(asObject).filter((run) => run.status !== "failed").map((run) => ({
    workload: asText(run.workload),
    repetition: run.repetition,
    cpu_us_per_request: asObject(run.server).cpu_us_per_request,
    requests_per_second: asObject(run.load).requests_per_second,
    ...asObject(asObject(asObject(run.load).latency).all),
    bottleneck: asObject(run.load).bottleneck
  }));
}

/* Labels the folders with the shortest ends of their paths that differ. */
function foldersName(files) {
  const folders = [...new Set(files.map((file) => file.folder))];
  const tail = (folder, parts) =>
    folder.split("/").filter(Boolean).slice(-parts).join("/") || folder;
  let parts = 1;
  while (parts < 20 && new Set(folders.map((folder) => tail(folder, parts))).size < folders.length)
    parts++;
  for (const file of files) file.label = tail(file.folder, parts);
}

/* Gives every result a unique name: the variant, and if needed folder and file. */
function resultsName(results, manyFolders) {
  const count = new Map();
  const candidate = (result) => result.variant + (manyFolders ? ` · ${result.folder}` : "");
  for (const result of results)
    count.set(candidate(result), (count.get(candidate(result)) || 0) + 1);
  for (const result of results) {
    const file = count.get(candidate(result)) > 1 ? ` · ${result.file.name}` : "";
    result.name = candidate(result) + file;
    result.short = result.variant + file; /* unique within the folder */
  }
}

function modelMake() {
  const about = blockParse("about");
  const files = about.files.map((file, i) => ({...file, id: `file-${i}`}));
  for (const file of files) file.data = blockParse(file.id);
  const of = (kind) => files.filter((file) => file.kind === kind);
  foldersName(files);
  const results = of("result").map(resultMake);
  const resultFolders = [...new Set(results.map((result) => result.folder))];
  resultsName(results, resultFolders.length > 1);
  const said = asObject(blockParse("judgement"));
  const benches = asList(said.benches).map(asObject);
  const bench = asObject(benches[benches.length - 1]);
  const workloads = [...new Set(results.flatMap(
    (result) => [...result.summaries, ...result.runs].map((each) => each.workload)))];
  return {
    about,
    files,
    said,
    judgement: bench.judgement || null,
    curves: benches.flatMap((each) => asList(each.curves)),
    results,
    latest: resultFolders[resultFolders.length - 1],
    resultFolders,
    workloads,
    replays: of("replay").flatMap((file) => (Array.isArray(file.data) ? file.data : [file.data])
                                              .map((row) => ({file, ...asObject(row)}))),
    choices: of("choice"),
    compares: of("compare"),
    verdicts: of("verdicts"),
    micro: of("micro"),
    startup: of("startup"),
  };
}

/* All results under a workload: [{result, summary}]. */
function under(model, workload) {
  return model.results
    .map(
      (result) => ({result, summary: result.summaries.find((each) => each.workload === workload)}))
    .filter((each) => each.summary);
}

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

/* The judged row of a variant under a workload. */
function judgedRow(model, workload, variant) {
  const judged =
    asList(asObject(model.judgement).workloads).find((each) => each.workload === workload);
  return asObject(asList(asObject(judged).rows).find((row) => row.variant === variant));
}

/* The results of all folders whose curves are shown at first. */
function shownFirst(model) {
  const chosen = model.results.filter((result) => model.curves.includes(result.variant));
  return (chosen.length ? chosen : model.results.slice(0, 3)).map((result) => result.name);
}

/* The file as it was read, with its samples. */
function fileWhole(file) {
  const back = (value) => {
    if (Array.isArray(value)) return value.map(back);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key,
                                  key === "samples" && each && Number.isInteger(each.columns)
                                    ? new Samples(each, file.id).objects
                                    : back(each)]));
  };
  return back(file.data);
}

/* about.js - machine and versions, and all raw numbers. */
function valueCell(key, value) {
  return typeof value === "number" ? {...number(value, unitOf(key)), number: true}
    : typeof value === "boolean"   ? (value ? "yes" : "no")
                                   : asText(value) || DASH;
}

const LIMITS = [
  ["capacity_entries", "entries", units.count], ["capacity_bytes", "bytes", units.bytes],
  ["ttl_ns", "age", units.ns]
];

const limitCell = (key, format) => ({limits}) =>
  (limits[key] ? number(limits[key], format) : "no limit");

function machineSection(model) {
  if (!model.results.length) return null;
  const part = section("machine", "Machine and versions", null);
  const keys = [...new Set(model.results.flatMap((result) => Object.keys(result.madeBy)))].filter(
    (key) => key !== "command_line");
  const columns = [
    ...new Map(
      model.results.map(
        (result) => [result.folder + JSON.stringify({...result.madeBy, command_line: null}),
          result]))
      .values()
  ].slice(0, 8);
  part.append(details("Machine, build, load and limits",
    () => [table("Machine, build and load of the results",
             [
               "",
               ...columns.map(
                 (result) =>
                   (columns.length > 1 ? `${result.folder}/${result.file.name}` : result.folder))
             ],
             keys.map((key) => [key, ...columns.map((result) => ({
               text: asText(
                 valueCell(key, result.madeBy[key]).text ?? valueCell(key, result.madeBy[key])),
               value: asText(result.madeBy[key])
             }))])),
      columnTable("Limits that the servers kept", model.results, [
        ["variant", (result) => result.name],
        ...LIMITS.map(([key, head, format]) => [head, limitCell(key, format)])
      ])]));
  const lines =
    [...new Set(model.results.map((result) => asText(result.madeBy.command_line)))].filter(Boolean);
  part.append(el("p", null, "Made by ",
    lines.flatMap((line, i) => [i ? ", " : "", el("code", null, line)]), "."));
  return part;
}

function samplesCsv(result) {
  const keys = [...new Set(result.runs.flatMap((run) => run.samples.table.keys))];
  const parts = [csvLine(["variant", "workload", "repetition", ...keys]), "\n"];
  for (const run of result.runs) {
    const columns = keys.map((key) => run.samples.column(key));
    const lead = csvLine([result.name, run.workload, run.repetition]);
    for (let at = 0; at < run.samples.length; at++)
      parts.push(`${lead},${columns.map((column) => column[at]).join(",")}\n`);
  }
  return parts;
}

const safeName = (text) => text.replace(/[^\w.-]+/g, "_").slice(0, 100) || "file";

function rawRow(model, file) {
  const result = model.results.find((each) => each.file === file);
  const button = (text, click, label) =>
    el("button", {type: "button", onclick: click, "aria-label": label}, text);
  return [
    {text: file.name, title: `${file.folder}/${file.name}`}, file.label, file.kind,
    number(file.bytes, units.bytes),
    el("span", null,
      button("JSON",
        () => download(safeName(file.name), [JSON.stringify(fileWhole(file))], "application/json"),
        `${file.name} as JSON`),
      " ",
      result ? button("Samples as CSV",
                 () => download(`${safeName(file.name)}.csv`, samplesCsv(result), "text/csv"),
                 `samples of ${file.name} as CSV`)
             : "")
  ];
}

function allDownload(model) {
  const parts =
    model.files.flatMap((file, i) => [i ? "," : "", JSON.stringify(`${file.folder}/${file.name}`),
                          ":", JSON.stringify(fileWhole(file))]);
  download("tidemark-report.json", ["{", ...parts, "}"], "application/json");
}

function rawSection(model) {
  const part = section(
    "raw", "Every raw number", "The files that this page was made of, whole, samples included.");
  const heads = ["file", "folder", "what it is", "size", "take it along"];
  const all = el("button", {type: "button", onclick: () => allDownload(model)}, "All in one file");
  part.append(el("p", null, all),
    details(
      "The files", () => table("Files", heads, model.files.map((file) => rawRow(model, file)))));
  const left = asList(model.about.left_out);
  if (left.length)
    part.append(
      el("div", {class: "notice"}, el("p", null, "Left out, because they could not be read:"),
        el("ul", null, left.map((each) => el("li", null, `${each.path}: ${each.reason}`)))));
  return part;
}

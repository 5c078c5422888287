/* controls.js - the controls above a chart: each sets a key of the chart's state and redraws it. */
const pairsOf = (names) => names.map((name) => [name, name]);

/* A function that makes a control for a state; again() redraws the chart. */
const control = (make, label, key, options) => (state, again) =>
  make(label, options, state[key], (value) => {
    state[key] = value;
    again();
  });

const controls = {
  list: (label, key, options) => control(select, label, key, options),
  buttons: (label, key, options) => control(choice, label, key, options),
  workload: (model) => controls.list("Workload", "workload", pairsOf(model.workloads)),
  variant: (model) =>
    controls.list("Variant", "variant", pairsOf(model.results.map((result) => result.name))),
  /* The repetitions of these runs, and more options. */
  run(runs, ...more) {
    const numbers = [...new Set(runs.map((run) => run.repetition))].sort((a, b) => a - b);
    const options = numbers.map((each) => [String(each), `run ${each}`]);
    return controls.list("Run", "run", [...options, ...more]);
  },
  over: () => controls.buttons("Over", "over", [["requests", "Requests"], ["time", "Time"]]),
  scale: () => controls.buttons("Scale", "scale", [["linear", "Linear"], ["log", "Log"]]),
};

/* What a series needs of a result: its names, and the folder, which decides the line's dashes. */
const identityOf = ({name, variant, folder}) => ({name, variant, folder});

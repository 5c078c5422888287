/* controls.js - the controls above a chart: each sets a key of its state and redraws. */
const pairsOf = (names) => names.map((name) => [name, name]);

const controls = {
  list(label, key, options, state, again) {
    return select(label, options, state[key], (value) => {
      state[key] = value;
      again();
    });
  },
  workload(model, state, again) {
    return controls.list("Workload", "workload", pairsOf(model.workloads), state, again);
  },
  variant(model, state, again) {
    const names = model.results.map((result) => result.name);
    return controls.list("Variant", "variant", pairsOf(names), state, again);
  },
  /* The repetitions of these runs, and more options. */
  run(runs, more, state, again) {
    const numbers = [...new Set(runs.map((run) => run.repetition))].sort((a, b) => a - b);
    const options = numbers.map((each) => [String(each), `run ${each}`]);
    return controls.list("Run", "run", [...options, ...more], state, again);
  },
  over(state, again) {
    return choice("Over", [["requests", "Requests"], ["time", "Time"]], "requests", (value) => {
      state.time = value === "time";
      again();
    });
  },
  scale(state, again) {
    const options = [["linear", "Linear"], ["log", "Log"]];
    return choice("Scale", options, state.log ? "log" : "linear", (value) => {
      state.log = value === "log";
      again();
    });
  },
};

/* What a series needs of a result: names, and the folder for the dash. */
const whoIs = ({name, variant, folder}) => ({name, variant, folder});

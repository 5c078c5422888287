/* controls.js - what can be set above a chart: each sets a key of its state and draws again. */
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
  /* The repetitions that there are, and what more is offered. */
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

/* How a result is named and drawn. */
const whoIs = ({name, variant, folder}) => ({name, variant, folder});

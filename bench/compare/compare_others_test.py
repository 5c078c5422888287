"""compare_others_test.py BIN RESULTS - `tidemark compare` reads what google-benchmark and hyperfine write."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema

BIN, RESULTS = sys.argv[1], sys.argv[2]
CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "test", "others")


def gbench(*rows):
    """Ten repetitions of each (name, fields), a little apart."""
    return {"context": {"host_name": "h", "num_cpus": 4}, "benchmarks": [
        dict({"name": name, "run_name": name, "run_type": "iteration", "repetition_index": i,
              "iterations": 100, "real_time": 10 + i / 100, "cpu_time": 10 + i / 100,
              "time_unit": "ns"}, **fields) for name, fields in rows for i in range(10)]}


def times(seconds):
    return [seconds * (1 + i / 1000) for i in range(10)]


class Others(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tidemark-others-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def compare(self, *words, status=0):
        """The JSON, checked against the schema, and what is said on standard error."""
        done = subprocess.run([os.path.join(BIN, "tidemark"), "compare", *words, "--json"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        if not done.stdout:
            return None, done.stderr
        found = json.loads(done.stdout)
        with open(os.path.join(RESULTS, "compare.schema.json"), encoding="utf-8") as file:
            jsonschema.Draft202012Validator(json.load(file)).validate(found)
        return found, done.stderr

    def verdicts(self, *words, status=0):
        found, said = self.compare(*words, status=status)
        return {(row["workload"], row["variant"] if len(words) == 1 else row["figure"]):
                row["verdict"] for row in found["comparisons"]}, said

    def case(self, name):
        return os.path.join(CASES, name)

    def cases(self, name):
        return self.case(name + "_a.json"), self.case(name + "_b.json")

    def test_manual_time_is_the_measure(self):
        found, _ = self.compare(*self.cases("gbench-manual"))
        row, = found["comparisons"]
        self.assertEqual((row["figure"], row["verdict"]), ("real_time", "worse"))
        self.assertAlmostEqual(row["change"]["value"], 2, places=1)

    def test_names_say_which_time_counts(self):
        rows = ("BM_a/8/real_time/threads:4", "BM_b/process_time/real_time", "BM_real_time",
                "BM_c/real_times", "BM_d/manual_time")
        path = self.write("a.json", gbench(*((name, {}) for name in rows)))
        self.assertEqual(set(self.verdicts(path, path)[0]), {
            (rows[0], "real_time"), (rows[1], "real_time"), (rows[2], "cpu_time"),
            (rows[3], "cpu_time"), (rows[4], "real_time")})
        asked = self.verdicts(path, path, "--figures", "cpu")[0]
        self.assertIn((rows[0], "cpu_time"), asked)

    def test_skipped_benchmarks_are_left_out_and_said(self):
        found, said = self.verdicts(*self.cases("gbench-skip"))
        self.assertEqual(found, {("BM_y", "cpu_time"): "same"})
        self.assertIn("BM_x was skipped and is left out: no device", said)

    def test_failed_benchmarks_are_left_out_and_said(self):
        old = self.write("a.json", gbench(("x", {}), ("y", {})))
        new = self.write("b.json", gbench(("x", {"error_occurred": True, "error_message": "no file",
                                                 "cpu_time": 0, "real_time": 0}), ("y", {})))
        found, said = self.verdicts(old, new)
        self.assertEqual(found, {("y", "cpu_time"): "same"})
        self.assertIn("x failed and is left out: no file", said)

    def test_aggregates_only(self):
        found, said = self.compare(*self.cases("gbench-agg"))
        row, = found["comparisons"]
        self.assertEqual((row["workload"], row["figure"], row["method"]),
                         ("BM_y", "cpu_time", "moments"))
        self.assertEqual(row["old"]["n"], 10)
        self.assertIn("--benchmark_report_aggregates_only=false", said)

    def aggregates(self, name, mean, deviation=None, old_form=False, n=10):
        """Rows as --benchmark_report_aggregates_only writes them, now and before version 1.5."""
        rows = []
        for kind, value in (("mean", mean), ("median", mean), ("stddev", deviation)):
            if value is None:
                continue
            row = {"name": f"{name}_{kind}", "iterations": n, "real_time": value,
                   "cpu_time": value, "time_unit": "us"}
            if not old_form:
                row.update(run_name=name, run_type="aggregate", aggregate_name=kind, repetitions=n)
            rows.append(row)
        return {"context": {"host_name": "h", "num_cpus": 4}, "benchmarks": rows}

    def test_means_are_compared_by_deviation_and_count(self):
        for old_form in (False, True):
            old = self.write("a.json", self.aggregates("BM_y", 10, 0.1, old_form))
            for mean, verdict in ((10.1, "same"), (13, "worse"), (7, "better")):
                new = self.write("b.json", self.aggregates("BM_y", mean, 0.1, old_form))
                found, _ = self.verdicts(old, new)
                self.assertEqual(found, {("BM_y", "cpu_time"): verdict}, (old_form, mean))
        noisy = self.write("c.json", self.aggregates("BM_y", 13, 6))
        self.assertEqual(self.verdicts(old, noisy)[0], {("BM_y", "cpu_time"): "cannot tell"})
        bare = self.write("d.json", self.aggregates("BM_y", 13))
        found, _ = self.compare(old, bare)
        self.assertIn("at least 3 are needed", found["comparisons"][0]["reason"])

    def test_means_are_compared_with_repetitions(self):
        old = self.write("a.json", self.aggregates("BM_y", 0.01, 0.0001))
        new = self.write("b.json", gbench(("BM_y", {})))
        self.assertEqual(self.verdicts(old, new)[0], {("BM_y", "cpu_time"): "same"})

    def test_a_function_may_be_called_mean(self):
        path = self.write("a.json", {"context": {}, "benchmarks": [
            {"name": "compute_mean", "iterations": 5, "real_time": 1, "cpu_time": 1,
             "time_unit": "ns"}]})
        self.assertEqual(set(self.verdicts(path, path)[0]), {("compute_mean", "cpu_time")})

    def test_fits_of_complexity_are_left_out_and_said(self):
        content = gbench(("BM_n/8", {}), ("BM_n/64", {}))
        content["benchmarks"] += [
            {"name": "BM_n_BigO", "run_name": "BM_n", "run_type": "aggregate",
             "aggregate_name": "BigO", "cpu_coefficient": 2.5, "real_coefficient": 2.5,
             "big_o": "N", "time_unit": "ns"},
            {"name": "BM_n_RMS", "run_name": "BM_n", "run_type": "aggregate",
             "aggregate_name": "RMS", "rms": 0.01},
            {"name": "BM_o_BigO", "cpu_coefficient": 2.5, "real_coefficient": 2.5, "big_o": "N",
             "time_unit": "ns"}, {"name": "BM_o_RMS", "rms": 0.01}]
        path = self.write("a.json", content)
        found, said = self.verdicts(path, path)
        self.assertEqual(set(found), {("BM_n/8", "cpu_time"), ("BM_n/64", "cpu_time")})
        self.assertIn("4 fits of complexity (BigO, RMS) are left out", said)

    def test_what_is_no_number_is_left_out_and_said(self):
        text = json.dumps(gbench(("x", {"items_per_second": 5.0}), ("say \"NaN, inf\"", {})))
        text = text.replace('"items_per_second": 5.0', '"items_per_second": Infinity')
        text = text.replace('"cpu_time": 10.03', '"cpu_time": -NaN', 1)
        path = self.write("a.json", text)
        found, said = self.compare(path, path, "--counter", "items_per_second")
        rows = {(row["workload"], row["figure"]): row for row in found["comparisons"]}
        self.assertEqual(rows["x", "cpu_time"]["new"]["n"], 9)
        self.assertEqual(rows["say \"NaN, inf\"", "cpu_time"]["new"]["n"], 10)
        self.assertIn("x: a cpu_time that is no number is left out", said)
        self.assertIn("x: a items_per_second that is no number is left out", said)

    def test_counters_are_figures_on_request(self):
        old = self.write("a.json", gbench(("x", {"items_per_second": 1000.0, "misses": 50})))
        new = self.write("b.json", gbench(("x", {"items_per_second": 2000.0, "misses": 80})))
        self.assertEqual(set(self.verdicts(old, new)[0]), {("x", "cpu_time")})
        words = ("--counter", "items_per_second", "--counter", "misses", "--counter", "none")
        found, said = self.verdicts(old, new, *words)
        self.assertEqual(found["x", "items_per_second"], "better")
        self.assertEqual(found["x", "misses"], "worse")
        self.assertIn("no benchmark has the counter none", said)
        found, _ = self.verdicts(old, new, "--counter", "misses:more")
        self.assertEqual(found["x", "misses"], "better")
        self.compare(old, new, *words, "--gate", "misses<+5%", status=1)
        for wrong in ("cpu_time", "misses:most", ""):
            self.assertIn("--counter", self.compare(old, new, "--counter", wrong, status=2)[1])

    def test_parameters_tell_commands_apart(self):
        found, _ = self.verdicts(self.case("hyperfine-same-name-old.json"),
                                 self.case("hyperfine-same-name-new.json"))
        self.assertEqual(found, {("build (threads=1)", "time"): "same",
                                 ("build (threads=2)", "time"): "worse"})

    def test_equal_names_are_numbered(self):
        path = self.write("a.json", {"results": [
            {"command": "run", "times": times(seconds)} for seconds in (1, 2)]})
        found, _ = self.compare(path, path)
        self.assertEqual([(row["workload"], round(row["new"]["median"]))
                          for row in found["comparisons"]], [("run", 1), ("run #2", 2)])

    def test_commands_in_one_file_are_compared(self):
        path = self.write("sorts.json", {"results": [
            {"command": name, "times": times(seconds), "exit_codes": [0] * 10}
            for name, seconds in (("heap", 1), ("quick", 0.5), ("bubble", 3))]})
        found, _ = self.verdicts(path)
        self.assertEqual(found, {("sorts", "quick"): "better", ("sorts", "bubble"): "worse"})
        based = self.compare(path, "--base", "bubble")[0]["comparisons"]
        self.assertEqual({row["variant"] for row in based}, {"heap", "quick"})
        two = self.write("two.json", {"results": [
            {"command": name, "times": times(1)} for name in ("a", "b")]})
        self.assertEqual(self.verdicts(two)[0], {("two", "b"): "same"})
        one = self.write("one.json", {"results": [{"command": "a", "times": times(1)}]})
        self.assertIn("two or more commands", self.compare(one, status=2)[1])

    def test_times_may_be_missing(self):
        path = self.case("hyperfine-no-times.json")
        found, said = self.compare(path, path)
        row, = found["comparisons"]
        self.assertEqual((row["method"], row["old"]["n"], row["old"]["median"]), ("moments", 10, 1))
        self.assertIn("sleep 1 has no times", said)
        nothing = self.write("a.json", {"results": [{"command": "a"}]})
        self.assertIn("neither times nor a mean", self.compare(nothing, nothing, status=2)[1])

    def test_exit_codes(self):
        good = self.write("a.json", {"results": [{"command": "x", "times": times(1),
                                                  "exit_codes": [0] * 10}]})
        for codes, words in (([0] * 9 + [3], "x failed in 1 of 10 runs (exit code 3)"),
                             ([None] * 10, "x failed in 10 of 10 runs (by a signal)")):
            bad = self.write("b.json", {"results": [{"command": "x", "times": times(1),
                                                     "exit_codes": codes}]})
            self.assertIn(words, self.compare(good, bad, status=3)[1])
            self.compare(good, bad, "--allow", "incomplete")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

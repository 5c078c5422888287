"""compare_command_test.py BIN RESULTS - runs `tidemark compare` as a user does."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import jsonschema

BIN, RESULTS = sys.argv[1], sys.argv[2]


class Compare(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tidemark-compare-")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def make(self, name, **settings):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        words = [f"{key}={value}" for key, value in settings.items()]
        subprocess.run([os.path.join(BIN, "compare_example"), self.path(name), *words], check=True)
        return self.path(name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def compare(self, *words, status=0):
        done = subprocess.run([os.path.join(BIN, "tidemark"), "compare", *words],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def json(self, *words, status=0):
        """The JSON output, checked against the schema."""
        found = json.loads(self.compare(*words, "--json", status=status).stdout)
        with open(os.path.join(RESULTS, "compare.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema).validate(found)
        self.assertEqual(found["status"], status)
        return found

    def verdicts(self, *words, status=0):
        return {row["figure"]: row["verdict"] for row in
                self.json(*words, status=status)["comparisons"]}

    def refused(self, *words, because, status=2):
        done = self.compare(*words, status=status)
        self.assertIn(because, done.stderr)
        return done

    def test_an_endless_file_is_refused(self):
        self.refused("/dev/zero", self.make("a.json"), because="/dev/zero: File too large")

    def test_a_pipe_is_read_once(self):
        with open(self.make("a.json"), encoding="utf-8") as file:
            done = subprocess.run(
                [os.path.join(BIN, "tidemark"), "compare", "/dev/stdin", self.path("a.json")],
                input=file.read(), capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_too_many_workloads_are_refused(self):
        with open(self.make("a.json"), encoding="utf-8") as file:
            result = json.load(file)
        result["runs"] = [dict(result["runs"][0], workload=f"w{i}") for i in range(400)]
        many = self.write("a.json", json.dumps(result))
        self.refused(many, many, because="more workloads", status=3)

    def test_long_names_stay_distinct(self):
        """Two commands that differ only at their ends, and a benchmark's repetitions."""
        commands = ["serve-lru " + "--option " * 40 + end for end in ("old", "new")]
        path = self.write("h.json", json.dumps({"results": [
            {"command": command, "times": [time] * 8, "exit_codes": [0] * 8}
            for command, time in zip(commands, (1.0, 2.0))]}))
        rows = self.json(path, path)["comparisons"]
        self.assertEqual([row["new"]["median"] for row in rows], [1.0, 2.0])
        self.assertEqual(len({row["workload"] for row in rows}), 2)
        name = "x" * 300
        path = self.write("g.json", json.dumps({
            "context": {"host_name": "h", "num_cpus": 2},
            "benchmarks": [{"name": name, "run_name": name, "run_type": "iteration",
                            "repetition_index": i, "cpu_time": 1.0, "real_time": 1.0,
                            "time_unit": "ns"} for i in range(8)]}))
        rows = self.json(path, path)["comparisons"]
        self.assertEqual([row["new"]["n"] for row in rows], [8])

    def test_a_slowdown_is_worse_and_the_rest_the_same(self):
        old, new = self.make("a.json"), self.make("b.json", cpu=11, commit="def")
        found = self.json(old, new)
        rows = {row["figure"]: row for row in found["comparisons"]}
        self.assertEqual({name: row["verdict"] for name, row in rows.items()},
                         {"requests_per_second": "worse", "cpu_us_per_request": "worse",
                          "p50_ns": "same", "p99_ns": "same", "hit_ratio": "same",
                          "bytes_per_request": "same", "rss_end_bytes": "same",
                          "verdict": "same"})
        self.assertAlmostEqual(rows["cpu_us_per_request"]["change"]["value"], 1.1, places=6)
        self.assertEqual(rows["cpu_us_per_request"]["method"], "paired")
        self.assertEqual(rows["hit_ratio"]["method"], "exact")
        self.assertEqual(found["pairs"][0]["differences"], "commit")

    def test_separate_benches_are_not_paired(self):
        old, new = self.make("a.json"), self.make("b.json", cpu=13, time="later", dice=2)
        row = self.json(old, new)["comparisons"][1]
        self.assertEqual((row["method"], row["verdict"]), ("unpaired", "worse"))
        self.assertFalse(row["floor_known"])
        printed = self.compare(old, new).stdout
        self.assertIn("Runs did not alternate", printed)
        self.assertIn("no noise floor: speeds that differ by less than 10 %", printed)

    def test_results_of_one_bench_may_be_dated_a_second_apart(self):
        old = self.make("a.json", time="2026-01-01T23:59:59Z")
        for time, interleaved in (("2026-01-02T00:00:00Z", True), ("2026-01-02T00:01:00Z", False)):
            found = self.json(old, self.make("b.json", time=time))
            self.assertEqual(found["pairs"][0]["interleaved"], interleaved)

    def test_a_calibrated_floor_is_used(self):
        for floor, verdict in ((0.01, "worse"), (0.2, "same")):
            old, new = self.make("a.json", floor=floor), self.make("b.json", cpu=10.6)
            row = self.json(old, new)["comparisons"][1]
            self.assertEqual((row["verdict"], row["floor"], row["floor_known"]),
                             (verdict, floor, True))
            printed = self.compare(old, new).stdout
            self.assertNotIn("no noise floor", printed)
            self.assertIn(f"from --floor: req/s {100 * floor:.1f} %, cpu", printed)

    def test_counts_that_are_known_are_compared_exactly(self):
        old, new = self.make("a.json", instructions=5000), self.make("b.json", instructions=5001)
        rows = {row["figure"]: row for row in self.json(old, new)["comparisons"]}
        self.assertEqual((rows["instructions_per_request"]["method"],
                          rows["instructions_per_request"]["verdict"]), ("exact", "worse"))
        self.assertNotIn("allocations_per_request", rows)

    def test_too_few_repeats_say_how_many_are_enough(self):
        old, new = self.make("a.json", repeats=3), self.make("b.json", repeats=3, cpu=20)
        done = self.compare(old, new)
        self.assertIn("cannot tell", done.stdout)
        self.assertIn("only 3 repeats; at least 8 are needed", done.stdout)
        self.assertNotIn("worse", done.stdout)

    def test_results_that_cannot_be_compared_are_refused(self):
        old = self.make("a.json")
        for settings, because in (
                ({"machine": "there"}, "measured on another machine"),
                ({"connections": 7}, "connections is 100 there, 7 here"),
                ({"capacity": 5}, "--allow limits"),
                ({"protocol": "h2c"}, "another load"),
                ({"rate": 5000}, "rate_rps"),
                ({"ids": "zipf:1:9"}, "ids of zipf"),
                ({"workload": "scan"}, "no workload in common"),
                ({"failed": 2}, "zipf, run 2 failed: the server died"),
                ({"complete": 0}, "incomplete")):
            new = self.make("b.json", **settings)
            self.refused(old, new, because=because, status=3)
            self.refused(new, old, status=3,
                         because=because if "there, 7" not in because else "7 there")
        self.compare(old, self.make("b.json", machine="there"), "--allow", "machine")
        self.compare(old, self.make("b.json", failed=2), "--allow", "incomplete,load")
        self.refused(old, self.path("none.json"), because="No such file")
        self.refused(old, self.write("c.json", "{"), because="not JSON")
        self.refused(old, self.write("c.json", '{"schema":"tidemark/result/99"}'),
                     because="another version")

    def test_only_one_of_two_variants_may_have_a_limit(self):
        old = self.make("a.json")
        self.compare(old, self.make("b.json", variant="unbounded", capacity=0))
        self.refused(old, self.make("b.json", variant="sieve", capacity=9), because="limits",
                     status=3)

    def test_runs_with_a_bottlenecked_generator_have_no_speed(self):
        old, new = self.make("a.json"), self.make("b.json", bottleneck=1, cpu=20)
        row = self.json(old, new)["comparisons"][0]
        self.assertEqual((row["verdict"], row["method"], row["left_out"]),
                         ("cannot tell", "none", 12))
        self.assertIn("the generator was the bottleneck", row["reason"])
        self.assertIn("Speeds leave out the runs", self.compare(old, new).stdout)
        self.compare(old, new, "--gate", "cpu<+5%", status=3)

    def test_folders_are_compared_variant_by_variant(self):
        for folder, cpu in (("old", 10), ("new", 8)):
            self.make(f"{folder}/lru.json", cpu=cpu, time=folder)
            self.make(f"{folder}/sieve.json", variant="sieve", time=folder)
        self.make("old/gone.json", variant="gone")
        self.write("new/lru.jemalloc.json", '{"jemalloc":{}}')
        self.write("new/other.json", "[]")
        done = self.compare(self.path("old"), self.path("new"))
        self.assertIn("only the old folder has " + self.path("old/gone.json"), done.stderr)
        self.assertIn("other.json: not written by tidemark bench", done.stderr)
        self.assertNotIn("jemalloc", done.stderr)
        better = [line for line in done.stdout.splitlines() if "better" in line]
        self.assertEqual(len(better), 2, done.stdout)
        self.assertTrue(all(" lru " in line for line in better))

    def test_files_side_by_side_have_a_base(self):
        files = [self.make(f"{name}.json", variant=name, cpu=cpu)
                 for name, cpu in (("arc", 9), ("lru", 10), ("sieve", 8))]
        self.write("micro.json", '{"context":{},"benchmarks":[]}')
        found = self.json(*files, self.path("micro.json"), "--base", "lru")
        self.assertEqual([pair["variant"] for pair in found["pairs"]], ["arc", "sieve"])
        self.assertIn("google-benchmark", found["notes"][0])
        self.assertIn(f"Old is {files[1]}.", self.compare(*files, "--base", "lru").stdout)
        self.refused(*files, "--base", "fifo", because="'fifo'")

    def test_a_leak_is_worse(self):
        old, new = self.make("a.json"), self.make("b.json", slope=400, **{"class": "leak: container"})
        found = self.verdicts(old, new)
        self.assertEqual((found["verdict"], found["bytes_per_request"]), ("worse", "worse"))
        self.compare(old, new, "--gate", "verdict", status=1)
        self.compare(old, new, "--gate", "bytes_per_request<=1", status=1)
        self.compare(old, old, "--gate", "bytes_per_request<=1", "--gate", "verdict")

    def test_gates_fail_with_the_reason(self):
        old, new = self.make("a.json"), self.make("b.json", cpu=10.5, dice=2)
        done = self.compare(old, new, "--gate", "cpu<+2%", "--gate", "p99<+5%", status=1)
        self.assertIn("gate cpu<+2% failed: zipf lru cpu: +", done.stdout)
        self.assertIn("gate p99<+5% passed", done.stdout)
        self.compare(old, self.make("b.json", dice=2), "--gate", "cpu<+2%")
        few = self.make("few.json", repeats=4)
        self.compare(few, few, "--gate", "cpu<+2%", status=3)
        for condition in ("cpu", "cpu<", "nothing<+5%", "cpu<5 apples"):
            self.refused(old, new, "--gate", condition, because="--gate: ")

    def test_files_of_other_programs_are_recognised_by_content(self):
        def gbench(factor):
            return json.dumps({"context": {"host_name": "here", "num_cpus": 2}, "benchmarks": [
                {"name": "get/lru", "run_name": "get/lru", "run_type": "iteration",
                 "repetition_index": i, "real_time": 9, "cpu_time": factor * (8 + i / 100),
                 "time_unit": "us"} for i in range(8)] + [
                     {"name": "get/lru_mean", "run_name": "get/lru", "run_type": "aggregate",
                      "cpu_time": 99, "real_time": 99, "time_unit": "us"}]})
        def hyperfine(factor, code=0):
            return json.dumps({"results": [{"command": "lru", "exit_codes": [code], "times":
                                            [factor * (0.02 + i / 1e5) for i in range(8)]}]})
        row, = self.json(self.write("a.txt", gbench(1)),
                          self.write("b.txt", gbench(1.3)))["comparisons"]
        self.assertEqual((row["workload"], row["figure"], row["verdict"]),
                         ("get/lru", "cpu_time", "worse"))
        self.assertAlmostEqual(row["old"]["median"], 8035)
        row, = self.json(self.write("c", hyperfine(1)),
                          self.write("d", hyperfine(0.8)))["comparisons"]
        self.assertEqual((row["workload"], row["figure"], row["verdict"]),
                         ("lru", "time", "better"))
        self.refused(self.path("a.txt"), self.path("c"), because="google-benchmark", status=3)
        self.refused(self.path("c"), self.write("d", hyperfine(1, 3)), because="lru failed",
                     status=3)

    def test_every_format_escapes_hostile_names(self):
        evil = 'a|b,"<&>\'*`'
        old, new = (self.make(name, variant=evil, workload=evil, cpu=cpu)
                    for name, cpu in (("a.json", 10), ("b.json", 12)))
        junit, markdown, as_json = (self.path(name) for name in ("j.xml", "m.md", "s.json"))
        printed = self.compare(old, new, "--junit", junit, f"--markdown={markdown}",
                               f"--json={as_json}").stdout
        self.assertTrue(printed.startswith("workload"))
        with open(as_json, encoding="utf-8") as file:
            rows = json.load(file)["comparisons"]
        self.assertEqual({row["workload"] for row in rows}, {evil})
        suite = xml.etree.ElementTree.parse(junit).getroot()
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("8", "2"))
        self.assertTrue(suite[0].get("name").startswith(evil))
        with open(markdown, encoding="utf-8") as file:
            table = [line for line in file if line.startswith("|")]
        columns = {line.replace("\\|", "").count("|") for line in table}
        self.assertEqual(columns, {9}, table)
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith("tmp")], [])

    def test_gates_and_refusals_are_junit_tests(self):
        old, new = self.make("a.json"), self.make("b.json", cpu=12)
        junit = self.path("j.xml")
        self.compare(old, new, self.make("c.json", machine="x"), "--gate", "cpu<+5%", "--gate",
                     "hits>-1%", "--junit", junit, status=1)
        suite = xml.etree.ElementTree.parse(junit).getroot()
        self.assertEqual((suite.get("tests"), suite.get("failures"), suite.get("errors")),
                         ("3", "1", "1"))
        self.assertIn("noise floor", suite.find("testcase/failure").get("message"))

    def test_there_are_no_colours_in_a_pipe(self):
        self.assertNotIn("\033", self.compare(self.make("a.json"), self.make("b.json")).stdout)

    def test_output_that_cannot_be_written_is_an_error(self):
        old = self.make("a.json")
        for option in ("--json=/dev/full", "--markdown=/dev/full", "--junit=/dev/full",
                       f"--json={self.path('no/such/folder.json')}"):
            self.assertIn(option.split("=")[1], self.refused(old, old, option, because="", status=3).stderr)

    def test_a_full_standard_output_is_reported_once(self):
        old = self.make("a.json")
        for option in ("--json", "--markdown", "--junit=-"):
            with self.subTest(option=option), open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([os.path.join(BIN, "tidemark"), "compare", old, old, option],
                                      stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
                                      check=False)
                self.assertEqual(done.returncode, 3)
                self.assertEqual(done.stderr, "tidemark compare: standard output: No space left on "
                                              "device\n")

    def test_markdown_and_json_may_replace_the_table(self):
        old = self.make("a.json")
        self.assertTrue(self.compare(old, old, "--markdown").stdout.startswith("| workload |"))
        self.assertTrue(self.compare(old, old, "--json").stdout.startswith("{"))

    def test_wrong_usage_is_an_error(self):
        old = self.make("a.json")
        self.refused(old, because="two files")
        self.refused(old, old, "--format", "yaml", because="--format")
        self.refused(old, old, "--floor", "7", because="--floor")
        self.refused(old, old, "--figures", "p98", because="'p98'")
        self.refused(old, old, "--allow", "all", because="'all'")
        self.assertIn("usage: tidemark compare", self.compare("--help").stdout)
        self.assertIn("rss_peak_bytes", self.compare("--figures", "help").stdout)
        self.assertIn("p90_ns", self.verdicts(old, old, "--figures", "p90"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

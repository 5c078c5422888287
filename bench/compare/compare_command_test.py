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

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            return json.load(file)

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

    def row(self, figure, *words):
        return next(row for row in self.json(*words)["comparisons"] if row["figure"] == figure)

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
        result = self.read(self.make("a.json"))
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
                          "p50_ns": "same", "p99_ns": "same", "steady_hit_ratio": "same",
                          "cold_hit_ratio": "same", "bytes_per_request": "same",
                          "cache_end_bytes": "same", "rss_end_bytes": "same",
                          "verdict": "same"})
        self.assertAlmostEqual(rows["cpu_us_per_request"]["change"]["value"], 1.1, places=6)
        self.assertEqual(rows["cpu_us_per_request"]["method"], "blocks")
        self.assertEqual(rows["steady_hit_ratio"]["method"], "exact")
        self.assertEqual(rows["rss_end_bytes"]["method"], "tolerance")
        self.assertEqual(rows["bytes_per_request"]["method"], "interval")
        self.assertEqual(found["pairs"][0]["differences"], "commit")

    def test_separate_benches_are_not_paired(self):
        old, new = self.make("a.json"), self.make("b.json", cpu=13, time="later", dice=2)
        row = self.json(old, new)["comparisons"][1]
        self.assertEqual((row["method"], row["verdict"]), ("unpaired", "worse"))
        self.assertFalse(row["floor_known"])
        printed = self.compare(old, new).stdout
        self.assertIn("Speeds of separate benches", printed)
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

    def test_instructions_are_compared_where_they_are_known(self):
        old, new = self.make("a.json", instructions=5000), self.make("b.json", instructions=5001)
        rows = {row["figure"]: row for row in self.json(old, new)["comparisons"]}
        self.assertEqual((rows["instructions_per_request"]["method"],
                          rows["instructions_per_request"]["verdict"]), ("tolerance", "same"))
        self.assertNotIn("allocations_per_request", rows)

    def test_one_run_is_enough_for_hits_memory_and_growth(self):
        """twoq against lru: fewer hits while it fills, more once it is full."""
        lru = self.make("lru.json", cold=0.55, hits=0.6, rss=12, repetitions=0)
        twoq = self.make("twoq.json", variant="twoq", cold=0.527, hits=0.667, rss=32, slope=435,
                         repetitions=0, **{"class": "leak: container"})
        self.assertEqual(self.verdicts(lru, twoq),
                         {"steady_hit_ratio": "better", "cold_hit_ratio": "worse",
                          "bytes_per_request": "worse", "cache_end_bytes": "same",
                          "rss_end_bytes": "worse", "verdict": "worse"})
        self.compare(lru, twoq, "--gate", "hits>-1%")
        self.compare(twoq, lru, "--gate", "hits>-1%", status=1)
        self.compare(lru, twoq, "--gate", "hits_cold>-1%", status=1)
        self.compare(lru, twoq, "--gate", "rss<+10%", status=1)
        self.compare(lru, twoq, "--gate", "B/request<=1", status=1)
        self.compare(twoq, lru, "--gate", "rss<+10%", "--gate", "B/request<=1", "--gate", "verdict")

    def test_hits_of_a_server_that_runs_another_policy_are_not_ranked(self):
        lru = self.make("lru.json")
        other = self.make("twoq.json", variant="twoq", hits=0.7, served=0.45)
        for pair in ((lru, other), (other, lru)):
            row = self.row("steady_hit_ratio", *pair)
            self.assertEqual((row["verdict"], row["method"]), ("cannot tell", "none"))
            self.assertIn("twoq: its server hit 45.0 % where twoq hits 50.0 %", row["reason"])
        self.compare(lru, other, "--gate", "hits>-1%", status=3)

    def bench_write(self, folder, result, factor):
        """bench.json of a bench whose control costs this much more than its reference."""
        speeds = [dict(speed, cpu_us_per_request=factor * speed["cpu_us_per_request"])
                  for speed in result["speeds"]]
        self.write(folder + "/bench.json", json.dumps(
            {"schema": "tidemark/bench/1", "made_by": result["made_by"],
             "control": {"variant": result["variant"], "speeds": speeds}}))

    def test_a_control_that_differs_widens_the_intervals(self):
        lru, sieve = self.make("b/lru.json"), self.make("b/sieve.json", variant="sieve", cpu=10.5, dice=2)
        alone = self.row("cpu_us_per_request", lru, sieve)
        self.assertEqual(alone["verdict"], "worse")
        widths = {}
        for factor in (1, 1.2, 0.8):
            self.bench_write("b", self.read(lru), factor)
            row = self.row("cpu_us_per_request", lru, sieve)
            widths[factor] = row["change"]["high"] / row["change"]["low"]
            self.assertEqual(row["verdict"], "worse" if factor == 1 else "cannot tell")
            # The reference may be the new side, too.
            row = self.row("cpu_us_per_request", sieve, lru)
            self.assertEqual(row["verdict"], "better" if factor == 1 else "cannot tell")
        self.assertGreater(widths[1.2], 1.2 ** 2)
        self.bench_write("b", dict(self.read(lru), made_by=dict(self.read(lru)["made_by"], time="later")), 1.2)
        self.assertEqual(self.row("cpu_us_per_request", lru, sieve), alone)
        self.write("b/bench.json", "{")
        self.assertEqual(self.row("cpu_us_per_request", lru, sieve), alone)

    def test_replays_of_other_requests_are_not_exact(self):
        old = self.make("a.json")
        row = self.row("steady_hit_ratio", old, self.make("b.json", seed=2, hits=0.601))
        self.assertEqual((row["method"], row["verdict"]), ("tolerance", "same"))
        self.refused(old, self.make("b.json", replayed=5), because="5 requests", status=3)

    def test_growth_that_was_not_judged_is_not_compared(self):
        row = self.row("bytes_per_request", self.make("a.json"), self.make("b.json", judged=0))
        self.assertEqual((row["method"], row["verdict"]), ("none", "cannot tell"))

    def test_too_few_repetitions_are_said_once(self):
        old = self.make("a.json", repetitions=2)
        new = self.make("b.json", repetitions=2, cpu=20)
        printed = self.compare(old, new).stdout
        self.assertEqual(printed.count("are needed"), 1, printed)
        self.assertIn("too few repetitions to tell speeds apart: at least 3 are needed", printed)
        self.assertNotIn("worse", printed)
        self.assertEqual(self.row("cpu_us_per_request", old, new)["repeats_needed"], 3)

    def test_results_of_version_2_are_compared_by_their_runs(self):
        def older(name, cpu):
            result = self.read(self.make(name, repetitions=0))
            run, = result["runs"]
            runs = []
            for i in range(12):
                runs.append(json.loads(json.dumps(run)))
                runs[-1].update(repetition=i + 1, seed=i + 1)
                runs[-1]["server"]["cpu_us_per_request"] = cpu * (1 + i % 5 / 1000)
                runs[-1]["load"]["requests_per_second"] = 1e5
            result.update(schema="tidemark/result/2", runs=runs)
            del result["speeds"], result["hits"]
            return self.write(name, json.dumps(result))
        found = self.json(older("a.json", 10), older("b.json", 20), "--gate", "hits_cold>-1%")
        rows = {row["figure"]: row for row in found["comparisons"]}
        self.assertNotIn("steady_hit_ratio", rows)
        self.assertEqual(rows["cold_hit_ratio"]["method"], "tolerance")
        self.assertEqual((rows["cpu_us_per_request"]["method"], rows["cpu_us_per_request"]["new"]["n"],
                          rows["cpu_us_per_request"]["verdict"]), ("unpaired", 12, "worse"))

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
                ({"failed": 1}, "zipf, run 1 failed: the server died"),
                ({"complete": 0}, "incomplete")):
            new = self.make("b.json", **settings)
            self.refused(old, new, because=because, status=3)
            self.refused(new, old, status=3,
                         because=because if "there, 7" not in because else "7 there")
        self.compare(old, self.make("b.json", machine="there"), "--allow", "machine")
        self.compare(old, self.make("b.json", failed=1), "--allow", "incomplete,load")
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
        rows = {row["figure"]: row for row in self.json(old, new)["comparisons"]}
        self.assertEqual(rows["cpu_us_per_request"]["verdict"], "worse")
        row = rows["p99_ns"]
        self.assertEqual((row["verdict"], row["method"], row["left_out"]),
                         ("cannot tell", "none", 12))
        self.assertIn("limited by the load generator", row["reason"])
        self.assertIn("Speeds leave out the repetitions", self.compare(old, new).stdout)
        self.compare(old, new, "--gate", "p99<+5%", status=3)

    def test_folders_are_compared_variant_by_variant(self):
        for folder, cpu in (("old", 10), ("new", 8)):
            self.make(f"{folder}/lru.json", cpu=cpu, time=folder)
            self.make(f"{folder}/sieve.json", variant="sieve", time=folder)
        self.make("old/gone.json", variant="gone")
        self.write("new/lru.jemalloc.json", '{"jemalloc":{}}')
        self.write("new/other.json", "[]")
        done = self.compare(self.path("old"), self.path("new"))
        self.assertIn("only the old folder has " + self.path("old/gone.json"), done.stderr)
        self.assertEqual(done.stderr.count("left out"), 1)
        better = [line for line in done.stdout.splitlines() if "better" in line]
        self.assertEqual(len(better), 2, done.stdout)
        self.assertTrue(all(" lru " in line for line in better))

    def others_write(self):
        """What bench writes beside its results."""
        return [self.write(name, text) for name, text in (
            ("micro.json", '{"context":{},"benchmarks":[]}'), ("bench.json", '[]'),
            ("startup.json", '{"results":[]}'), ("choose.json", '{"schema":"tidemark/choose/1"}'),
            ("lru.jemalloc.json", '{"jemalloc":{}}'),
            ("hits.jsonl", '{"schema":"tidemark/replay/1"}\n{"policy":"lru"}\n'))]

    def test_files_side_by_side_have_a_base(self):
        files = [self.make(f"{name}.json", variant=name, cpu=cpu)
                 for name, cpu in (("arc", 9), ("lru", 10), ("sieve", 8))]
        found = self.json(*files)
        self.assertEqual([pair["variant"] for pair in found["pairs"]], ["arc", "sieve"])
        self.assertIn(f"Old is {files[1]}.", self.compare(*files).stdout)
        self.assertIn(f"Old is {files[2]}.", self.compare(*files, "--base", "sieve").stdout)
        self.assertIn(f"Old is {files[0]}.", self.compare(*files, "--base", files[0]).stdout)
        self.assertIn(f"old is {files[0]}", self.compare(*files[:2]).stdout.lower())
        self.assertIn(f"Old is {files[0]}.", self.compare(files[0], files[2], files[2]).stdout)
        self.refused(*files, "--base", "fifo", because="'fifo'")

    def test_of_many_files_those_without_results_are_passed_over(self):
        files, others = [self.make("a.json"), self.make("b.json", variant="b")], self.others_write()
        done = self.compare(*files, *others)
        self.assertEqual(done.stderr, "")
        for other in others:
            self.refused(files[0], other, because=os.path.basename(other),
                         status=3 if "micro" in other or "startup" in other else 2)
        broken = self.write("broken.json", '{"schema":"tidemark/result/3"}\n{')
        self.refused(*files, broken, because="broken.json")

    def test_many_variants_are_a_line_each(self):
        names = ["unbounded", "lru", "ttl", "weak", "sieve", "s3fifo", "arc", "wtinylfu"]
        files = []
        for i, name in enumerate(names):
            result = self.read(self.make("x.json", variant=name, cpu=10 + i / 2, rss=8 + 10 * (i == 0),
                                         hits=0.6 + i / 1000, repetitions=4))
            for part in ("runs", "speeds", "hits"):
                result[part] = [dict(each, workload=workload) for workload in
                                ("random", "zipf", "scan", "burst") for each in result[part]]
            files.append(self.write(f"{name}.json", json.dumps(result)))
        done = self.compare(*files, *self.others_write())
        lines = done.stdout.splitlines()
        self.assertLessEqual(len(lines), 40, done.stdout)
        self.assertEqual(done.stderr, "")
        self.assertEqual(sum(line.startswith("zipf") for line in lines), 7)
        row = next(line.split() for line in lines if line.startswith("zipf") and "unbounded" in line)
        self.assertEqual(row[2:], ["-0.10", "=", "-4.8", "%", "=", "=", "+10", "MiB", "=", "="])
        everything = self.compare(*files, "--all").stdout
        self.assertEqual(sum(line.startswith("zipf") and " rss " in line
                             for line in everything.splitlines()), 7)
        self.assertIn("+-", everything)

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
        few = self.make("few.json", repetitions=2)
        self.compare(few, few, "--gate", "cpu<+2%", status=3)
        for condition in ("hit_ratio>-1%", "cpu", "cpu<", "nothing<+5%", "cpu<5 apples"):
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
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("10", "2"))
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
        self.assertIn("% (+", suite.find("testcase/failure").get("message"))

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

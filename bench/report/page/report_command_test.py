"""report_command_test.py - runs tidemark report as a user does, without a browser.

usage: report_command_test.py TIDEMARK
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import jsonschema

import sample_results

TIDEMARK = os.path.abspath(sys.argv[1])
BLOCK = re.compile(r'<script type="application/json" id="([^"]*)">(.*?)</script>', re.S)


def report(*arguments, folder=None):
    return subprocess.run([TIDEMARK, "report", *arguments], capture_output=True, text=True,
                          timeout=60, cwd=folder)


def blocks(path):
    with open(path, encoding="utf-8") as file:
        return {name: json.loads(text) for name, text in BLOCK.findall(file.read())}


def svg_text(path):
    return [each for each in xml.etree.ElementTree.parse(path).getroot().itertext()]


class Report(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = os.path.join(self.scratch.name, "results")
        self.page = os.path.join(self.scratch.name, "report.html")

    def tearDown(self):
        self.scratch.cleanup()

    def test_files_are_recognised_by_content(self):
        sample_results.folder_make(self.folder)
        done = report(self.folder + "/", "-o", self.page)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(self.page, done.stdout)
        about = blocks(self.page)["about"]
        self.assertEqual({file["name"]: file["kind"] for file in about["files"]}, {
            "bench.json": "bench", "choose.json": "choice", "hits.jsonl": "replay", "lru.json": "result",
            "micro.json": "micro", "sieve.json": "result", "startup.json": "startup",
            "unbounded.json": "result", "verdicts.json": "verdicts"})
        self.assertEqual({file["folder"] for file in about["files"]}, {self.folder})
        self.assertEqual(about["left_out"], [])

    def test_a_file_named_twice_is_shown_once(self):
        sample_results.folder_make(self.folder)
        os.symlink(self.folder, os.path.join(self.scratch.name, "link"))
        report(self.folder, os.path.join(self.folder, "lru.json"),
               os.path.join(self.scratch.name, "link"), "-o", self.page)
        files = blocks(self.page)["about"]["files"]
        self.assertEqual([file["name"] for file in files].count("lru.json"), 1)

    def test_the_page_embeds_the_files_unchanged(self):
        sample_results.folder_make(self.folder)
        report(self.folder, "--out", self.page)
        found = blocks(self.page)
        for i, file in enumerate(found["about"]["files"]):
            if file["kind"] in ("micro", "startup", "choice", "verdicts"):
                with open(os.path.join(self.folder, file["name"]), encoding="utf-8") as original:
                    self.assertEqual(found[f"file-{i}"], json.load(original))
            if file["kind"] == "replay":
                self.assertEqual(found[f"file-{i}"], sample_results.replay_rows())

    def test_the_page_holds_the_judgement(self):
        sample_results.folder_make(self.folder)
        report(self.folder, "-o", self.page)
        said = blocks(self.page)["judgement"]
        self.assertEqual(said["title"], "Memory, hits and speed of the caches")
        self.assertEqual([list(choice) for choice in said["choices"]], [["file", "question"]])
        bench, = said["benches"]
        self.assertEqual(bench["curves"], ["unbounded", "lru", "sieve"])
        random, zipf = bench["judgement"]["workloads"]
        self.assertEqual([row["variant"] for row in random["rows"]], ["unbounded", "lru", "sieve"])
        self.assertEqual({row["variant"]: row["hits"]["rank"] for row in zipf["rows"]},
                         {"unbounded": None, "lru": 3, "sieve": 2, "arc": 1, "lfu": 4})
        self.assertEqual(zipf["speed"]["control"]["ratio"], 1)
        memory = {row["variant"]: row["memory"] for row in zipf["rows"]}
        self.assertEqual(memory["unbounded"]["rss_bytes"],
                         sample_results.sample(39, True)["rss_bytes"])

    def test_without_bench_json_the_files_are_judged(self):
        sample_results.folder_make(self.folder)
        os.remove(os.path.join(self.folder, "bench.json"))
        done = report(self.folder, "-o", self.page)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        bench, = blocks(self.page)["judgement"]["benches"]
        zipf = bench["judgement"]["workloads"][1]
        self.assertEqual({row["variant"]: row["hits"]["rank"] for row in zipf["rows"]},
                         {"unbounded": None, "lru": 2, "sieve": 1})
        self.assertIsNone(zipf["speed"]["control"])

    def test_a_result_of_an_earlier_bench_has_no_speed_and_is_ranked_by_equal_replays(self):
        sample_results.folder_make(self.folder)
        made = sample_results.result("sieve", hits=6000)
        made["made_by"]["time"] = "2026-01-01T03:04:05Z"
        path = sample_results.write(self.folder, "sieve.json", made)
        report(self.folder, "-o", self.page)
        _, zipf = blocks(self.page)["judgement"]["benches"][0]["judgement"]["workloads"]
        sieve, = [row for row in zipf["rows"] if row["variant"] == "sieve"]
        self.assertIsNone(sieve["cpu"]["ratio"])
        self.assertEqual(sieve["hits"]["rank"], 2)
        self.assertIn("no CPU figure, since it is of another bench than the reference: sieve",
                      zipf["notes"])
        made["limits"]["capacity_entries"] = 10000
        sample_results.write(self.folder, "sieve.json", made)
        report(self.folder, "-o", self.page)
        _, zipf = blocks(self.page)["judgement"]["benches"][0]["judgement"]["workloads"]
        self.assertEqual({row["variant"]: row["hits"]["rank"] for row in zipf["rows"]},
                         {"unbounded": None, "lru": 2, "sieve": None, "arc": 1, "lfu": 3})

    def test_the_control_of_a_variant_that_is_not_there_is_no_control(self):
        sample_results.folder_make(self.folder)
        os.remove(os.path.join(self.folder, "lru.json"))
        report(self.folder, "-o", self.page)
        _, zipf = blocks(self.page)["judgement"]["benches"][0]["judgement"]["workloads"]
        self.assertIsNone(zipf["speed"]["control"])
        self.assertIn("no second copy of unbounded took part in all repetitions: an error of the "
                      "method would not show", zipf["notes"])

    def test_a_result_that_cannot_be_judged_is_named(self):
        made = sample_results.result("lru")
        del made["limits"]
        sample_results.write(self.folder, "lru.json", made)
        sample_results.write(self.folder, "sieve.json", sample_results.result("sieve"))
        done = report(self.folder, "-o", self.page)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (0, 1))
        self.assertIn("not judged", done.stderr)
        bench, = blocks(self.page)["judgement"]["benches"]
        self.assertEqual({row["variant"] for row in bench["judgement"]["workloads"][0]["rows"]},
                         {"sieve"})

    def test_the_title_says_what_is_there(self):
        sample_results.folder_make(self.folder)
        for name, title in (("choose.json", "Which policy to run"),
                            ("hits.jsonl", "Hits against memory"),
                            ("micro.json", "Tidemark report")):
            report(os.path.join(self.folder, name), "-o", self.page)
            said = blocks(self.page)["judgement"]
            self.assertEqual((said["title"], said["lead"], said["benches"]), (title, "", []))

    def test_hostile_names_do_not_end_a_script(self):
        sample_results.write(self.folder, "a<script>'\".json", sample_results.result(sample_results.HOSTILE))
        report(self.folder, "-o", self.page)
        with open(self.page, encoding="utf-8") as file:
            text = file.read()
        data = text[text.index('id="about"'):]
        self.assertNotIn("<script>alert", data)
        self.assertNotIn("\u2028", data)
        self.assertEqual(blocks(self.page)["file-0"]["variant"], sample_results.HOSTILE)

    def test_a_broken_file_is_named_and_the_others_are_shown(self):
        sample_results.folder_make(self.folder)
        broken = sample_results.write(self.folder, "broken.json", '{"schema": "tidemark/result/1", ')
        done = report(self.folder, "-o", self.page)
        self.assertEqual(done.returncode, 0)
        self.assertIn(broken, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        about = blocks(self.page)["about"]
        self.assertEqual([left["path"] for left in about["left_out"]], [broken])
        self.assertEqual(len(about["files"]), 9)

    def test_a_page_that_cannot_be_written_is_an_error(self):
        sample_results.folder_make(self.folder)
        there = sample_results.write(self.scratch.name, "there", "as before")
        done = report(self.folder, "-o", os.path.join(there, "page.html"))
        self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1))
        full = report(self.folder, "-o", "/dev/full")
        self.assertEqual((full.returncode, full.stdout), (3, ""))
        self.assertIn("/dev/full", full.stderr)
        with open(there, encoding="utf-8") as file:
            self.assertEqual(file.read(), "as before")
        report(self.folder, "-o", self.page)
        self.assertEqual(sorted(os.listdir(self.scratch.name)), ["report.html", "results", "there"])

    def test_the_page_fetches_nothing(self):
        sample_results.folder_make(self.folder)
        report(self.folder, folder=self.scratch.name)
        with open(self.page, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("default-src 'none'", text)
        self.assertIn("Released under the MIT License", text)
        markup = re.sub(r"<script.*?</script>", "", text, flags=re.S)
        self.assertEqual(re.findall(r'(?:src|href)="(?!#|data:,")[^"]*"|url\(|@import', markup), [])

    @unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed (scripts/setup figures)")
    def test_every_chart_becomes_a_figure(self):
        sample_results.folder_make(self.folder)
        sample_results.write(self.folder, "z.json", sample_results.result("it's $(a) `b`"))
        figures = os.path.join(self.scratch.name, "figures")
        done = report(self.folder, "--svg", figures)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        layers = ("payload", "cache", "allocated", "active", "resident", "rss")
        variants = ("unbounded", "lru", "sieve", "it-s---a---b-")
        expected = {"hits-zipf-1.0.svg", "startup.svg", "micro-get-hit-1000.svg",
                  "choice-trace.txt.svg"} | {
            f"{chart}-{workload}{more}.svg" for workload in ("random", "zipf")
            for chart, mores in (("memory", layers), ("layers", variants))
            for more in ("-" + each for each in mores)} | {
            f"{chart}-{workload}.svg" for workload in ("random", "zipf")
            for chart in ("cpu", "latency", "speed-time", "latency-time")}
        self.assertEqual(set(os.listdir(figures)), expected)
        self.assertEqual(set(done.stdout.split()), {os.path.join(figures, each) for each in expected})
        for name in expected:
            svg = xml.etree.ElementTree.parse(os.path.join(figures, name)).getroot()
            self.assertTrue(svg.tag.endswith("svg"))
        text = "".join(svg_text(os.path.join(figures, "memory-zipf-rss.svg")))
        self.assertIn("it's $(a) `b`", text)
        self.assertIn("Memory under zipf: rss", text)
        self.assertFalse(os.path.exists(self.page))
        self.assertEqual(os.listdir(self.scratch.name).count("report.html"), 0)

    @unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed (scripts/setup figures)")
    def test_a_curve_lies_where_the_samples_do(self):
        sample_results.write(self.folder, "unbounded.json", sample_results.result("unbounded", leaks=True))
        report(self.folder, "--svg", self.folder)
        path = os.path.join(self.folder, "memory-random-allocated.svg")
        with open(path, encoding="utf-8") as file:
            curve = max(re.findall(r"d='([^']*)'", file.read()), key=len).split("M")[-1]
        points = [tuple(map(float, each.split(",")))
                  for each in re.findall(r"[\d.]+,[\d.]+", curve)]
        self.assertEqual(len(points), 40)
        rise = (points[0][1] - points[-1][1]) / (points[-1][0] - points[0][0])
        for x, y in points:
            self.assertAlmostEqual(y, points[0][1] - rise * (x - points[0][0]), delta=0.5)

    def test_without_gnuplot_it_says_what_to_do(self):
        sample_results.folder_make(self.folder)
        done = subprocess.run([TIDEMARK, "report", self.folder, "--svg", self.folder],
                              capture_output=True, text=True, env={"PATH": "/nonexistent"})
        self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1))
        self.assertIn("scripts/setup figures", done.stderr)

    def test_sample_results_match_the_schema(self):
        schema = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                              "../../../results/schema.json")
        with open(schema, encoding="utf-8") as file:
            jsonschema.validate(sample_results.result("lru"), json.load(file))

    def test_only_a_page_is_overwritten(self):
        sample_results.folder_make(self.folder)
        notes = os.path.join(self.scratch.name, "notes.html")
        with open(notes, "w", encoding="utf-8") as file:
            file.write("<!DOCTYPE html>\n<title>Notes</title>\n")
        for path in (os.path.join(self.folder, "lru.json"), os.path.join(self.folder, "hits.jsonl"), notes):
            with open(path, encoding="utf-8") as file:
                before = file.read()
            done = report(self.folder, "-o", path)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (3, "", 1))
            self.assertIn(path, done.stderr)
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), before)
        for name in ("new.json", "new.svg"):
            self.assertEqual(report(self.folder, "-o", os.path.join(self.scratch.name, name)).returncode, 3)
            self.assertFalse(os.path.exists(os.path.join(self.scratch.name, name)))
        with open(self.page, "w", encoding="utf-8"):
            pass  # empty, as mktemp makes it
        for _ in range(2):
            self.assertEqual(report(self.folder, "-o", self.page).returncode, 0)
        self.assertIn("about", blocks(self.page))

    def test_wrong_usage_is_an_error(self):
        os.mkdir(self.folder)
        named = sample_results.write(self.scratch.name, "x.json", {"some": "thing"})
        for arguments, words, status in (
                ([], "name the results", 2),
                (["--nosuch"], "--nosuch", 2),
                ([self.folder], "make bench", 2),
                ([named], "make bench", 2),
                (["no/such/place"], "no/such/place", 2)):
            done = report(*arguments, folder=self.scratch.name)
            self.assertEqual(done.returncode, status, arguments)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertFalse(os.path.exists(self.page))
        self.assertIn("RESULTS are files", report("--help").stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])

"""report_page_test.py - the report as a reader sees it, in a headless Chromium driven by selenium.

usage: report_page_test.py TIDEMARK      exits with 77 if Chromium or selenium is not installed
"""
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    webdriver = None

import sample_results

TIDEMARK = os.path.abspath(sys.argv[1])
MILLION_SECONDS = 10    # of CPU time, which does not depend on the load of the machine
WAIT_SECONDS = 30
HEIGHT_MOST = 9500
# What sticks out of the page, or the page itself if it is wider than the window.
CUT = """
const root = document.documentElement;
const wide = [...document.querySelectorAll("main *")].filter((each) => !each.closest(".scroll table") &&
  each.getBoundingClientRect().right > root.clientWidth + 1).map((each) => each.outerHTML.slice(0, 100));
return root.scrollWidth > root.clientWidth ? [root.scrollWidth, ...wide] : wide;
"""
# Whether every chart in sight is drawn, after which nothing moves any more.
SETTLED = """
return tidemark.graphs.every((graph) => graph.drawn || !graph.figure.offsetParent ||
  graph.figure.getBoundingClientRect().top > innerHeight || graph.figure.getBoundingClientRect().bottom < 0);
"""
READY = "return Boolean(window.tidemark && window.tidemark.ready)"
# The number of different colours on the canvas of a chart; an empty one has one.
COLOURS = """
const graph = tidemark.graphs.find((each) => each.id === arguments[0]);
const canvas = graph.canvas, seen = new Set();
const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
for (const pixel of pixels) seen.add(pixel);
return seen.size;
"""
SHAPE = """
const graph = tidemark.graphs.find((each) => each.id === arguments[0]);
return {x: graph.chart.options.scales.x.title.text, y: graph.chart.options.scales.y.title.text,
  yType: graph.chart.options.scales.y.type, labels: graph.chart.data.datasets.map((each) => each.label),
  points: graph.chart.data.datasets.map((each) => each.data.length),
  last: graph.chart.data.datasets.map((each) => each.data.slice(-1)[0])};
"""
CLICK = """
const box = document.getElementById(arguments[0]);
box.querySelector(`button[data-choice="${arguments[1]}"]`).click();
"""
CHOOSE = """
const box = [...document.getElementById(arguments[0]).querySelectorAll("label.control")]
  .find((each) => each.firstChild.textContent === arguments[1]).querySelector("select");
box.value = arguments[2];
box.dispatchEvent(new Event("change"));
"""
CELLS = """
const box = [...document.querySelectorAll("table")].find((each) => each.caption.textContent.startsWith(arguments[0]));
return [...box.tBodies[0].rows].map((row) => [...row.cells].map((cell) => [cell.textContent, cell.dataset.value === undefined ? null : Number(cell.dataset.value)]));
"""


def page_make(page, *arguments):
    subprocess.run([TIDEMARK, "report", *arguments, "-o", page], check=True, timeout=120,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return page


OPEN_ALL = "for (const box of document.querySelectorAll('details')) box.open = true"
# Every details element that is open has been filled.
ALL_FILLED = """
return [...document.querySelectorAll('details')].every((box) => box.open && box.children.length > 1)
"""


class Browser:
    """A headless Chromium with an empty profile."""

    def __init__(self, folder):
        options = webdriver.ChromeOptions()
        for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage",
                     "disable-background-networking", "force-device-scale-factor=1",
                     "window-size=1280,900", f"user-data-dir={folder}/profile"):
            options.add_argument("--" + flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")),
                                       options=options)
        self.close = self.driver.quit
        self.run = self.driver.execute_script
        self.log = self.driver.get_log

    def open(self, path):
        self.driver.get("file://" + path)

    def wait(self, condition, seconds=WAIT_SECONDS):
        """Until condition() is true, or for a text: until the script returns something true."""
        if isinstance(condition, str):
            script = condition
            condition = lambda: self.run(script)
        return WebDriverWait(self.driver, seconds, poll_frequency=0.02).until(
            lambda _: condition())

    def cdp(self, command, **parameters):
        return self.driver.execute_cdp_cmd(command, parameters)

    def resize(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=width < 600)

    def media(self, medium="", **features):
        named = [{"name": name.replace("_", "-"), "value": value}
                 for name, value in features.items()]
        self.cdp("Emulation.setEmulatedMedia", media=medium, features=named)


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.results = os.path.join(cls.scratch.name, "results")
        sample_results.folder_make(cls.results)
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.big = os.path.join(cls.scratch.name, "big")
        sample_results.default_bench_make(cls.big)
        cls.page = page_make(os.path.join(cls.scratch.name, "sample.html"), cls.results)
        cls.browser = Browser(cls.scratch.name)
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.media("", prefers_color_scheme="light")
        self.browser.resize(1280, 900)
        for kind in ("browser", "performance"):
            self.browser.log(kind)

    def show(self, *paths):
        """Opens the page of these results, or the one of the sample results."""
        other = os.path.join(self.scratch.name, "other.html")
        self.browser.open(page_make(other, *paths) if paths else self.page)
        self.browser.wait(READY)

    def open_all(self):
        """Opens all details, also those inside others."""
        def all_open():
            self.browser.run(OPEN_ALL)
            return self.browser.run(ALL_FILLED)
        self.browser.wait(all_open)

    def check_quiet(self):
        """No error or warning was logged, and nothing was requested but the page."""
        self.assertEqual(self.browser.log("browser"), [])
        events = [json.loads(entry["message"])["message"]
                  for entry in self.browser.log("performance")]
        requested = [event["params"]["request"]["url"] for event in events
                 if event["method"] == "Network.requestWillBeSent"]
        self.assertNotEqual(requested, [])
        self.assertEqual([url for url in requested
                          if not url.startswith(("file://", "data:,", "blob:"))], [])
        self.assertLessEqual(len({url for url in requested if url.startswith("file://")}), 1)

    def draw(self):
        """Draws all charts, whether in sight or not, and returns their names."""
        return self.browser.run("for (const graph of tidemark.graphs) graph.draw();"
                                "return tidemark.graphs.map((graph) => graph.id)")

    def scroll(self):
        """Scrolls from chart to chart, which draws them, and returns their names."""
        names = self.browser.run("return tidemark.graphs.filter((graph) => graph.figure.offsetParent)"
                                 ".map((graph) => graph.id)")
        for name in names:
            graph = f"tidemark.graphs.find((each) => each.id === '{name}')"
            self.browser.run(f"{graph}.figure.scrollIntoView()")
            self.browser.wait(f"return {graph}.drawn")
        return names

    def test_it_opens_and_every_chart_is_drawn(self):
        self.show()
        drawn = self.browser.run("return tidemark.graphs.filter((graph) => graph.drawn).length")
        self.assertLess(drawn, len(self.scroll()), "charts out of sight were drawn")
        self.open_all()
        names = self.scroll()
        self.assertEqual(sorted(names), [
            "choice-0", "choice-memory-0", "cpu_ns-0", "hits-0", "instructions-0", "latency",
            "memory-layers", "memory-variants", "speed-bars", "speed-time", "startup-0"])
        for name in names:
            self.assertGreater(self.browser.run(COLOURS, name), 10, name)
        self.check_quiet()

    def test_the_first_screen_shows_the_judgement_and_the_choice(self):
        self.show()
        said = self.browser.run("return tidemark.model.said")
        judged = said["benches"][0]["judgement"]
        lines = self.browser.run("return [...document.querySelectorAll('dl.answer > *')]"
                                 ".map((each) => each.textContent)")
        self.assertEqual(lines, [
            "Memory", judged["memory_words"], "CPU under random",
            judged["workloads"][0]["speed_words"], "Hits under zipf",
            judged["workloads"][1]["hits_words"], "CPU under zipf",
            judged["workloads"][1]["speed_words"]])
        self.assertIn("unbounded leaks 450 B/request", lines[1])
        self.assertIn("of 4 policies with a limit", lines[5])
        self.assertIn("unbounded", lines[7])
        self.assertEqual(self.browser.run("return document.getElementById('lead').textContent"),
                         said["lead"])
        card = self.browser.run("return document.querySelector('#answers .card').textContent")
        self.assertIn("Run sieve: it has the most hits.", card)
        self.assertIn(said["choices"][0]["question"], card)
        self.assertNotIn("[object", self.browser.run("return document.getElementById('main').textContent"))
        bottom = self.browser.run(
            "return document.querySelector('.card').getBoundingClientRect().bottom")
        self.assertLess(bottom, 900)

    def show_changed(self, change):
        """The page with another judgement than its results have: change() edits what it says."""
        with open(self.page, encoding="utf-8") as file:
            text = file.read()
        start = text.index('id="judgement">') + len('id="judgement">')
        end = text.index("</script>", start)
        said = json.loads(text[start:end])
        change(said)
        path = os.path.join(self.scratch.name, "changed.html")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text[:start] + json.dumps(said) + text[end:])
        self.browser.open(path)
        self.browser.wait(READY)

    def test_the_judgement_is_drawn_as_given(self):
        def change(said):
            judged = said["benches"][0]["judgement"]
            judged["memory_words"] = "planted on memory"
            for workload in judged["workloads"]:
                workload["speed_words"] = "planted on speed"
                workload["hits_words"] = ""
                for row in workload["rows"]:
                    if row["variant"] == "lru":
                        row["memory"].update({"class": "leak: expired", "brief": "planted class"})
                        row["cpu"].update(ratio=7.0, low=6.5, high=7.5, text="seven", rank=41)
                        row["hits"] = {"text": "none", "cold_text": "-", "rank": 42}
            said["benches"][0]["curves"] = ["sieve"]
            said.update(title="Planted title", lead="Planted lead.")
        self.show_changed(change)
        text = self.browser.run("return document.querySelector('dl.answer').textContent")
        self.assertEqual(text, "Memoryplanted on memoryCPU under randomplanted on speed"
                               "CPU under zipfplanted on speed")
        self.browser.run(CLICK, "answers", "zipf")
        rows = self.browser.run(CELLS, "zipf: what was measured")
        lru = [row for row in rows if row[0][0] == "lru"][0]
        self.assertEqual(lru[1][0], "▲ planted class")
        self.assertEqual([cell[0] for cell in lru[5:]], ["none", "42", "seven", "41"])
        self.assertEqual(self.browser.run(
            "return [...document.querySelectorAll('#bench-table .bad')].length"), 2)
        self.draw()
        bars = self.browser.run("return tidemark.graphs.find((each) => each.id === 'speed-bars')"
                                ".data.rows.map((row) => [row.name, row.low, row.high])")
        self.assertIn(["lru", 6.5, 7.5], bars)
        self.assertEqual(self.browser.run(SHAPE, "memory-variants")["labels"], ["sieve"])
        self.assertEqual(self.browser.run("return [document.title, document.querySelector('h1')"
                                          ".textContent, document.getElementById('lead')"
                                          ".textContent]"),
                         ["Planted title", "Planted title", "Planted lead."])
        self.check_quiet()

    def test_a_variant_that_lacks_repetitions_has_no_figure(self):
        folder = os.path.join(self.scratch.name, "lacking")
        for name in ("lru", "sieve", "fifo"):
            made = sample_results.result(name, workloads=("zipf",))
            if name == "fifo":
                made["speeds"].pop()
            sample_results.write(folder, f"{name}.json", made)
        self.show(folder)
        rows = self.browser.run(CELLS, "zipf: what was measured")
        self.assertEqual([row[-1][0] for row in rows if row[0][0] == "fifo"], ["-"])
        self.assertRegex(self.browser.run("return document.getElementById('bench-table').textContent"),
                         "no CPU figure, since repetitions are missing: fifo")

    def test_a_choice_lists_the_policies_as_it_ranked_them(self):
        made = sample_results.choice(("arc",)) | {"ranking": ["arc", "sieve"]}
        path = sample_results.write(os.path.join(self.scratch.name, "ranked"), "choose.json", made)
        self.show(path)
        self.open_all()
        chosen = self.browser.run(CELLS, "The policies, predicted by an exact replay")
        self.assertEqual([[row[0][0], row[1][0]] for row in chosen],
                         [["arc", "60.0 %"], ["sieve", "62.5 %"]])
        self.check_quiet()

    def test_a_variant_whose_runs_all_failed_is_shown_as_failed(self):
        folder = os.path.join(self.scratch.name, "failed")
        for name in ("lru", "sieve"):
            made = sample_results.result(name, workloads=("zipf",), runs=1)
            if name == "sieve":
                made["speeds"] = []
                made["runs"][0].update(status="failed", reason="out of luck")
                made["summary"][0].update({"failed": 1, "class": "undecided", "words": ""})
                made["summary"][0]["verdicts"]["bounded"] = 0
            sample_results.write(folder, f"{name}.json", made)
        self.show(folder)
        rows = self.browser.run(CELLS, "zipf: what was measured")
        self.assertEqual([row[1][0] for row in rows if row[0][0] == "sieve"], ["✕ failed"])
        self.assertIn("sieve: 1 of 1 runs failed: out of luck",
                      self.browser.run("return document.getElementById('bench-table').textContent"))
        self.open_all()
        self.assertIn("✕ sieve failed",
                      self.browser.run("return document.getElementById('evidence').textContent"))
        self.check_quiet()

    def test_results_of_version_2_without_a_bench_are_judged(self):
        folder = os.path.join(self.scratch.name, "version2")
        for name, cpu in (("lru", 10.0), ("sieve", 5.0)):
            made = sample_results.result(name, workloads=("zipf",), runs=6)
            made["schema"] = "tidemark/result/2"
            del made["speeds"], made["hits"]
            for run in made["runs"]:
                run["server"]["cpu_us_per_request"] = cpu * (1 + 0.001 * (run["repetition"] % 3))
            sample_results.write(folder, f"{name}.json", made)
        self.show(folder)
        self.assertNotIn("costs",
                         self.browser.run("return document.querySelector('dl.answer').textContent"))
        self.assertIn("its runs took no turns with others: lru and sieve",
                      self.browser.run("return document.getElementById('bench-table').textContent"))
        self.draw()
        self.assertEqual(self.browser.run(SHAPE, "latency")["points"], [5, 5])
        self.check_quiet()

    def test_links_land_on_their_targets(self):
        self.browser.resize(1400, 900)
        self.show(self.big)
        tops = ("return [...document.querySelectorAll('section, figure')].filter((each) => "
                "each.offsetParent).map((each) => each.offsetTop)")
        before = self.browser.run(tops)
        self.draw()
        self.assertEqual(self.browser.run(tops), before, "a chart moves others when it is drawn")
        self.show(self.big)
        self.browser.media("", prefers_reduced_motion="reduce")
        links = self.browser.run("return [...document.querySelectorAll('a[href^=\"#\"]')]"
                                 ".map((each) => each.getAttribute('href').slice(1))")
        self.assertGreater(len(links), 8)
        for name in links:
            self.browser.run("scrollTo(0, 0);"
                             f"document.querySelector('a[href=\"#{name}\"]').click()")
            self.browser.wait(SETTLED)
            top, nav, end = self.browser.run(
                "const at = (each) => each.getBoundingClientRect();"
                f"return [at(document.getElementById('{name}')).top, at(document.querySelector("
                "'nav')).bottom, Math.ceil(scrollY + innerHeight) >= "
                "document.documentElement.scrollHeight]")
            if name == "main" or not end:
                self.assertLess(abs(top - nav), 60, name)
            else:
                self.assertLess(top, 900, name)

    def test_it_is_short_and_nothing_is_cut(self):
        self.show(self.big)
        for width in (1400, 390):
            self.browser.resize(width, 900)
            self.draw()
            self.assertEqual(self.browser.run(CUT), [], width)
            if width == 1400:
                self.browser.run(CLICK, "answers", "zipf")
                self.assertLessEqual(
                    self.browser.run("return document.documentElement.scrollHeight"), HEIGHT_MOST)
                self.assertEqual(self.browser.run(
                    "return [...document.querySelectorAll('.scroll')].filter((each) => "
                    "each.scrollWidth > each.clientWidth).map((each) => "
                    "each.getAttribute('aria-label'))"), [])
        rows = self.browser.run("return document.querySelectorAll('tbody tr').length")
        self.assertLess(rows, 20)
        self.browser.run(CLICK, "answers", "zipf")
        self.browser.run("document.querySelector('#bench-table details').open = true")
        self.browser.wait("return document.querySelectorAll('#bench-table table').length === 2")
        listed = self.browser.run(CELLS, "zipf: exact hits of the policies without a server")
        self.assertEqual({row[0][0] for row in listed},
                         set(sample_results.POLICIES) - set(sample_results.SERVED))

    def test_controls_change_the_chart(self):
        self.show()
        self.draw()
        chart = "memory-variants"
        before = self.browser.run(SHAPE, chart)
        self.assertEqual((before["x"], before["yType"]), ("requests", "linear"))
        self.assertEqual(before["last"][before["labels"].index("unbounded")],
                         {"x": 3900, "y": 450 * 3900 + 3 * 4096})
        self.browser.run(CLICK, chart, "time")
        self.assertEqual(self.browser.run(SHAPE, chart)["last"][0]["x"], 1.287)
        self.browser.run(CLICK, chart, "log")
        self.assertEqual(self.browser.run(SHAPE, chart)["yType"], "logarithmic")
        self.browser.run(CHOOSE, chart, "Layer", "rss_bytes")
        after = self.browser.run(SHAPE, chart)
        self.assertEqual(after["last"][after["labels"].index("unbounded")]["y"],
                         450 * 3900 + 6 * 4096)
        self.browser.run(CHOOSE, chart, "Run", "all")
        self.assertEqual(len(self.browser.run(SHAPE, chart)["labels"]), 9)
        self.browser.run("document.querySelector('#memory-variants [data-name=lru]').click()")
        self.assertEqual(len(self.browser.run(SHAPE, chart)["labels"]), 6)
        self.open_all()
        self.draw()
        self.browser.run(CHOOSE, "memory-layers", "Variant", "lru")
        self.assertEqual(self.browser.run(SHAPE, "memory-layers")["labels"],
                         ["payload_bytes", "cache_bytes", "allocated_bytes", "active_bytes",
                          "resident_bytes", "anonymous_bytes", "rss_bytes"])
        self.assertGreater(self.browser.run(COLOURS, chart), 10)
        self.check_quiet()

    def test_series_differ_without_colour(self):
        self.show()
        self.draw()
        looks = self.browser.run(
            "return tidemark.graphs.find((g) => g.id === 'memory-variants').chart.data.datasets"
            ".map((set) => JSON.stringify([set.borderDash, set.pointStyle]))")
        self.assertEqual(len(set(looks)), 3)

    def test_the_theme_changes_and_follows_the_system(self):
        self.show()
        paper = "return getComputedStyle(document.body).backgroundColor"
        self.assertEqual(self.browser.run(paper), "rgb(252, 251, 248)")
        self.browser.media("", prefers_color_scheme="dark")
        dark = self.browser.run(paper)
        self.assertEqual(dark, "rgb(15, 22, 28)")
        press = "document.getElementById('theme').click();" + paper
        self.assertEqual(self.browser.run(press), "rgb(252, 251, 248)")
        self.browser.media("", prefers_color_scheme="light")
        self.assertEqual(self.browser.run(press), dark)
        self.draw()
        self.assertGreater(self.browser.run(COLOURS, "memory-variants"), 10)

    def test_the_tables_show_the_numbers_of_the_files(self):
        self.show()
        self.open_all()
        speeds = self.browser.run(CELLS, "Every repetition")
        self.assertEqual(len(speeds), 3 * 2 * sample_results.REPETITIONS)
        lru = [row for row in speeds if [row[0][0], row[1][0]] == ["lru", "zipf"]]
        made = [each for each in sample_results.result("lru")["speeds"] if each["workload"] == "zipf"]
        keys = ("repetition", "cpu_us_per_request", "requests_per_second", "p50_ns", "p90_ns",
                "p99_ns", "p999_ns", "max_ns")
        self.assertEqual([[cell[1] for cell in row[2:10]] for row in lru],
                         [[each[key] for key in keys] for each in made])
        self.assertEqual(lru[0][5][0], "800 µs")
        factors = {"unbounded": 1.0, "lru": 1.001, "sieve": 1.25}
        memory = self.browser.run(CELLS, "random: memory at the start")
        ends = ("payload", "cache", "allocated", "resident", "rss")
        for row in memory:
            self.assertEqual([cell[1] for cell in row[1:6]],
                             [sample_results.FIGURES[f"{end}_end_bytes"] * factors[row[0][0]]
                              for end in ends])
        hits = self.browser.run(CELLS, "zipf:1.0: all replays")
        self.assertEqual([row[2][1] for row in hits],
                         [row["hit_ratio"] for row in sample_results.replay_rows()])
        footprint = self.browser.run(CELLS, "Bytes per entry")
        self.assertEqual([[row[0][0], row[6][1]] for row in footprint],
                         [["null", 40.5], ["lru", 40.5]])
        self.draw()
        self.browser.run(CHOOSE, "cpu_ns-0", "Operation", "put-evict, 100,000 entries")
        self.assertEqual(self.browser.run("return tidemark.graphs.find((each) => each.id === "
                                          "'cpu_ns-0').data.rows.map((row) => [row.name, row.value,"
                                          " row.low, row.high])"),
                         [["null", 30.25, 29.5, 31], ["lru", 30.25, 29.5, 31]])
        matrix = self.browser.run(CELLS, "Expected and given verdicts")
        self.assertEqual(matrix[0], [["bounded", None], ["7", 7], ["1", 1]])
        text = self.browser.run("return document.getElementById('checked').textContent")
        self.assertIn("8 runs: 7 right, 1 undecided, 0 wrong, 0 failed.", text)
        chosen = self.browser.run(CELLS, "The policies, predicted by an exact replay")
        self.assertEqual([row[:2] for row in chosen], [[["sieve", None], ["62.5 %", 0.625]]])
        served = self.browser.run(CELLS, "Served: measured")
        self.assertEqual(served[0][1], ["61.3 % / 62.5 %", 0.6125])
        text = self.browser.run("return document.getElementById('choice').textContent")
        for words in ("unbounded it leaks", "5 ms for a miss"):
            self.assertIn(words, text)
        text = self.browser.run("return document.getElementById('evidence').textContent")
        self.assertIn("17 samples over 1,717 requests", text)
        self.assertIn("450 bytes per request, between 440 and 461", text.replace("451", "450"))
        self.check_quiet()

    def test_all_raw_numbers_can_be_downloaded(self):
        self.show()
        whole = self.browser.run("return tidemark.model.files.map((file) => [file.name, "
                                 "JSON.stringify(tidemark.fileWhole(file))])")
        self.assertEqual(len(whole), 9)
        for name, text in whole:
            with open(os.path.join(self.results, name), encoding="utf-8") as file:
                original = file.read()
            expected = (sample_results.replay_rows() if "jsonl" in name else json.loads(original))
            self.assertEqual(json.loads(text), expected, name)
        csv = self.browser.run("return tidemark.samplesCsv(tidemark.model.results.find((each) => "
                               "each.variant === 'lru')).join('')").splitlines()
        self.assertEqual(len(csv), 1 + 6 * 40)
        row = dict(zip(csv[0].split(","), csv[40].split(",")))
        self.assertEqual({key: int(row[key]) for key in sample_results.SAMPLE_KEYS},
                         sample_results.sample(39, False))
        self.browser.cdp("Browser.setDownloadBehavior", behavior="allow",
                         downloadPath=self.scratch.name)
        self.open_all()
        self.browser.run("[...document.querySelectorAll('#raw button')].find((each) => "
                         "each.getAttribute('aria-label') === 'lru.json as JSON').click()")
        saved = os.path.join(self.scratch.name, "lru.json")
        self.browser.wait(lambda: os.path.exists(saved))
        with open(saved, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["variant"], "lru")
        self.browser.run("window.saved = []; URL.createObjectURL = (blob) => { saved.push(blob.size);"
                         " return 'blob:null/0'; }; HTMLAnchorElement.prototype.click = () => {};"
                         "for (const each of document.querySelectorAll('#raw button')) each.click()")
        sizes = self.browser.run("return saved")
        self.assertEqual(len(sizes), 9 + 3 + 1)
        self.assertGreater(min(sizes), 100)

    def test_it_fits_a_phone(self):
        self.show(self.results)
        for width in (390, 320):
            self.browser.resize(width, 800)
            self.draw()
            self.open_all()
            self.assertLessEqual(
                self.browser.run("return document.documentElement.scrollWidth"), width)
            wide = self.browser.run(
                "return [...document.querySelectorAll('main *')].filter((each) => "
                "!each.closest('.scroll') && each.getBoundingClientRect().right > innerWidth + 1)"
                ".map((each) => each.outerHTML.slice(0, 100))")
            self.assertEqual(wide, [])

    def test_it_prints_on_white(self):
        self.show()
        self.browser.media("", prefers_color_scheme="dark")
        printed = base64.b64decode(self.browser.cdp("Page.printToPDF", printBackground=True)["data"])
        self.assertTrue(self.browser.run("return tidemark.graphs.every((graph) => graph.drawn)"))
        self.assertEqual(printed[:5], b"%PDF-")
        self.assertGreater(len(re.findall(rb"/Type\s*/Page\b", printed)), 3)
        self.browser.media("print", prefers_color_scheme="dark")
        self.assertEqual(self.browser.run("return getComputedStyle(document.body).backgroundColor"),
                         "rgb(255, 255, 255)")

    def test_it_is_accessible(self):
        self.show()
        self.draw()
        self.assertEqual(self.browser.run("return document.documentElement.lang"), "en")
        levels = self.browser.run("return [...document.querySelectorAll('h1,h2,h3,h4')]"
                                  ".map((each) => Number(each.tagName[1]))")
        self.assertEqual(levels[0], 1)
        self.assertEqual(levels.count(1), 1)
        self.assertTrue(all(b - a <= 1 for a, b in zip(levels, levels[1:])), levels)
        unnamed = self.browser.run(
            "return [...document.querySelectorAll('canvas, button, .scroll')].filter((each) => "
            "!(each.getAttribute('aria-label') || each.textContent)).length + "
            "[...document.querySelectorAll('select, input')].filter((each) => !each.labels.length"
            " || !each.labels[0].textContent).length + [...document.querySelectorAll('figure')]"
            ".filter((each) => !each.querySelector('details')).length")
        self.assertEqual(unnamed, 0)
        self.assertIn("unbounded from", self.browser.run(
            "return document.querySelector('#memory-variants canvas').getAttribute('aria-label')"))
        self.assertTrue(self.browser.run(
            "return document.querySelector(document.querySelector('.skip').hash) !== null"))
        self.show(os.path.join(self.results, "choose.json"))
        self.assertTrue(self.browser.run(
            "return document.querySelector(document.querySelector('.skip').hash) !== null"))

    def test_two_folders_are_compared(self):
        before, after = (os.path.join(self.scratch.name, name) for name in ("before", "after"))
        sample_results.folder_make(before, factor=1.0, leaks=True)
        sample_results.folder_make(after, factor=1.1, leaks=False)
        self.show(before, after)
        text = self.browser.run("return document.getElementById('change').textContent")
        self.assertIn("From before to after.", text)
        found = self.browser.run(CELLS, "compare.json: before and after")
        self.assertIn(["unbounded", "random", "verdict", "leak: container", "bounded", "–",
                       "● better"], [[cell[0] for cell in row][:7] for row in found])
        self.assertIn("all 3 are bounded", self.browser.run(
            "return document.querySelector('dl.answer').textContent"))
        self.draw()
        self.assertIn("unbounded · before", self.browser.run(SHAPE, "memory-variants")["labels"])
        self.assertIn("unbounded · after", self.browser.run(SHAPE, "memory-variants")["labels"])
        self.check_quiet()

    def test_hostile_names_stay_text(self):
        folder = os.path.join(self.scratch.name, "hostile <b>&\"'")
        made = sample_results.result(sample_results.HOSTILE, workloads=(sample_results.HOSTILE, "zipf"))
        made["made_by"]["cpu_model"] = made["summary"][0]["words"] = sample_results.HOSTILE
        sample_results.write(folder, "x<script>alert(3)<.json", made)
        sample_results.write(folder, "y.json", "".join(
            json.dumps(row) + "\n" for row in sample_results.replay_rows(sample_results.HOSTILE)))
        self.browser.resize(390, 800)
        self.show(folder)
        self.draw()
        self.open_all()
        self.assertEqual(self.browser.run("return document.querySelectorAll('img, main script, b')"
                                          ".length"), 0)
        self.assertLessEqual(
            self.browser.run("return document.documentElement.scrollWidth"), 390)
        self.assertIn("<script>alert(1)", self.browser.run("return document.body.innerText"))
        self.check_quiet()

    def test_missing_parts_do_not_break_the_page(self):
        folder = os.path.join(self.scratch.name, "missing")
        wrong = {"schema": "tidemark/result/2", "variant": 7, "summary": [None, {"workload": "w"}],
                 "runs": [None, {"samples": {"columns": 99}}, {"workload": "w", "verdict": 3}]}
        sample_results.write(folder, "empty.json", {"schema": "tidemark/result/1"})
        sample_results.write(folder, "wrong.json", wrong)
        sample_results.write(folder, "choose.json", {"schema": "tidemark/choose/1", "policies": [None]})
        sample_results.write(folder, "micro.json", {"context": 1, "benchmarks": [None, {"name": 3}]})
        sample_results.write(folder, "startup.json", {"results": [None]})
        sample_results.write(folder, "verdicts.json", {"schema": "tidemark/verdicts/1"})
        self.show(folder)
        self.draw()
        self.open_all()
        self.assertEqual(self.browser.run("return document.querySelectorAll('main .notice').length"), 0)
        self.check_quiet()
        without = os.path.join(self.scratch.name, "without")
        sample_results.write(without, "lru.json", sample_results.result("lru", series=False))
        self.show(without)
        self.open_all()
        self.assertNotIn("speed-time", self.draw())
        self.show(os.path.join(self.results, "hits.jsonl"))
        self.assertEqual(self.draw(), ["hits-0"])
        self.check_quiet()

    def test_a_million_samples_load_fast(self):
        path = os.path.join(self.scratch.name, "million.json")
        count = sample_results.million(path)
        page = page_make(os.path.join(self.scratch.name, "million.html"), path)
        os.unlink(path)
        self.browser.cdp("Performance.enable", timeDomain="threadTicks")
        self.browser.open(page)
        self.browser.wait(READY, seconds=120)
        self.draw()
        self.browser.run(CHOOSE, "memory-variants", "Run", "all")
        shape = self.browser.run(SHAPE, "memory-variants")
        took = {each["name"]: each["value"]
                for each in self.browser.cdp("Performance.getMetrics")["metrics"]}
        self.assertEqual(count, 1000000)
        self.assertEqual(len(shape["points"]), 20)
        self.assertLess(max(shape["points"]), 5000)
        self.assertEqual(shape["last"][0]["x"], 100 * 49999)
        self.assertGreater(took["TaskDuration"], 0.1)
        self.assertLess(took["TaskDuration"], MILLION_SECONDS)
        os.unlink(page)


if __name__ == "__main__":
    if not (webdriver and shutil.which("chromium") and shutil.which("chromedriver")):
        print("skipped: `scripts/setup browser` installs chromium and selenium")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])

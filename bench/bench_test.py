"""bench_test.py BIN SOURCE - `tidemark bench` end to end: short, broken, capped and interrupted."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import jsonschema

BIN, SOURCE = sys.argv[1], sys.argv[2]
RESULTS = os.path.join(SOURCE, "results")


def schema():
    with open(os.path.join(RESULTS, "schema.json")) as file:
        return json.load(file)


def schema_keys(node):
    """Every property's name, and every name in an enumeration of classes and states."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "properties":
                yield from value
            if key == "enum":
                yield from value
            yield from schema_keys(value)
    if isinstance(node, list):
        for value in node:
            yield from schema_keys(value)


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return file.read().split()
    except FileNotFoundError:
        return []


class Bench(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tidemark-bench-")
        self.out = os.path.join(self.folder, "out")
        self.servers = os.path.join(self.folder, "servers")
        os.mkdir(self.servers)

    def tearDown(self):
        shutil.rmtree(self.folder)

    def command(self, *options):
        return [os.path.join(BIN, "tidemark"), "bench", "--out", self.out, "--connections", "20",
                "--capacity", "500", "--workloads", "random", "--repeats", "1", *options]

    def bench(self, *options):
        return subprocess.run(self.command(*options), capture_output=True, text=True, timeout=120)

    def text(self, variant):
        with open(os.path.join(self.out, variant + ".json")) as file:
            return file.read()

    def result(self, variant):
        """The variant's result, valid by the schema."""
        result = json.loads(self.text(variant))
        jsonschema.Draft202012Validator(schema()).validate(result)
        return result

    def plant(self, variant, script):
        path = os.path.join(self.servers, "serve-" + variant)
        with open(path, "w") as file:
            file.write(script)
        os.chmod(path, 0o755)

    def link(self, variant):
        name = "serve-" + variant
        os.symlink(os.path.join(BIN, name), os.path.join(self.servers, name))

    def test_a_leak_and_a_bound_are_told_apart(self):
        done = self.bench("--variants", "unbounded,lru", "--seconds", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        for variant, expected in (("unbounded", "leak: container"), ("lru", "bounded")):
            run = self.result(variant)["runs"][0]
            self.assertEqual(run["verdict"]["class"], expected, run["verdict"])
            self.assertEqual(run["load"]["errors"], 0)
            self.assertGreater(run["load"]["requests"], 0)
            self.assertIn(run["verdict"]["words"], done.stdout)
        requests = [sample["requests"] for sample in run["samples"]]
        self.assertEqual(requests, sorted(requests))
        self.assertEqual(self.result("lru")["limits"]["capacity_entries"], 500)
        self.assertEqual(self.result("unbounded")["limits"]["capacity_entries"], 0)
        self.assertEqual(run["samples"][-1]["entries"], 500)
        self.assertEqual([name for name in os.listdir(self.out) if name.endswith(".tmp")], [])

    def test_a_byte_budget_is_kept_at_every_sample(self):
        done = self.bench("--variants", "lru", "--seconds", "0.5", "--capacity", "200kB")
        self.assertEqual(done.returncode, 0, done.stderr)
        samples = self.result("lru")["runs"][0]["samples"]
        for sample in samples:
            self.assertLessEqual(sample["cache_bytes"], 200000)
            self.assertGreater(sample["pss_bytes"], 0)
            self.assertGreater(sample["anonymous_bytes"], 0)
            self.assertGreaterEqual(sample["zone_resident_bytes"], sample["zone_active_bytes"])
        self.assertGreater(samples[-1]["cache_bytes"], 150000)
        self.assertGreater(samples[-1]["minor_faults"], 0)

    def test_a_burst_is_watched_until_memory_comes_back(self):
        options = ("--variants", "ttl", "--workloads", "burst:2k", "--ttl", "200ms",
                   "--seconds", "0.5", "--burst-watch", "1200ms")
        done = self.bench(*options)
        self.assertEqual(done.returncode, 0, done.stderr)
        run = self.result("ttl")["runs"][0]
        burst = run["burst"]
        self.assertEqual((burst["ids"], burst["dirty_decay_ns"]), (2000, -1))
        self.assertGreater(burst["end_ns"], 0)
        self.assertEqual([after["seconds"] for after in burst["after"]][:2], [0.1, 1])
        self.assertGreater(burst["samples"][0]["time_ns"], run["samples"][-1]["time_ns"])
        self.assertEqual(burst["samples"][-1]["entries"], 0)
        self.assertIn("After the burst", done.stdout)

    def test_servers_are_told_how_long_pages_stay(self):
        done = self.bench("--variants", "ttl", "--workloads", "burst:2k", "--ttl", "100ms",
                          "--seconds", "0.5", "--dirty-decay", "1h,0")
        if "cannot be told" in done.stderr:
            self.assertEqual(done.returncode, 1)
            return
        self.assertEqual(done.returncode, 0, done.stderr)
        kept, given = self.result("ttl")["runs"]
        self.assertEqual(kept["workload"], "burst:2k@1h")
        self.assertEqual(given["burst"]["dirty_decay_ns"], 0)
        self.assertIn("burst:2k@0", done.stdout)

    def test_memory_is_told_layer_by_layer(self):
        self.assertEqual(self.bench("--variants", "lru", "--seconds", "0.3").returncode, 0)
        told = subprocess.run([os.path.join(BIN, "tidemark"), "memory",
                               os.path.join(self.out, "lru.json")],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(told.returncode, 0, told.stderr)
        for word in ("payload", "= cache", "= RSS", "B/entry", "verdict:", "over requests"):
            self.assertIn(word, told.stdout)

    def test_a_broken_server_harms_nobody_else(self):
        self.link("lru")
        self.plant("unbounded", "#!/bin/sh\necho 'no luck today' >&2\nexit 3\n")
        self.plant("null", "#!/bin/sh\necho 'on http://127.0.0.1:1 ' >&2\nexec sleep 60\n")
        done = self.bench("--variants", "unbounded,null,lru", "--seconds", "0.3",
                          "--server-dir", self.servers)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no luck today", done.stderr)
        self.assertEqual(done.stderr.count("FAILED"), 2)
        self.assertTrue(self.result("lru")["complete"])
        self.assertFalse(os.path.exists(os.path.join(self.out, "unbounded.json")))
        self.assertFalse(os.path.exists(os.path.join(self.out, "null.json")))

    def test_a_failure_never_replaces_a_good_result(self):
        self.assertEqual(self.bench("--variants", "lru", "--seconds", "0.3").returncode, 0)
        good = self.text("lru")
        self.plant("lru", "#!/bin/sh\nexit 1\n")
        done = self.bench("--variants", "lru", "--seconds", "0.3", "--server-dir", self.servers)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.text("lru"), good)

    def test_a_server_over_the_cap_is_stopped(self):
        done = self.bench("--variants", "unbounded", "--seconds", "60", "--memory-cap", "1MiB")
        self.assertEqual(done.returncode, 0, done.stderr)
        run = self.result("unbounded")["runs"][0]
        self.assertEqual(run["status"], "capped")
        self.assertGreater(run["capped_ns"], 0)
        self.assertIn("1 MiB", run["reason"])

    def test_an_interruption_stops_the_server_and_keeps_what_was_there(self):
        self.assertEqual(self.bench("--variants", "lru", "--seconds", "0.3").returncode, 0)
        good = self.text("lru")
        for number in (signal.SIGINT, signal.SIGTERM):
            bench = subprocess.Popen(self.command("--variants", "lru", "--seconds", "60"),
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            server = []
            while not server and bench.poll() is None:
                server = children(bench.pid)
                time.sleep(0.01)
            bench.send_signal(number)
            said = bench.communicate(timeout=60)[1]
            self.assertEqual(bench.returncode, 130, said)
            self.assertIn("interrupted", said)
            self.assertFalse(os.path.exists(f"/proc/{server[0]}"))
            self.assertEqual(self.text("lru"), good)

    def test_wrong_options_are_refused(self):
        for options, word in ((("--variants", "lru,nonsense"), "nonsense"),
                              (("--workloads", "nonsense"), "nonsense"),
                              (("--seconds", "x"), "seconds"),
                              (("--connections", "0"), "connections"),
                              (("surplus",), "surplus")):
            done = self.bench(*options)
            self.assertEqual(done.returncode, 2)
            self.assertIn(word, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)

    def test_every_key_of_the_schema_is_explained(self):
        with open(os.path.join(RESULTS, "README.md")) as file:
            explained = set(re.findall(r"`([\w:./ ]+)`", file.read()))
        self.assertEqual({key for key in schema_keys(schema())} - explained, set())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

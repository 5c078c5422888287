"""bench_test.py BIN SOURCE - `tidemark bench` end to end: short, broken, capped and interrupted."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import jsonschema

BIN, SOURCE = os.path.abspath(sys.argv[1]), sys.argv[2]
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


CAPACITY = 100  # so small that the busiest machine fills it in a short run

# How long children of programs under test sleep: a number of this process's own, to be found by.
SLEEP = str(10 ** 7 + os.getpid())

# A foreign program: it keeps everything that is requested, or nothing; it finds all ids, most of
# them or none; its fifth answer may take long. It starts a child in a session of its own.
FOREIGN = """
import subprocess, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

kept = {}
leaks = sys.argv[2] == "leaks"
answers = 0
print("listening soon", flush=True)
if sys.argv[2] == "dies":
    sys.exit("out of luck")
subprocess.Popen(["sleep", sys.argv[3]], start_new_session=True)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        state = b"hit" if self.path in kept else b"miss"
        if leaks:
            kept.setdefault(self.path, self.path * 100)
        global answers
        answers += 1
        if sys.argv[2] == "stalls" and answers == 5:
            time.sleep(1.5)
        absent = sys.argv[2] == "absent" or sys.argv[2] == "errors" and self.path[-1] in "05af"
        self.wfile.write(b"HTTP/1.1 " + (b"404 No" if absent else b"200 OK") + b"\\r\\nX-Cache: " + state
                         + b"\\r\\nContent-Length: 2\\r\\n\\r\\nok")

    def log_message(self, *words):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def sleepers():
    """Processes of this test run that run the command that FOREIGN starts."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if file.read() == f"sleep\0{SLEEP}\0".encode():
                    found.append(pid)
        except OSError:
            pass
    return found


def wait_until(condition, seconds=30):
    """False: it did not become true in time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


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
                "--capacity", str(CAPACITY), "--workloads", "random", "--speed", "0", *options]

    def bench(self, *options):
        return subprocess.run(self.command(*options), capture_output=True, text=True, timeout=120)

    def path(self, name):
        return os.path.join(self.out, name + ".json")

    def text(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def skip_without_dump(self):
        if not os.path.exists(self.path("lru.jemalloc")):
            self.skipTest("the servers are not built over jemalloc")

    def result(self, name):
        """The server's result, valid by the schema."""
        result = json.loads(self.text(name))
        jsonschema.Draft202012Validator(schema()).validate(result)
        return result

    def bench_file(self):
        """bench.json, valid by its schema, which refers to that of the results."""
        with open(os.path.join(RESULTS, "bench.schema.json")) as file:
            rules = json.loads(file.read().replace('"schema.json#', '"#'))
        rules["$defs"] = schema()["$defs"]
        whole = json.loads(self.text("bench"))
        jsonschema.Draft202012Validator(rules).validate(whole)
        return whole

    def write_server(self, policy, script):
        path = os.path.join(self.servers, "serve-" + policy)
        with open(path, "w") as file:
            file.write(script)
        os.chmod(path, 0o755)

    def link(self, policy):
        name = "serve-" + policy
        os.symlink(os.path.join(BIN, name), os.path.join(self.servers, name))

    def test_a_leak_is_told_from_a_bounded_cache(self):
        done = self.bench("--policies", "unbounded,lru", "--requests", "20000")
        self.assertEqual(done.returncode, 0, done.stderr)
        for policy, expected, words in (("unbounded", "leak: container", "leaks "),
                                        ("lru", "bounded", "bounded: at most ")):
            run = self.result(policy)["runs"][0]
            self.assertEqual(run["verdict"]["class"], expected, run["verdict"])
            self.assertEqual(run["load"]["errors"], 0)
            self.assertGreater(run["load"]["requests"], 0)
            self.assertIn(words, next(line for line in done.stdout.splitlines()
                                      if line.startswith(policy)))
        requests = [sample["requests"] for sample in run["samples"]]
        self.assertEqual(requests, sorted(requests))
        self.assertEqual(self.result("lru")["limits"]["capacity_entries"], CAPACITY)
        self.assertEqual(self.result("unbounded")["limits"]["capacity_entries"], 0)
        self.assertEqual(run["samples"][-1]["entries"], CAPACITY)
        self.assertEqual([name for name in os.listdir(self.out) if name.endswith(".tmp")], [])

    def test_a_byte_budget_is_kept_at_every_sample(self):
        done = self.bench("--policies", "lru", "--requests", "5000", "--capacity", "50kB")
        self.assertEqual(done.returncode, 0, done.stderr)
        samples = self.result("lru")["runs"][0]["samples"]
        for sample in samples:
            self.assertLessEqual(sample["cache_bytes"], 50000)
            self.assertGreater(sample["pss_bytes"], 0)
            self.assertGreater(sample["anonymous_bytes"], 0)
            self.assertGreaterEqual(sample["zone_resident_bytes"], sample["zone_active_bytes"])
        self.assertGreater(samples[-1]["cache_bytes"], 37500)
        self.assertGreater(samples[-1]["minor_faults"], 0)

    def test_a_burst_is_watched_until_memory_comes_back(self):
        options = ("--policies", "ttl", "--workloads", "burst:2k", "--ttl", "200ms",
                   "--requests", "2100", "--burst-watch", "1200ms")
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

    def test_servers_get_the_dirty_decay(self):
        done = self.bench("--policies", "ttl", "--workloads", "burst:2k", "--ttl", "100ms",
                          "--requests", "4000", "--dirty-decay", "1h,0")
        if "no such setting" in done.stderr:
            self.assertEqual(done.returncode, 3)
            return
        self.assertEqual(done.returncode, 0, done.stderr)
        kept, purged = self.result("ttl")["runs"]
        self.assertEqual(kept["workload"], "burst:2k@1h")
        self.assertEqual(purged["burst"]["dirty_decay_ns"], 0)
        self.assertIn("burst:2k@0", done.stdout)

    def foreign_options(self, manner):
        script = os.path.join(self.folder, "foreign.py")
        with open(script, "w") as file:
            file.write(FOREIGN)
        return ("--command", f"/usr/bin/python3 {script} {{port}} {manner} {SLEEP}", "--name",
                manner, "--url", "http://127.0.0.1:{port}/users/{id}")

    def foreign(self, manner, *options):
        return self.bench(*self.foreign_options(manner), *options)

    def test_a_killed_bench_leaves_nothing_behind(self):
        for number in (signal.SIGKILL, signal.SIGTERM):
            bench = subprocess.Popen(
                self.command(*self.foreign_options("leaks"), "--seconds", "60"),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.assertTrue(wait_until(sleepers))
            bench.send_signal(number)
            bench.wait(timeout=60)
            self.assertTrue(wait_until(lambda: not sleepers()), number)

    def test_a_foreign_program_is_judged_beside_ours(self):
        done = self.foreign("leaks", "--policies", "lru", "--seconds", "2", "--connections", "8")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = self.result("leaks")
        run = result["runs"][0]
        self.assertEqual(result["policy"], "")
        self.assertIn("{port} leaks", result["made_by"]["command"])
        self.assertEqual(run["ids"], "random")
        self.assertEqual(run["verdict"]["class"], "leak: grows", run["verdict"])
        self.assertGreater(run["load"]["misses"], 0)
        last = run["samples"][-1]
        self.assertGreater(last["cpu_ns"], run["samples"][0]["cpu_ns"])
        self.assertGreater(last["pss_bytes"], 0)
        self.assertGreater(last["rss_bytes"], last["pss_bytes"])
        self.assertIn("leaks", done.stdout)
        self.assertEqual(self.result("lru")["policy"], "lru")
        self.assertEqual(sleepers(), [])

    def test_hits_of_a_foreign_program_are_counted(self):
        done = self.foreign("leaks", "--requests", "1000", "--workloads", "scan:50",
                            "--connections", "4")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(self.result("leaks")["runs"][0]["load"]["hit_ratio"], 0.5)

    def test_errors_of_a_foreign_program_are_data(self):
        done = self.foreign("errors", "--seconds", "1", "--connections", "4")
        self.assertEqual(done.returncode, 0, done.stderr)
        load = self.result("errors")["runs"][0]["load"]
        self.assertEqual(load["errors"], 0)
        self.assertGreater(load["statuses"]["4xx"], 0)
        self.assertEqual(load["statuses"]["2xx"] + load["statuses"]["4xx"], load["requests"])
        self.assertIn("errors, random: statuses of responses: ", done.stdout)
        done = self.foreign("errors", "--seconds", "1", "--connections", "4", "--expect", "2xx")
        self.assertEqual(done.returncode, 3)
        self.assertIn(" status", done.stderr)

    def test_errors_alone_must_be_asked_for(self):
        done = self.foreign("absent", "--seconds", "1", "--connections", "4")
        self.assertEqual(done.returncode, 3)
        self.assertIn("no response had a status of 2xx; change --url, or use --expect any", done.stderr)
        done = self.foreign("absent", "--seconds", "1", "--connections", "4", "--expect", "any")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_program_that_dies_at_once_says_why(self):
        done = self.foreign("dies", "--seconds", "1")
        self.assertEqual(done.returncode, 3)
        self.assertIn("FAILED: it ended before it answered; listening soon/out of luck",
                      done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.out, "dies.json")))

    def test_a_program_that_never_listens_is_given_up_and_ended(self):
        done = self.bench("--command", f"echo busy; sleep {SLEEP} & sleep {SLEEP}; : {{port}}",
                          "--name", "deaf", "--url", "http://127.0.0.1:{port}/", "--seconds", "1",
                          "--start-within", "1s")
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, r"nothing answered on port \d+ in time .*; busy")
        self.assertEqual(sleepers(), [])

    def test_memory_is_shown_layer_by_layer(self):
        self.assertEqual(self.bench("--policies", "lru", "--seconds", "0.3").returncode, 0)
        done = subprocess.run([os.path.join(BIN, "tidemark"), "memory",
                               os.path.join(self.out, "lru.json")],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("payload", "= cache", "= RSS", "B/entry", "verdict:", "over requests"):
            self.assertIn(word, done.stdout)

    def test_a_broken_server_does_not_affect_others(self):
        self.link("lru")
        self.write_server("unbounded", "#!/bin/sh\necho 'no luck today' >&2\nexit 3\n")
        self.write_server("null", "#!/bin/sh\necho 'on http://127.0.0.1:1 ' >&2\nexec sleep 60\n")
        done = self.bench("--policies", "unbounded,null,lru", "--seconds", "0.3",
                          "--server-dir", self.servers)
        self.assertEqual(done.returncode, 3)
        self.assertIn("no luck today", done.stderr)
        self.assertEqual(done.stderr.count("FAILED"), 2)
        self.assertTrue(self.result("lru")["complete"])
        self.assertFalse(os.path.exists(os.path.join(self.out, "unbounded.json")))
        self.assertFalse(os.path.exists(os.path.join(self.out, "null.json")))

    def test_a_folder_without_the_servers_is_refused_before_any_run(self):
        self.link("lru")
        for option in ("--server-dir", "--against"):
            done = self.bench("--policies", "lru,sieve", "--seconds", "0.3", option, self.servers)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertRegex(done.stderr, "^tidemark bench: .*/serve-sieve: No such file or "
                             f"directory; name the folder of the servers with {option}\n$")
            self.assertFalse(os.path.exists(os.path.join(self.out, "lru.json")))

    def test_a_failure_never_replaces_a_good_result(self):
        self.assertEqual(self.bench("--policies", "lru", "--seconds", "0.3").returncode, 0)
        good = self.text("lru")
        self.write_server("lru", "#!/bin/sh\nexit 1\n")
        done = self.bench("--policies", "lru", "--seconds", "0.3", "--server-dir", self.servers)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(self.text("lru"), good)

    def test_a_failure_keeps_the_dump_beside_the_result(self):
        self.assertEqual(self.bench("--policies", "lru", "--seconds", "0.3").returncode, 0)
        self.skip_without_dump()
        good = self.text("lru"), self.text("lru.jemalloc")
        self.write_server("lru", f"#!/bin/sh\n{BIN}/serve-lru \"$@\" &\ntrap 'kill $!' TERM\n"
                                 "wait $!\nwait $!\necho 'fails at the end' >&2\nexit 1\n")
        done = self.bench("--policies", "lru", "--seconds", "0.3", "--server-dir", self.servers)
        self.assertIn("fails at the end", done.stderr)
        self.assertEqual(done.returncode, 3)
        self.assertEqual((self.text("lru"), self.text("lru.jemalloc")), good)
        self.assertEqual(self.bench("--policies", "lru", "--seconds", "0.3").returncode, 0)
        for before, name in zip(good, ("lru", "lru.jemalloc"), strict=True):
            self.assertNotEqual(self.text(name), before)

    def test_a_server_over_the_cap_is_stopped(self):
        done = self.bench("--policies", "unbounded", "--seconds", "60", "--memory-cap", "1MiB")
        self.assertEqual(done.returncode, 0, done.stderr)
        run = self.result("unbounded")["runs"][0]
        self.assertEqual(run["status"], "capped")
        self.assertGreater(run["capped_ns"], 0)
        self.assertIn("1 MiB", run["reason"])

    def test_an_interruption_stops_the_server_and_keeps_what_was_there(self):
        self.assertEqual(self.bench("--policies", "lru", "--seconds", "0.3").returncode, 0)
        kept = [name for name in ("lru", "lru.jemalloc") if os.path.exists(self.path(name))]
        good = [self.text(name) for name in kept]
        for number in (signal.SIGINT, signal.SIGTERM):
            bench = subprocess.Popen(self.command("--policies", "lru", "--seconds", "60"),
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            server = []
            while not server and bench.poll() is None:
                server = children(bench.pid)
                time.sleep(0.01)
            bench.send_signal(number)
            stderr = bench.communicate(timeout=60)[1]
            self.assertEqual(bench.returncode, 130, stderr)
            self.assertIn("interrupted", stderr)
            self.assertFalse(os.path.exists(f"/proc/{server[0]}"))
            self.assertEqual([self.text(name) for name in kept], good)

    def test_http2_and_an_open_loop_are_measured(self):
        done = self.bench("--policies", "lru", "--seconds", "1", "--http2", "--streams", "4",
                          "--rate", "500", "--connections", "5")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = self.result("lru")
        made_by, load = result["made_by"], result["runs"][0]["load"]
        self.assertEqual((made_by["protocol"], made_by["streams"], made_by["rate_rps"]),
                         ("h2c", 4, 500))
        self.assertGreater(load["requests_per_second"], 350)
        self.assertLess(load["requests_per_second"], 650)
        self.assertGreaterEqual(load["latency"]["all"]["mean_ns"],
                                load["latency"]["as_sent"]["mean_ns"])

    def test_the_load_has_a_time_series_beside_the_samples(self):
        self.assertEqual(self.bench("--policies", "lru", "--seconds", "1").returncode, 0)
        run = self.result("lru")["runs"][0]
        series = run["series"]
        self.assertGreaterEqual(len(series), 10)
        self.assertEqual(sum(part["requests"] for part in series), run["load"]["requests"])
        for before, after in zip(series, series[1:]):
            self.assertEqual(before["start_ns"] + before["span_ns"], after["start_ns"])
        self.assertGreaterEqual(series[0]["start_ns"], run["samples"][0]["time_ns"])
        self.assertEqual(run["counts"]["misses"], run["load"]["requests"])
        self.assertEqual(run["counts"]["evictions"], run["load"]["requests"] - CAPACITY)
        allocations = run["counts"]["allocations_per_request"]
        self.assertTrue(allocations is None or 0.5 < allocations < 20, allocations)

    def test_two_builds_take_turns(self):
        self.link("lru")
        done = self.bench("--policies", "lru", "--seconds", "0.3", "--repeats", "2", "--against",
                          self.servers)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(re.findall(r"random (lru.*?): ", done.stderr),
                         ["lru 1/2", "lru (other) 1/2", "lru 2/2", "lru (other) 2/2"])
        ours, other = self.result("lru"), self.result("against/lru")
        self.assertEqual([run["seed"] for run in ours["runs"]],
                         [run["seed"] for run in other["runs"]])
        self.assertNotEqual(ours["made_by"]["commit"], other["made_by"]["commit"])

    SPEED = ("--rounds", "4", "--slice", "60", "--requests", "2000")

    def test_hits_memory_and_speed_are_measured_apart(self):
        done = self.bench("--policies", "lru,sieve,ttl", "--workloads", "zipf", "--speed", "2",
                          *self.SPEED)
        self.assertEqual(done.returncode, 0, done.stderr)
        for policy in ("lru", "sieve", "ttl"):
            result = self.result(policy)
            self.assertTrue(result["complete"])
            self.assertEqual([run["load"]["requests"] for run in result["runs"]],
                             [result["runs"][0]["load"]["requests"]])
            speeds = result["speeds"]
            self.assertEqual([(speed["repetition"], speed["seed"], speed["rounds"],
                               speed["requests"]) for speed in speeds],
                             [(1, 1, 4, 240), (2, 2, 4, 240)])
            self.assertTrue(all(speed["cpu_us_per_request"] > 0 for speed in speeds))
        self.assertEqual(self.result("lru")["runs"][0]["load"]["requests"], 2000)
        self.assertGreater(len(self.result("lru")["runs"][0]["samples"]), 2)
        self.assertGreaterEqual(self.result("ttl")["runs"][0]["load"]["wall_ns"], 1.5e9)
        self.assertEqual(self.result("ttl")["hits"], [])
        whole = self.bench_file()
        self.assertTrue(whole["complete"])
        self.assertEqual((whole["reference"], whole["control"]["variant"]), ("lru", "lru"))
        self.assertEqual([speed["requests"] for speed in whole["control"]["speeds"]], [240, 240])
        hits = {row["policy"]: row for row in whole["hits"]}
        self.assertIn("s3fifo", hits)
        self.assertNotIn("ttl", hits)
        self.assertEqual(hits["sieve"]["hits"], self.result("sieve")["hits"][0]["hits"])
        self.assertEqual(hits["lru"]["limits"]["capacity_entries"], CAPACITY)

    def test_hits_are_those_of_the_servers(self):
        done = self.bench("--policies", "null,unbounded,lru", "--workloads", "zipf:0.9:1k",
                          "--requests", "2000", "--connections", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        for policy in ("null", "unbounded", "lru"):
            result = self.result(policy)
            hits, load = result["hits"][0], result["runs"][0]["load"]
            self.assertEqual((hits["requests"], hits["hits"]), (2000, load["hits"]))
            self.assertEqual(hits["steady_requests"], 1000)
        unbounded = self.result("unbounded")["hits"][0]
        self.assertEqual(unbounded["hits"], 2000 - unbounded["compulsory_misses"])

    def test_a_server_that_runs_another_policy_is_found_by_its_hits(self):
        for name, policy in (("lru", "fifo"), ("sieve", "sieve")):
            os.symlink(os.path.join(BIN, "serve-" + policy),
                       os.path.join(self.servers, "serve-" + name))
        done = self.bench("--policies", "lru,sieve", "--workloads", "zipf:1.0:1000", "--requests",
                          "20k", "--server-dir", self.servers)
        words = r"lru: its server hit [\d.]+ % where lru hits [\d.]+ %: it does not run"
        self.assertEqual(len(re.findall(words, " ".join(done.stdout.split()))), 2, done.stdout)
        self.assertNotIn("sieve: its server", done.stdout)
        for name, differs in (("lru", True), ("sieve", False)):
            counts = self.result(name)["runs"][0]["counts"]
            self.assertEqual(counts["replayed_requests"], counts["hits"] + counts["misses"])
            row = next(row for row in self.bench_file()["judgement"]["workloads"][0]["rows"]
                       if row["variant"] == name)
            self.assertEqual(row["hits"]["served"]["differs"], differs)

    def test_two_builds_share_the_rounds(self):
        self.link("lru")
        done = self.bench("--policies", "lru", "--against", self.servers, "--speed", "2",
                          *self.SPEED)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ("lru", "against/lru"):
            self.assertEqual([speed["repetition"] for speed in self.result(name)["speeds"]],
                             [1, 2])

    def test_speed_is_repeated_until_it_is_precise_or_the_budget_is_spent(self):
        options = ("--policies", "lru,sieve", *self.SPEED, "--speed", "20", "--slice", "200",
                   "--precision")
        self.assertEqual(self.bench(*options, "99%").returncode, 0)
        self.assertIn(len(self.result("lru")["speeds"]), range(4, 20))
        self.assertTrue(self.result("lru")["complete"])
        self.assertEqual(self.bench(*options, "0.0001%", "--budget", "1ms").returncode, 0)
        self.assertEqual([speed["rounds"] for speed in self.result("lru")["speeds"]], [4, 3, 3, 3])
        self.assertTrue(self.result("lru")["complete"])

    def test_a_server_that_fails_between_slices_is_left_out(self):
        self.link("lru")
        self.write_server("sieve", "#!/bin/sh\n"
                          f"if [ -e {self.folder}/twice ]; then exit 3; fi\n"
                          f": > {self.folder}/twice\n"
                          f"exec {BIN}/serve-sieve \"$@\"\n")
        done = self.bench("--policies", "lru,sieve", "--server-dir", self.servers, "--speed", "1",
                          *self.SPEED)
        self.assertEqual(done.returncode, 3)
        self.assertIn("speed of sieve under random: FAILED", done.stderr)
        self.assertEqual(len(self.result("lru")["speeds"]), 1)
        self.assertFalse(self.result("sieve")["complete"])
        self.assertFalse(self.bench_file()["complete"])

    def test_a_server_that_is_too_slow_for_the_warm_up_is_named(self):
        done = self.foreign("stalls", "--policies", "lru", "--speed", "1", *self.SPEED, "--connections", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"speed of stalls under random: it is too slow .*: \d+ fewer than")
        self.assertEqual(done.stderr.count("too slow"), 1)

    def test_a_time_to_live_is_that_of_its_share_of_the_time(self):
        self.link("lru")
        log = os.path.join(self.folder, "arguments")
        self.write_server("ttl", f"#!/bin/sh\necho \"$@\" >> {log}\nexec {BIN}/serve-ttl \"$@\"\n")
        done = self.bench("--policies", "lru,ttl", "--server-dir", self.servers, "--speed", "1",
                          "--ttl", "40ms", *self.SPEED)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(log) as file:
            self.assertEqual(re.findall(r"--ttl=(\d+)ns", file.read()),
                             ["40000000", "120000000"])  # of one server, and of three in turns

    def test_a_reference_that_fails_gives_way_to_another(self):
        self.link("sieve")
        self.link("fifo")
        self.write_server("lru", "#!/bin/sh\nexit 3\n")
        done = self.bench("--policies", "lru,sieve,fifo", "--server-dir", self.servers,
                          "--speed", "3", *self.SPEED)
        self.assertEqual(done.returncode, 3)
        self.assertNotIn("control", done.stderr)
        whole = self.bench_file()
        self.assertEqual((whole["reference"], whole["control"]["variant"],
                          len(whole["control"]["speeds"])), ("sieve", "sieve", 3))
        workload, = whole["judgement"]["workloads"]
        self.assertIsNotNone(workload["speed"]["control"])
        self.assertIn("CPU per request, sieve = 1", done.stdout)

    def test_an_interruption_between_slices_stops_all_servers(self):
        options = ("--policies", "lru,sieve", *self.SPEED, "--rounds", "1000", "--speed", "1")
        bench = subprocess.Popen(self.command(*options), stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True)
        self.assertTrue(wait_until(lambda: len(children(bench.pid)) == 3))
        servers = children(bench.pid)
        bench.send_signal(signal.SIGINT)
        stderr = bench.communicate(timeout=60)[1]
        self.assertEqual(bench.returncode, 130, stderr)
        self.assertNotIn("FAILED", stderr)
        self.assertFalse([pid for pid in servers if os.path.exists(f"/proc/{pid}")])
        self.assertFalse(self.result("lru")["complete"])
        self.assertFalse(os.path.exists(os.path.join(self.out, "bench.json")))

    def test_a_leak_can_fail_a_bench(self):
        for policy, status in (("lru", 0), ("unbounded", 1)):
            done = self.bench("--policies", policy, "--requests", "20000", "--fail-on", "leak")
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        done = self.bench("--policies", "lru", "--requests", "20", "--fail-on", "leak")
        self.assertEqual(done.returncode, 3, done.stdout)
        done = self.foreign("dies", "--policies", "unbounded", "--requests", "30000", "--fail-on", "leak")
        self.assertIn("FAILED", done.stderr)
        self.assertEqual(done.returncode, 1, done.stdout)

    def test_json_is_one_array_of_the_results(self):
        done = self.bench("--policies", "lru,ttl", "--seconds", "0.3", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        printed = json.loads(done.stdout)
        self.assertEqual(printed, [self.result("lru"), self.result("ttl")])
        path = os.path.join(self.folder, "all.json")
        done = self.bench("--policies", "lru", "--seconds", "0.3", f"--json={path}")
        with open(path) as file:
            self.assertEqual(json.load(file), [self.result("lru")])
        self.assertIn("verdict", done.stdout)

    def test_a_second_bench_into_one_folder_is_refused(self):
        first = subprocess.Popen(self.command("--policies", "lru", "--seconds", "60"),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertTrue(wait_until(lambda: children(first.pid)))
        second = self.bench("--policies", "ttl", "--seconds", "0.3")
        first.terminate()
        first.wait(timeout=60)
        self.assertEqual(second.returncode, 3)
        self.assertIn("another bench", second.stderr)
        self.assertEqual(self.bench("--policies", "ttl", "--seconds", "0.3").returncode, 0)

    def test_results_that_cannot_be_written_are_refused_at_once(self):
        os.makedirs(os.path.join(self.out, "lru.json"))
        done = self.bench("--policies", "lru", "--seconds", "60")
        self.assertEqual(done.returncode, 3)
        self.assertIn("lru.json: it is a folder", done.stderr)
        done = self.bench("--policies", "ttl", "--seconds", "60", "--json=/no/such/file.json")
        self.assertEqual(done.returncode, 3)
        self.assertIn("/no/such", done.stderr)

    def test_a_full_disk_is_noticed_before_anything_runs(self):
        def files_are_limited():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        done = subprocess.run(self.command("--policies", "lru", "--seconds", "0.3", "--repeats", "2"),
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              preexec_fn=files_are_limited, check=False)
        self.assertEqual(done.returncode, 3)
        self.assertIn("lru.json: cannot write to it: File too large\n", done.stderr)
        self.assertNotIn("1/2", done.stderr)
        self.assertEqual(os.listdir(self.out), [])

    def test_wrong_options_are_refused(self):
        for options, word in ((("--policies", "lru,nonsense"), "nonsense"),
                              (("--workloads", "nonsense"), "nonsense"),
                              (("--seconds", "x"), "seconds"),
                              (("--seconds", "0"), "seconds"),
                              (("--connections", "0"), "connections"),
                              (("--command", "x {port}"), "--url"),
                              (("--command", "x", "--url", "http://127.0.0.1:{port}/{id}"),
                               "{port}"),
                              (("--command", "x {port}", "--url", "http://example.org:{port}/"),
                               "not on this machine"),
                              (("--command", "x {port}", "--name", "../x", "--url",
                                "http://127.0.0.1:{port}/{id}"), "--name"),
                              (("--policies", "lru", "--command", "/bin/lru {port}", "--url",
                                "http://127.0.0.1:{port}/{id}"), "named twice"),
                              (("--streams", "4"), "--http2"),
                              (("--requests", "0"), "--requests"),
                              (("--rounds", "0"), "--rounds"),
                              (("--slice", "0"), "--slice"),
                              (("--speed", "101"), "--speed"),
                              (("--fail-on", "growth"), "--fail-on"),
                              (("surplus",), "surplus")):
            done = self.bench(*options)
            self.assertEqual(done.returncode, 2)
            self.assertIn(word, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)

    def test_every_key_of_the_schema_is_explained(self):
        with open(os.path.join(RESULTS, "README.md")) as file:
            explained = set(re.findall(r"`([\w:./ ]+)`", file.read()))
        with open(os.path.join(RESULTS, "bench.schema.json")) as file:
            keys = {*schema_keys(schema()), *schema_keys(json.load(file))}
        self.assertEqual(keys - explained, set())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])

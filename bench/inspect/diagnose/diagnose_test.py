#!/usr/bin/python3
"""diagnose_test.py - tidemark diagnose on real servers under load: each mistake is named, with the
container and who holds it, and where there is none nothing is said to leak.

usage: diagnose_test.py DIRECTORY_OF_THE_PROGRAMS [--all VARIANTS | unittest options]

With --all, every variant named is diagnosed (comma-separated), and a table is printed.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import jsonschema

PROGRAMS = sys.argv.pop(1)
SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../../../results/diagnose.schema.json")
PATIENCE_S = 120
WARMUP_S = 1.5
CAPACITY = ("--capacity", "2000")

# What is expected of a variant whose ids are always new: class, container, the path's form.
HELD = r'^main\.cache\.index( \d+)? -> node \d+ -> record ".*"$'
MISTAKES = {
    "unbounded": ("leak: container", "main.cache", HELD),
    "ghost": ("leak: container", "main.cache.order.history", r"^main\.cache -> order -> history$"),
    "session": ("leak: container", "main.hooks", r'^\(nobody\) -> list -> record ".*"$'),
    "cycle": ("leak: unreachable", "main.hooks", r'^record (".*") -> login -> record \1$'),
    "pinned": ("leak: unreachable", "main.hooks", r'^\(nobody\) -> check -> record ".*"$'),
    "ttl_lazy": ("leak: expired", "main.cache", HELD),
    "fragmenting": ("fragmentation", "main.cache", r"^main\.cache -> its pages$"),
}
HONEST = ("bounded", "", r"^$")
SECONDS = {"fragmenting": 10}


def options_of(variant):
    """The limit that the variant keeps, small enough to be reached at once."""
    if variant in ("ttl", "ttl_lazy"):
        return ("--ttl", "1s")
    return CAPACITY if variant not in ("null", "unbounded", "weak", "session") else ()


class Server:
    """A server with a console in a folder of its own, which must stop silently."""

    def __init__(self, variant, *options):
        self.folder = tempfile.TemporaryDirectory()
        self.path = f"{self.folder.name}/console"
        self.process = subprocess.Popen(
            [f"{PROGRAMS}/serve-{variant}", "--port", "0", "--console", self.path, *options],
            stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        found = re.search(r"(http://\S+) ", line)
        if not found:
            raise RuntimeError(line + self.process.communicate(timeout=PATIENCE_S)[1])
        self.url = found[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        _, rest = self.process.communicate(timeout=PATIENCE_S)
        self.folder.cleanup()
        if self.process.returncode or rest:
            raise AssertionError(f"exit {self.process.returncode}: {rest}")

    def load(self):
        return subprocess.Popen(
            [f"{PROGRAMS}/tidemark", "load", f"{self.url}/users/random", "--seconds", "600",
             "--connections", "20"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def diagnose(*arguments):
    return subprocess.run([f"{PROGRAMS}/tidemark", "diagnose", *arguments], capture_output=True,
                          text=True, timeout=PATIENCE_S, check=False)


def diagnosis_of(variant, seconds, *options):
    with Server(variant, *options_of(variant), *options) as server:
        load = server.load()
        try:
            time.sleep(WARMUP_S)
            done = diagnose(server.path, "--seconds", str(seconds), "--json")
        finally:
            load.terminate()
            load.wait()
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def wrong_in(variant, told):
    """What differs from what is expected, or an empty text."""
    given, container, path = MISTAKES.get(variant, HONEST)
    wrong = []
    if told["verdict"]["class"] != given:
        wrong.append(f"{told['verdict']['class']}, not {given}")
    if told["container"] != container:
        wrong.append(f"container {told['container']!r}, not {container!r}")
    if not re.search(path, told["path"]):
        wrong.append(f"path {told['path']!r}")
    return f"{variant}: {'; '.join(wrong)} ({told['verdict']['words']})" if wrong else ""


def examine(variant, *options):
    """Once more, and longer, where a machine that was busy is to blame."""
    seconds = SECONDS.get(variant, 5)
    told = diagnosis_of(variant, seconds, *options)
    if wrong_in(variant, told):
        told = diagnosis_of(variant, 3 * seconds, *options)
    return told


class DiagnoseTest(unittest.TestCase):
    def assert_told(self, variant, *options):
        told = examine(variant, *options)
        self.assertEqual(wrong_in(variant, told), "")
        return told

    def test_a_cycle(self):
        told = self.assert_told("cycle")
        self.assert_schema(told)
        self.assertEqual((told["mistake"], told["type"]), ("reference cycle", "login"))
        self.assertGreater(told["unreachable"]["records"], 100)
        self.assertGreater(told["room"]["time_to_limit_ns"], 0)
        self.assertGreater(told["bytes_per_second"], 0)

    def test_a_forgotten_reference_on_two_threads(self):
        told = self.assert_told("pinned", "--threads", "2")
        self.assertEqual((told["mistake"], told["type"]), ("forgotten reference", "check"))
        for example in told["unreachable"]["examples"]:
            self.assertEqual(example["references"], 1)

    def test_what_is_mended_does_not_leak(self):
        for variant in ("cycle_fixed", "pinned_fixed"):
            self.assertEqual(self.assert_told(variant)["mistake"], "none")

    def test_a_container_without_end(self):
        told = self.assert_told("unbounded")
        self.assertEqual(told["mistake"], "unbounded container")
        self.assert_schema(told)

    def assert_schema(self, told):
        with open(SCHEMA, encoding="utf-8") as file:
            jsonschema.Draft202012Validator(json.load(file)).validate(told)

    def test_without_load_it_says_so(self):
        with Server("unbounded") as server:
            done = diagnose(server.path, "--seconds", "1")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("cannot tell: 0 requests", done.stdout)
            self.assertIn("put it under load", done.stdout)
            told = json.loads(diagnose(server.path, "--seconds", "1", "--json").stdout)
            self.assertEqual(told["verdict"]["class"], "undecided")
            self.assertEqual(told["mistake"], "no load")
            self.assert_schema(told)

    def test_a_page_for_people(self):
        with Server("unbounded") as server:
            load = server.load()
            try:
                time.sleep(WARMUP_S)
                done = diagnose(server.path, "--seconds", "5")
            finally:
                load.terminate()
                load.wait()
        for line in (r"^serve-unbounded\[\d+\], \d+ looks", r"^is it growing ", r"^looks like ",
                     r"^what to do ", r"^layers +cache ", r"^container +type "):
            self.assertRegex(done.stdout, "(?m)" + line)
        self.assertNotIn("\x1b", done.stdout)

    def test_what_is_not_there_is_refused(self):
        self.assertEqual(diagnose("/nowhere/console").returncode, 1)
        self.assertEqual(diagnose("--nonsense").returncode, 2)
        self.assertEqual(diagnose("1", "2").returncode, 2)
        self.assertEqual(diagnose("--interval", "0").returncode, 2)
        self.assertIn("tidemark load", diagnose("--help").stdout)


def examine_all(variants):
    """Prints what is said of each; the number that was wrong."""
    wrong = 0
    for variant in variants:
        told = examine(variant)
        reason = wrong_in(variant, told)
        wrong += bool(reason)
        print(f"{variant:15} {'WRONG' if reason else 'right':6} {told['verdict']['class']:18} "
              f"{told['container']:25} {told['path'] or told['mistake']}", flush=True)
    print(f"{len(variants) - wrong} of {len(variants)} are right")
    return wrong


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--all":
        sys.exit(1 if examine_all(sys.argv[2].split(",")) else 0)
    unittest.main()

"""verdicts_command_test.py - tidemark verdicts as its user sees it.
usage: verdicts_command_test.py BIN_DIR
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

BIN = sys.argv.pop(1)


def verdicts(*options):
    return subprocess.run([os.path.join(BIN, "tidemark"), "verdicts", *options],
                          capture_output=True, text=True, check=False)


class VerdictsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.out = os.path.join(self.folder.name, "verdicts.json")
        self.addCleanup(self.folder.cleanup)

    def run_some(self, *options):
        return verdicts("--seconds", "1.5", "--repeats", "1", "--scenarios", "random",
                        "--out", self.out, *options)

    def test_known_leaks_and_bounds_are_counted_and_written(self):
        done = self.run_some("--variants", "unbounded,lru")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("2 of 2 verdicts are right; 0 are wrong", done.stdout)
        with open(self.out, encoding="utf-8") as file:
            written = json.load(file)
        self.assertEqual(written["schema"], "tidemark/verdicts/1")
        self.assertEqual(written["matrix"]["leak: container"]["leak: container"], 1)
        self.assertEqual({run["variant"]: run["given"] for run in written["runs"]},
                         {"unbounded": "leak: container", "lru": "bounded"})

    def test_a_run_that_fails_is_wrong(self):
        done = self.run_some("--variants", "lru", "--server-dir", self.folder.name)
        self.assertEqual(done.returncode, 1)
        self.assertIn("WRONG lru, random, seed 1: expected bounded, given nothing", done.stdout)

    def test_what_is_not_there_is_refused(self):
        self.assertEqual(verdicts("--variants", "nonsense").returncode, 2)
        self.assertEqual(verdicts("nonsense").returncode, 2)


if __name__ == "__main__":
    unittest.main()

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
                        f"--json={self.out}", *options)

    def test_known_leaks_and_bounds_are_counted_and_written(self):
        # Long enough for the samples of a verdict on a machine that is busy, too.
        done = self.run_some("--policies", "unbounded,lru", "--seconds", "8")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("2 of 2 verdicts are right, 0 are undecided, 0 are wrong; 0 runs failed", done.stdout)
        with open(self.out, encoding="utf-8") as file:
            written = json.load(file)
        self.assertEqual(written["schema"], "tidemark/verdicts/1")
        self.assertEqual(written["matrix"]["leak: container"]["leak: container"], 1)
        self.assertEqual({run["variant"]: run["given"] for run in written["runs"]},
                         {"unbounded": "leak: container", "lru": "bounded"})

    def test_a_run_that_fails_decides_nothing(self):
        server = os.path.join(self.folder.name, "serve-lru")
        with open(server, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexit 7\n")
        os.chmod(server, 0o755)
        done = self.run_some("--policies", "lru", "--server-dir", self.folder.name)
        self.assertEqual(done.returncode, 3)
        self.assertIn("FAILED: lru, random, seed 1: expected bounded, given nothing", done.stdout)

    def test_a_folder_without_the_servers_is_refused_before_any_run(self):
        done = self.run_some("--policies", "lru", "--server-dir", self.folder.name)
        self.assertEqual(done.returncode, 2)
        self.assertIn("serve-lru: No such file or directory; name the folder", done.stderr)
        self.assertNotIn("runs of", done.stderr)

    def test_an_unknown_scenario_is_refused_and_all_are_named(self):
        done = verdicts("--scenarios", "nosuch")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no scenario 'nosuch'; there are random zipf", done.stderr)

    def test_json_replaces_the_table_on_standard_output(self):
        done = verdicts("--seconds", "0.3", "--repeats", "1", "--scenarios", "random",
                        "--policies", "lru", "--json")
        self.assertEqual(json.loads(done.stdout)["runs"][0]["variant"], "lru")

    def test_an_output_that_cannot_be_written_is_refused_before_any_run(self):
        done = verdicts("--short", f"--json={self.folder.name}/no/such/folder.json")
        self.assertEqual(done.returncode, 3)
        self.assertIn("no/such", done.stderr)
        self.assertNotIn("runs of", done.stderr)

    def test_a_folder_for_samples_that_cannot_be_written_is_refused_before_any_run(self):
        for folder in (f"{self.folder.name}/no/such", "/dev/full"):
            done = verdicts("--short", "--keep", folder)
            self.assertEqual(done.returncode, 3)
            self.assertIn(folder, done.stderr)
            self.assertNotIn("runs of", done.stderr)

    def test_samples_that_cannot_be_written_fail_their_run(self):
        os.mkdir(os.path.join(self.folder.name, "lru-random-1.json"))
        done = self.run_some("--policies", "lru", "--keep", self.folder.name)
        self.assertEqual(done.returncode, 3)
        self.assertIn("lru-random-1.json", done.stdout)

    def test_unknown_policies_are_refused(self):
        self.assertEqual(verdicts("--policies", "nonsense").returncode, 2)
        self.assertEqual(verdicts("nonsense").returncode, 2)
        self.assertEqual(verdicts("--seconds", "0").returncode, 2)


if __name__ == "__main__":
    unittest.main()

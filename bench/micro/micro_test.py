"""micro_test.py - runs micro as a user does: tables, JSON, wrong options, output that is full.

usage: micro_test.py MICRO
"""
import json
import subprocess
import sys
import unittest

MICRO = sys.argv[1]
ONE = ("--quick", "--filter", "get-hit/lru/1000$", "--")


def micro(*arguments, stdout=subprocess.PIPE):
    return subprocess.run([MICRO, *arguments], stdout=stdout, stderr=subprocess.PIPE, text=True,
                          timeout=120)


class Micro(unittest.TestCase):
    def test_a_time_is_printed(self):
        done = micro(*ONE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^lru +[0-9.]+ ")
        self.assertNotIn("sieve", done.stdout)

    def test_a_footprint_has_bytes_and_pauses(self):
        done = micro("--quick", "--filter", "footprint/(null|fifo)/", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        null, fifo = json.loads(done.stdout)["benchmarks"]
        self.assertEqual(null["entries"], 0)
        self.assertEqual(fifo["entries"], 100000)
        self.assertTrue(0 < fifo["overhead_bytes"] < 64)
        self.assertGreater(fifo["put_max_ns"], 0)

    def test_repetitions_are_in_the_json(self):
        done = micro("--repetitions", "2", "--json", *ONE)
        rows = json.loads(done.stdout)["benchmarks"]
        self.assertEqual([row["repetition_index"] for row in rows
                          if row["run_type"] == "iteration"], [0, 1])

    def test_output_that_cannot_be_written_is_an_error(self):
        self.assertEqual(micro("--json=/dev/full", *ONE).returncode, 3)
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.assertEqual(micro(*ONE, stdout=full).returncode, 3)

    def test_wrong_options_are_errors(self):
        for arguments in (("--nosuch",), (*ONE, "--nosuch"), ("--repetitions", "x")):
            done = micro(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_help_fits_100_columns(self):
        done = micro("--help")
        self.assertEqual(done.returncode, 0)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 100)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

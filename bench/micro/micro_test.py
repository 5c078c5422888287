"""micro_test.py - runs micro as a user does: tables, JSON, wrong options, output that is full.

usage: micro_test.py MICRO POLICIES_DEF
"""
import json
import re
import subprocess
import sys
import unittest

MICRO, POLICIES = sys.argv[1:]
TIMES = ("--quick", "--only", "times", "--repetitions", "2")
OPERATIONS = {"get-hit", "get-miss", "put-evict"}


def micro(*arguments, stdout=subprocess.PIPE, **more):
    return subprocess.run([MICRO, *arguments], stdout=stdout, stderr=subprocess.PIPE, text=True,
                          timeout=200, **more)


def read(*arguments, **more):
    done = micro(*arguments, "--json", **more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Micro(unittest.TestCase):
    def test_every_policy_is_in_the_json(self):
        with open(POLICIES, encoding="utf-8") as file:
            names = re.findall(r"(?m)^POLICY\((\w+)\)", file.read())
        self.assertGreater(len(names), 10)
        found = read(*TIMES)
        self.assertEqual([each["policy"] for each in found["policies"]], names)
        for policy in found["policies"]:
            self.assertEqual({each["operation"] for each in policy["operations"]}, OPERATIONS)
            for each in policy["operations"]:
                time = each["cpu_ns"]
                self.assertTrue(0 < time["low"] <= time["median"] <= time["high"], policy)
        rows = {(row["name"], row["repetition_index"]) for row in found["benchmarks"]}
        self.assertEqual(len(rows), len(found["benchmarks"]))
        self.assertEqual(len(rows), len(names) * len(OPERATIONS) * 2 * 2)
        self.assertIn(("get-hit/lru/1000", 1), rows)

    def test_policies_take_turns_in_another_order_each_time(self):
        rows = read(*TIMES, "--policies", "null,fifo,lru,arc")["benchmarks"]
        hits = [[row["name"] for row in rows if row["repetition_index"] == at and
                 not row["name"].startswith("put")] for at in (0, 1)]
        self.assertEqual(sorted(hits[0]), sorted(hits[1]))
        self.assertNotEqual(hits[0], hits[1])
        self.assertEqual([row["repetition_index"] for row in rows],
                         sorted(row["repetition_index"] for row in rows[:len(rows) * 2 // 3]) +
                         sorted(row["repetition_index"] for row in rows[len(rows) * 2 // 3:]))

    def test_a_footprint_has_bytes_and_pauses(self):
        null, fifo = read("--only", "footprints", "--policies", "null,fifo", "--entries",
                          "20k")["policies"]
        self.assertEqual(null["footprint"]["entries_kept"], 0)
        self.assertIsNone(null["footprint"]["put_max_ns"])
        self.assertEqual(fifo["footprint"]["entries_kept"], 20000)
        self.assertTrue(0 < fifo["footprint"]["overhead_bytes"] < 64)
        self.assertGreater(fifo["footprint"]["put_max_ns"], 0)

    def test_instructions_are_counted_or_the_reason_is_said(self):
        found = read("--only", "instructions", "--policies", "null,lru,lfu")
        null, lru, lfu = ({each["operation"]: each["instructions"]["median"]
                           for each in policy["operations"] if "instructions" in each}
                          for policy in found["policies"])
        self.assertEqual(set(lru), OPERATIONS)
        if found["instructions_source"] == "unknown":
            self.assertTrue(found["instructions_missing"])
            self.assertEqual(set(lru.values()), {None})
            return
        self.assertLess(null["get-hit"], lru["get-hit"])
        self.assertLess(lru["get-hit"], lfu["get-hit"])
        self.assertLess(lru["get-miss"], lru["get-hit"])
        self.assertLess(lru["get-hit"], lru["put-evict"])

    def test_without_valgrind_there_is_no_number(self):
        found = micro("--only", "instructions", "--policies", "lru", env={"PATH": "/nowhere"})
        self.assertEqual(found.returncode, 0, found.stderr)
        row, = (line for line in found.stdout.splitlines() if line.startswith("lru"))
        if "counter" not in found.stdout.splitlines()[-1]:
            self.assertEqual(row.split(), ["lru", "-", "-", "-"])
            self.assertIn("valgrind is not installed", found.stdout)

    def test_output_that_cannot_be_written_is_an_error(self):
        one = (*TIMES, "--policies", "lru")
        self.assertEqual(micro("--json=/dev/full", *one).returncode, 3)
        self.assertEqual(micro("--json=/nowhere/micro.json").returncode, 3)
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.assertEqual(micro(*one, stdout=full).returncode, 3)

    def test_wrong_options_are_errors(self):
        for arguments in (("--nosuch",), ("--policies", "lru,nosuch"), ("--repetitions", "x"),
                          ("--only", "nothing"), ("--entries", "1G")):
            done = micro(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_help_fits_100_columns(self):
        done = micro("--help")
        self.assertEqual(done.returncode, 0)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 100)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

"""choose_command_test.py - tidemark choose as its user sees it.

usage: choose_command_test.py BIN_DIR RESULTS_DIR
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import jsonschema

TIDEMARK, RESULTS = os.path.join(sys.argv[1], "tidemark"), sys.argv[2]
FEW = "null,unbounded,lru,ttl,weak,fifo,slru,arc,sieve,lirs"


def tidemark(*arguments):
    return subprocess.run([TIDEMARK, *arguments], capture_output=True, text=True, timeout=200)


def choose(*arguments):
    done = tidemark("choose", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def replayed(*arguments):
    """Without servers: no time is measured."""
    return choose(*arguments, "--no-serve")


def policies(found):
    return {row["policy"]: row for row in found["policies"]}


class Choose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(RESULTS, "choose.schema.json"), encoding="utf-8") as file:
            cls.schema = json.load(file)

    def test_zipf_has_a_winner_and_the_reasons_are_exact(self):
        found = replayed("--trace", "zipf:0.9:5k:30k", "--capacity", "200KiB", "--policies", FEW)
        jsonschema.validate(found, self.schema)
        rows = policies(found)
        best = rows[found["answer"]["policy"]]
        self.assertTrue(found["answer"]["is_worth"])
        self.assertGreater(best["hits"], rows["lru"]["hits"])
        self.assertEqual(best["hits"], max(row["hits"] or 0 for row in rows.values()))
        points = 100 * (best["predicted"]["hit_ratio"] - rows["lru"]["predicted"]["hit_ratio"])
        self.assertIn("%.1f points more hits than lru" % points, found["answer"]["words"])
        for name, row in rows.items():
            if row["ruled_out"] is not None:
                self.assertIn(name, ("null", "unbounded", "weak"))
                self.assertIn({"null": "without a cache", "unbounded": "without limit: to",
                               "weak": "no memory limit"}[name], row["ruled_out"])
                continue
            self.assertLessEqual(row["predicted"]["bytes"], 200 << 10)
            self.assertGreater(row["regret_points"], 0)
            self.assertLessEqual(row["at_half"]["hit_ratio"], row["predicted"]["hit_ratio"])
            self.assertGreaterEqual(row["at_double"]["hit_ratio"], row["predicted"]["hit_ratio"])
            mean = sum(row["windows"]) / len(row["windows"])
            self.assertAlmostEqual(mean, row["predicted"]["hit_ratio"], 6)
            self.assertAlmostEqual(row["worst_window"]["hit_ratio"], min(row["windows"][1:]), 6)
        self.assertLess(best["bytes_for_target"], 200 << 10)
        self.assertAlmostEqual(rows["lru"]["bytes_for_target"] / (200 << 10), 1, 1)

    def test_predicted_hits_are_those_of_an_exact_replay(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "sized")
            with open(path, "w", encoding="utf-8") as file:
                for i in range(20000):
                    key = (i * i * 7 + i // 3) % 1999
                    file.write(f"{i // 10} {key} {100 + key % 900}\n")
            found = replayed("--trace", path, "--capacity", "256KiB", "--policies", "lru,sieve,arc")
            self.assertEqual(found["sizes_from"], "trace")
            for name, row in policies(found).items():
                done = tidemark("replay", path, "--policies", name, "--capacity", "256KiB",
                                "--payload", "--seed", "0", "--json")
                exact = json.loads(done.stdout)
                self.assertEqual(row["hits"], exact["hits"])
                self.assertAlmostEqual(row["predicted"]["hit_ratio"], exact["hit_ratio"], 8)
                self.assertEqual(row["predicted"]["bytes"], exact["peak_bytes"])

    def test_on_a_uniform_trace_no_policy_helps(self):
        found = replayed("--trace", "uniform:10k:40k", "--capacity", "1MiB", "--policies",
                         "lru,fifo,sieve,arc")
        self.assertEqual(found["answer"]["policy"], "lru")
        self.assertFalse(found["answer"]["is_worth"])
        self.assertRegex(found["answer"]["words"],
                         "no other policy (has more hits|makes a difference that matters)")

    def test_any_policy_will_do_if_everything_fits(self):
        found = replayed("--trace", "zipf:0.9:500:5k", "--capacity", "1MiB", "--slo", "p99=1ms",
                         "--policies", "lru,sieve")
        self.assertEqual(found["answer"]["policy"], "lru")
        self.assertIn("everything fits", found["answer"]["words"])
        self.assertIn("is impossible with any memory", " ".join(found["answer"]["reasons"]))

    def test_no_cache_helps_if_no_id_is_requested_twice(self):
        found = replayed("--trace", "random:20k", "--memory", "1MiB", "--policies", "lru,sieve")
        jsonschema.validate(found, self.schema)
        self.assertIsNone(found["answer"]["policy"])
        self.assertIn("no cache helps", found["answer"]["words"])

    def test_on_a_scan_lru_is_not_chosen(self):
        found = replayed("--trace", "scan:4k:30k", "--capacity", "1MiB", "--policies", FEW)
        self.assertNotIn(found["answer"]["policy"], (None, "lru", "fifo"))
        rows = policies(found)
        self.assertEqual(rows["lru"]["hits"], 0)
        self.assertGreater(rows[found["answer"]["policy"]]["hits"], 5000)
        self.assertIn("weak in part", rows["lru"]["words"])

    def test_the_answer_is_the_same_with_any_number_of_threads(self):
        def found(threads):
            answer = replayed("--trace", "shift:1.0:2000:20k", "--capacity", "100KiB",
                              "--threads", threads, "--policies", "lru,sieve,wtinylfu")
            del answer["made_by"]
            return answer
        self.assertEqual(found("1"), found("3"))

    def test_a_maximum_age_rules_out_policies_without_one(self):
        found = replayed("--trace", "zipf:0.9:5k:20k", "--capacity", "4MiB", "--max-age", "1s",
                         "--policies", "lru,sieve,ttl")
        rows = policies(found)
        self.assertIn("age", rows["lru"]["ruled_out"])
        self.assertIsNone(rows["ttl"]["ruled_out"])
        self.assertEqual(found["answer"]["policy"], "ttl")
        older = replayed("--trace", "zipf:0.9:5k:20k", "--capacity", "4MiB", "--max-age", "1h",
                         "--policies", "ttl")
        self.assertGreater(policies(older)["ttl"]["hits"], rows["ttl"]["hits"])

    def test_ages_follow_the_times_of_the_trace_unless_a_rate_is_given(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "timed")
            with open(path, "w", encoding="utf-8") as file:
                for i in range(1000):
                    file.write(f"{i} {i % 10} 400\n")
            arguments = ("--trace", path, "--capacity", "1MiB", "--policies", "ttl", "--max-age", "5s")
            self.assertEqual(policies(replayed(*arguments))["ttl"]["hits"], 0)
            self.assertGreater(policies(replayed(*arguments, "--rate", "100"))["ttl"]["hits"], 900)

    def test_the_memory_for_a_share_of_hits_is_found(self):
        arguments = ("--trace", "zipf:1.0:3k:20k", "--policies", "lru,sieve")
        found = replayed(*arguments, "--capacity", "200KiB", "--target-hits", "70%")
        for name, row in policies(found).items():
            need = row["bytes_for_target"]
            for memory, enough in ((need, True), (need * 0.95, False)):
                again = replayed(*arguments, "--capacity", f"{int(memory)}B")
                ratio = policies(again)[name]["predicted"]["hit_ratio"]
                self.assertEqual(ratio >= 0.7, enough, (name, need, ratio))
        beyond = replayed(*arguments, "--capacity", "200KiB", "--target-hits", "99%")
        self.assertIsNone(policies(beyond)["lru"]["bytes_for_target"])
        self.assertIn("are impossible", " ".join(beyond["answer"]["reasons"]))

    def test_the_best_are_served_and_the_prediction_is_checked(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "choose.json")
            done = tidemark("choose", "--trace", "zipf:0.9:5k:30k", "--capacity", "200KiB",
                            "--miss-cost", "1ms", "--rate", "500", "--serve", "2s", "--slo",
                            "p99=2ms", "--policies", "lru,sieve", f"--json={path}")
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(path, encoding="utf-8") as file:
                found = json.load(file)
        jsonschema.validate(found, self.schema)
        self.assertIn("Checked with servers", done.stdout)
        self.assertGreater(found["service"]["miss"]["p50_ns"], 1e6)
        for row in found["policies"]:
            measured, predicted = row["measured"], row["predicted_as_served"]
            self.assertAlmostEqual(measured["hit_ratio"], predicted["hit_ratio"], delta=0.1)
            self.assertAlmostEqual(measured["bytes"] / predicted["bytes"], 1, delta=0.1)
            self.assertGreater(measured["mean_ns"], 0)
            self.assertGreater(row["predicted"]["slo_ns"], 0)

    def test_mistakes_are_refused(self):
        good = ["--trace", "zipf:1.0:100:1000"]
        for arguments, words, status in (
                ([], "--trace", 2),
                (good + ["--slo", "2ms"], "--slo", 2),
                (good + ["--slo", "p99=fast"], "--slo", 2),
                (good + ["--target-hits", "90"], "--target-hits", 2),
                (good + ["--policies", "lru,nosuch"], "nosuch", 2),
                (good + ["--policies", "lru,pinned"], "pinned", 2),
                (good + ["--policies", ""], "--policies is empty", 2),
                (good + ["--rate", "0"], "--rate", 2),
                (good + ["--capacity", "10"], "--capacity", 2),
                (["--trace", "zipf:1.0:100"], "never ends", 2),
                (["--trace", "zipf:1.0:100:5"], "too few", 2),
                (["--trace", "no/such/file"], "no/such/file", 2),
                (good + ["--json=/no/such/file"], "/no/such", 3),
                (good + ["--server-dir", "/nowhere"], "/nowhere/serve-lru", 3)):
            done = tidemark("choose", *arguments)
            self.assertEqual(done.returncode, status, arguments)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_an_interruption_stops_the_servers_and_says_so(self):
        command = [TIDEMARK, "choose", "zipf:1.0:100:50000", "--policies", "lru", "--rate", "1000"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as process:
            children = ""
            while not children and process.poll() is None:
                time.sleep(0.01)
                with open(f"/proc/{process.pid}/task/{process.pid}/children") as file:
                    children = file.read()
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.communicate(timeout=60),
                             ("", "tidemark choose: interrupted; the servers are stopped\n"))
        self.assertEqual(process.returncode, 130)
        self.assertFalse(os.path.exists(f"/proc/{children.split()[0]}"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

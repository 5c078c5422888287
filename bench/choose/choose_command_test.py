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
SIMPLEST_FIRST = ["fifo", "clock", "sieve", "lru", "ttl", "slru", "arc", "lirs"]


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
        found = replayed("--trace", "zipf:0.9:2k:10k", "--capacity", "80KiB", "--policies", FEW)
        jsonschema.validate(found, self.schema)
        rows = policies(found)
        best = rows[found["answer"]["policy"]]
        self.assertTrue(found["answer"]["is_worth"])
        self.assertGreater(best["steady_hits"], rows["lru"]["steady_hits"])
        points = 100 * (best["predicted"]["hit_ratio"] - rows["lru"]["predicted"]["hit_ratio"])
        self.assertIn("%.1f points more hits than lru" % points, found["answer"]["words"])
        for name, row in rows.items():
            if row["ruled_out"] is not None:
                self.assertIn(name, ("null", "unbounded", "weak"))
                self.assertIn({"null": "without a cache", "unbounded": "without limit: to",
                               "weak": "no memory limit"}[name], row["ruled_out"])
                continue
            self.assertLessEqual(row["predicted"]["bytes"], 80 << 10)
            self.assertGreater(row["regret_points"], 0)
            self.assertLessEqual(row["at_half"]["hit_ratio"], row["predicted"]["hit_ratio"])
            self.assertGreaterEqual(row["at_double"]["hit_ratio"], row["predicted"]["hit_ratio"])
            self.assertAlmostEqual(sum(row["windows"]) / 20, row["whole_hit_ratio"], 6)
            self.assertAlmostEqual(sum(row["windows"][10:]) / 10, row["predicted"]["hit_ratio"], 6)
            self.assertAlmostEqual(row["worst_window"]["hit_ratio"], min(row["windows"][10:]), 6)
        self.assertLess(best["bytes_for_target"], 80 << 10)
        self.assertAlmostEqual(rows["lru"]["bytes_for_target"] / (80 << 10), 1, 1)

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
                                "--seed", "0", "--json")
                exact = json.loads(done.stdout)
                self.assertEqual(row["hits"], exact["hits"])
                self.assertEqual(row["steady_hits"], exact["steady_hits"])
                self.assertAlmostEqual(row["predicted"]["hit_ratio"], exact["steady_hit_ratio"], 8)
                self.assertAlmostEqual(row["byte_hit_ratio"], exact["steady_byte_hit_ratio"], 8)
                self.assertEqual(row["predicted"]["bytes"], exact["peak_bytes"])

    def test_the_simplest_of_equals_is_chosen_and_named(self):
        for trace, capacity in (("zipf:0.9:2k:10k", "80KiB"), ("uniform:3k:10k", "300KiB"),
                                ("zipf:0.8:2k:15k", "40KiB")):
            found = replayed("--trace", trace, "--capacity", capacity, "--policies", FEW)
            ratios = {name: row["predicted"]["hit_ratio"]
                      for name, row in policies(found).items() if row["ruled_out"] is None}
            best = max(ratios.values())
            equals = [name for name, ratio in ratios.items()
                      if 100 * (best - ratio) < 0.2 or best - ratio < 0.02 * (1 - ratio)]
            chosen = min(equals, key=SIMPLEST_FIRST.index)
            self.assertEqual(found["answer"]["policy"], chosen, ratios)
            reasons = " ".join(found["answer"]["reasons"])
            if len(equals) > 1:
                self.assertIn("equal to within 0.2 points or 2 % of the misses: ", reasons)
                self.assertIn(f"; {chosen} is the simplest of them", reasons)
                if len(equals) < len(ratios):
                    for name in equals:
                        self.assertIn(name, reasons)
                else:
                    self.assertIn(f": all {len(equals)} policies;", reasons)
        found = replayed("--trace", "uniform:3k:10k", "--capacity", "300KiB", "--policies", FEW)
        self.assertEqual(found["answer"]["policy"], "fifo")
        self.assertFalse(found["answer"]["is_worth"])
        self.assertRegex(found["answer"]["words"], "^fifo at 300 KiB: about the same as lru")

    def test_any_policy_will_do_if_everything_fits(self):
        found = replayed("--trace", "zipf:0.9:500:5k", "--capacity", "1MiB", "--policies",
                         "lru,sieve")
        self.assertEqual(found["answer"]["policy"], "sieve")
        self.assertRegex(found["answer"]["words"], "everything fits .*; this is the simplest")

    def test_a_latency_objective_is_judged_by_steady_hits(self):
        objective = ("--slo", "p99=2ms", "--policies", "lru", "--capacity", "4MiB")
        warm = " ".join(replayed("scan:500:5000", *objective)["answer"]["reasons"])
        self.assertIn("p99 of 2 ms is the latency of a hit: 100.0 % are hits after the warm-up "
                      "(90.0 % with the cold start)", warm)
        all_of_it = " ".join(replayed("scan:500:5000", *objective, "--warmup", "0")
                             ["answer"]["reasons"])
        self.assertIn("a cache without limits has 90.0 % after the warm-up", all_of_it)
        found = replayed("zipf:0.9:8k:40k", *objective)
        reasons = " ".join(found["answer"]["reasons"])
        self.assertIn("is missed with any memory on this trace: a miss takes 5 ms", reasons)
        self.assertIn("become rarer", reasons)
        for ratio in (found["everything"]["hit_ratio"], found["everything"]["whole_hit_ratio"]):
            self.assertIn("%.1f %%" % (100 * ratio), reasons)
        self.assertNotIn("rarer", " ".join(
            replayed("random:20k", *objective)["answer"]["reasons"]))

    def test_what_is_optimised_decides(self):
        """Small objects at random, and each large one four times at short distances: gdsf evicts it
        before that, and lru does not."""
        names = [i // 40 % 40 if i % 10 == 0 else 1000 + i * i * 31 % 1999 for i in range(10000)]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "sized")
            with open(path, "w", encoding="utf-8") as file:
                for i, name in enumerate(names):
                    file.write(f"{i // 1000} {name} {20000 if name < 40 else 500}\n")
            found = {goal: replayed(path, "--capacity", "400KiB", "--policies", "lru,gdsf",
                                    "--optimise", goal) for goal in ("requests", "bytes", "latency")}
        for goal, key in (("requests", "steady_hits"), ("bytes", "byte_hit_ratio")):
            rows = policies(found[goal])
            self.assertEqual(found[goal]["optimise"], goal)
            self.assertEqual(rows[found[goal]["answer"]["policy"]][key],
                             max(row[key] for row in rows.values()), goal)
        self.assertEqual([found[goal]["answer"]["policy"] for goal in found],
                         ["gdsf", "lru", "gdsf"])
        self.assertEqual([found[goal]["ranking"] for goal in found],
                         [["gdsf", "lru"], ["lru", "gdsf"], ["gdsf", "lru"]])
        self.assertIn("of the bytes are hits", found["bytes"]["answer"]["reasons"][0])
        self.assertIn("waiting for the origin", found["latency"]["answer"]["words"])

    def test_the_wait_for_the_origin_is_that_of_a_second_program(self):
        names = [(i * i * 31 + i // 5) % 701 for i in range(8000)]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ids")
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(f"{name}\n" for name in names)
            found = replayed(path, "--capacity", "16MiB", "--policies", "lru", "--rate", "10000",
                             "--miss-cost", "8ms", "--warmup", "1000", "--optimise", "latency")
        fetched, waits = {}, 0
        for i, name in enumerate(names):
            part = (i - fetched.setdefault(name, i)) * 8 // 80
            wait = 1 if fetched[name] == i else 1 - (part + 0.5) / 8 if part < 8 else 0
            waits += wait if i >= 1000 else 0
        self.assertGreater(waits, 0)
        self.assertAlmostEqual(policies(found)["lru"]["wait_ns"], waits / 7000 * 8e6, 3)

    def test_the_optimum_does_not_depend_on_the_candidates(self):
        arguments = ("zipf:0.9:2k:10k", "--capacity", "80KiB", "--policies")
        one, many = (replayed(*arguments, names) for names in ("lru", "lru,fifo,arc,sieve,lirs"))
        self.assertEqual(one["optimum"], many["optimum"])
        self.assertEqual(policies(one)["lru"]["regret_points"],
                         policies(many)["lru"]["regret_points"])

    def test_a_trace_that_is_too_short_is_said(self):
        answer = replayed("zipf:0.9:2k:10k", "--capacity", "4MiB", "--policies", "lru")["answer"]
        self.assertIn("the trace is too short for 4 MiB", answer["warning"])
        self.assertIn("only the cold start", answer["warning"])
        self.assertGreater(answer["requests_needed"], 20000)
        longer = replayed("zipf:0.9:2k:10k", "--capacity", "40KiB", "--policies", "lru")["answer"]
        self.assertIsNone(longer["warning"])
        self.assertIsNone(longer["requests_needed"])
        done = tidemark("choose", "scan:50:1000", "--capacity", "4MiB", "--policies", "lru",
                        "--no-serve")
        self.assertIn("  ! all 50 ids fit into 4 MiB", done.stdout)

    def test_no_cache_helps_if_no_id_is_requested_twice(self):
        found = replayed("--trace", "random:20k", "--memory", "1MiB", "--policies", "lru,sieve")
        jsonschema.validate(found, self.schema)
        self.assertIsNone(found["answer"]["policy"])
        self.assertIn("no cache helps", found["answer"]["words"])

    def test_on_a_scan_lru_is_not_chosen(self):
        found = replayed("--trace", "scan:2k:10k", "--capacity", "500KiB", "--policies", FEW)
        self.assertNotIn(found["answer"]["policy"], (None, "lru", "fifo"))
        rows = policies(found)
        self.assertEqual(rows["lru"]["hits"], 0)
        self.assertGreater(rows[found["answer"]["policy"]]["hits"], 1500)
        self.assertIn("weak in part", rows["lru"]["words"])

    def test_the_answer_is_the_same_with_any_number_of_threads(self):
        def found(threads):
            answer = replayed("--trace", "shift:1.0:2000:10k", "--capacity", "100KiB",
                              "--threads", threads, "--policies", "lru,sieve,wtinylfu")
            del answer["made_by"]
            return answer
        self.assertEqual(found("1"), found("3"))

    def test_a_maximum_age_goes_with_any_policy(self):
        arguments = ("zipf:0.9:2k:8k", "--capacity", "4MiB", "--policies",
                     "lru,sieve,ttl,unbounded", "--max-age")
        found, older = replayed(*arguments, "1s"), replayed(*arguments, "1h")
        rows = policies(found)
        self.assertIsNotNone(rows.pop("unbounded")["ruled_out"])
        self.assertEqual({row["ruled_out"] for row in rows.values()}, {None})
        self.assertEqual(len({row["hits"] for row in rows.values()}), 1)
        for name, row in rows.items():
            self.assertGreater(policies(older)[name]["hits"], row["hits"])
        self.assertLess(found["everything"]["hit_ratio"], older["everything"]["hit_ratio"])
        self.assertIn("serve-sieve cannot be given one", " ".join(found["answer"]["reasons"]))

    def test_only_servers_that_keep_the_age_are_run(self):
        arguments = ("zipf:0.9:500:20k", "--capacity", "100KiB", "--max-age", "10s", "--rate",
                     "500", "--serve", "1s", "--miss-cost", "1ms", "--policies")
        found = choose(*arguments, "lru,ttl,sieve")
        measured = {name: row["measured"] is not None for name, row in policies(found).items()}
        self.assertEqual(measured, {"lru": False, "sieve": False, "ttl": True})
        self.assertIn("keep no age, so none was run: lru, sieve", found["not_checked"])
        done = tidemark("choose", *arguments, "lru")
        self.assertNotIn("Checked with servers", done.stdout)
        self.assertIn("Not checked with servers: ", done.stdout)

    def test_ages_follow_the_times_of_the_trace_unless_a_rate_is_given(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "timed")
            with open(path, "w", encoding="utf-8") as file:
                for i in range(1000):
                    file.write(f"{i} {i % 10} 400\n")
            arguments = ("--trace", path, "--capacity", "1MiB", "--policies", "ttl", "--max-age", "5s")
            self.assertEqual(policies(replayed(*arguments))["ttl"]["hits"], 0)
            own, given = replayed(*arguments), replayed(*arguments, "--rate", "100")
            self.assertGreater(policies(given)["ttl"]["hits"], 900)
            self.assertEqual((own["rate_rps"], own["rate_from"]), (1.0, "trace"))
            self.assertEqual((given["rate_rps"], given["rate_from"]), (100.0, "option"))
            done = tidemark("choose", *arguments, "--no-serve")
            self.assertIn("at 1 requests/s (the trace's times)", done.stdout)
        assumed = replayed("zipf:1.0:100:1000", "--policies", "lru")
        self.assertEqual((assumed["rate_rps"], assumed["rate_from"]), (5000.0, "assumed"))

    def test_the_memory_for_a_share_of_hits_is_found(self):
        arguments = ("--trace", "zipf:1.0:2k:8k", "--policies", "lru,sieve")
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
            done = tidemark("choose", "--trace", "zipf:0.9:2k:10k", "--capacity", "80KiB",
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

    def test_rates_at_which_servers_show_nothing_are_said(self):
        for rate, words in (("10000000", "one event loop cannot serve 10000000 requests/s"),
                            ("10", "only 10 requests come within --serve")):
            found = choose("zipf:1.0:100:2000", "--capacity", "16KiB", "--policies", "lru",
                           "--rate", rate, "--serve", "1s")
            self.assertIn(words, found["not_checked"])
            self.assertIsNone(policies(found)["lru"]["measured"])
            self.assertIsNotNone(found["service"])

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
                (good + ["--max-age", "0"], "--max-age", 2),
                (good + ["--target-hits", "0"], "--target-hits", 2),
                (good + ["--slo", "p99=0"], "--slo", 2),
                (good + ["--optimise", "hits"], "--optimise", 2),
                (good + ["--warmup", "100%"], "--warmup", 2),
                (good + ["--warmup", "1000"], "leaves none", 2),
                (["--trace", "no/such/file", "--server-dir", "/nowhere"], "/nowhere/serve-lru", 3),
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

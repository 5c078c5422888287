"""replay_command_test.py - runs tidemark replay as a user does.

usage: replay_command_test.py TIDEMARK RESULTS_DIR
"""
import contextlib
import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest

import jsonschema

TIDEMARK, RESULTS = sys.argv[1], sys.argv[2]


def replay(*arguments, stdin=None):
    return subprocess.run([TIDEMARK, "replay", *arguments], input=stdin, capture_output=True,
                          text=stdin is None or isinstance(stdin, str), timeout=120)


def rows(*arguments, stdin=None):
    done = replay(*arguments, "--json", stdin=stdin)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


class Replay(unittest.TestCase):
    def test_lines_are_as_the_schema_and_the_readme_say(self):
        with open(os.path.join(RESULTS, "replay.schema.json"), encoding="utf-8") as file:
            schema = json.load(file)
        with open(os.path.join(RESULTS, "README.md"), encoding="utf-8") as file:
            readme = file.read()
        found = rows("zipf:1.0:2000:20000", "--capacity", "10,5%,64KiB")
        found += rows("zipf:1.0:2000:20000", "--sample", "20%", "--payload")
        for row in found:
            jsonschema.validate(row, schema)
            self.assertEqual(row["hits"] + row["misses"], row["requests"])
        for key in schema["properties"]:
            self.assertIn("`%s`" % key, readme)
        self.assertGreaterEqual(len({row["policy"] for row in found}), 14)

    def test_a_curve_falls_and_the_optimum_is_below_all(self):
        found = rows("zipf:0.8:3000:30000", "--policies", "lru,sieve,belady", "--curve", "8")
        for policy in ("lru", "belady"):
            misses = [row["misses"] for row in found if row["policy"] == policy]
            self.assertEqual(len(misses), 8)
            self.assertEqual(misses, sorted(misses, reverse=True))
        for row in found:
            self.assertGreaterEqual(row["regret_points"], 0)

    def test_the_number_of_threads_changes_only_the_speed(self):
        def counts(threads):
            found = rows("shift:1.0:2000:30000", "--capacity", "7,100,10%", "--threads", threads)
            for row in found:
                del row["requests_per_second"]
            return found
        self.assertEqual(counts("1"), counts("4"))

    def test_files_standard_input_and_compression_give_the_same(self):
        text = "".join("%d\n" % (i * i % 97) for i in range(5000))
        with tempfile.TemporaryDirectory() as folder:
            plain, packed = os.path.join(folder, "t.txt"), os.path.join(folder, "t.txt.gz")
            with open(plain, "w", encoding="utf-8") as file:
                file.write(text)
            with gzip.open(packed, "wt") as file:
                file.write(text)
            misses = [[row["misses"] for row in rows(*source[0], "--capacity", "5,20",
                                                     stdin=source[1])]
                      for source in (([plain], None), ([packed], None), (["-"], text))]
        self.assertEqual(misses[0], misses[1])
        self.assertEqual(misses[0], misses[2])

    def test_cold_and_steady_hits_are_those_of_a_second_program(self):
        random_ids = [(i * i * 31 + i // 7) % 397 for i in range(7001)]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "sized")
            with open(path, "w", encoding="utf-8") as file:
                for time, name in enumerate(random_ids):
                    file.write(f"{time} {name} {100 + name % 900}\n")
            for warmup, skipped in (("50%", 3501), ("0", 0), ("1234", 1234), ("7001", 7001)):
                row = rows(path, "--policies", "lru", "--capacity", "100", "--warmup", warmup)[0]
                cache, hits, first = {}, [], []
                for name in random_ids:
                    first.append(name not in random_ids[:len(first)])
                    hits.append(name in cache)
                    cache.pop(name, None)
                    cache[name] = True
                    if len(cache) > 100:
                        del cache[next(iter(cache))]
                sizes = [100 + name % 900 for name in random_ids]
                self.assertEqual(row["warmup_requests"], skipped)
                self.assertEqual(row["compulsory_misses"], sum(first))
                self.assertEqual(row["steady_compulsory_misses"], sum(first[skipped:]))
                self.assertEqual(row["steady_hits"], sum(hits[skipped:]))
                self.assertEqual(row["hits"], sum(hits))
                if skipped == len(hits):
                    self.assertIsNone(row["steady_hit_ratio"])
                    continue
                found = sum(size for size, hit in zip(sizes[skipped:], hits[skipped:]) if hit)
                self.assertAlmostEqual(row["steady_byte_hit_ratio"], found / sum(sizes[skipped:]), 8)
                self.assertAlmostEqual(row["steady_hit_ratio"],
                                       sum(hits[skipped:]) / (len(hits) - skipped), 8)

    def test_the_table_tells_cold_misses_apart(self):
        done = replay("scan:100:1000", "--policies", "lru", "--capacity", "200", "--warmup", "30%")
        self.assertIn("10.00 % of all requests, 0.00 % after the warm-up", done.stdout)
        row = done.stdout.splitlines()[4].split()
        self.assertEqual(row[:7], ["200", "lru", "90.00", "%", "100.00", "%", "-"])
        self.assertEqual(row[8:10], ["100", "0"])
        self.assertIn("the first 300 requests", done.stdout)

    def test_any_policy_can_be_combined_with_an_age(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "timed")
            names = [(i * i * 31 + i // 7) % 97 for i in range(3000)]
            with open(path, "w", encoding="utf-8") as file:
                for i, name in enumerate(names):
                    file.write(f"{i // 3} {name} 100\n")
            for policy, renews in (("lru", True), ("fifo", False)):
                row = rows(path, "--policies", policy, "--capacity", "60", "--ttl", "40s")[0]
                cache, hits, expired = {}, 0, 0
                for i, name in enumerate(names):
                    now, fetched = i // 3, cache.get(name)
                    if fetched is not None and now - fetched < 40:
                        hits += 1
                    else:
                        expired += fetched is not None
                        fetched = now
                    if renews:
                        cache.pop(name, None)
                    cache[name] = fetched
                    if len(cache) > 60:
                        del cache[next(iter(cache))]
                self.assertEqual((row["hits"], row["expirations"]), (hits, expired))
                self.assertGreater(expired, 100)
            found = rows(path, "--policies", "ttl,lru,unbounded,sieve", "--capacity", "100%",
                         "--ttl", "40s")
            self.assertEqual(len({row["hits"] for row in found}), 1)
            self.assertEqual(len({row["steady_hits"] for row in found}), 1)
            self.assertLess(found[0]["hits"], 2900)

    def test_a_capacity_in_bytes_includes_records_if_the_trace_has_sizes(self):
        text = "".join(f"{i} {i * i % 997} 1000\n" for i in range(9000))
        options = ("--format", "sized", "-", "--policies", "lru", "--capacity", "256KiB")
        (row,), (full,) = rows(*options, stdin=text), rows(*options, "--payload", stdin=text)
        self.assertTrue(row["payload"])
        self.assertEqual(row["hits"], full["hits"])
        self.assertLess(row["entries"], 256)
        self.assertIn("and of the records.", replay(*options, stdin=text).stdout)
        done = replay("zipf:0.9:5k:30k", *options[3:])
        self.assertIn("no sizes: that is what a capacity in bytes", done.stdout)
        self.assertNotIn("no sizes", replay("zipf:0.9:5k:30k", "--policies", "lru").stdout)

    def test_a_trace_that_is_too_short_is_said(self):
        for trace, capacity, words, needed in (
                ("scan:1000:1500", "900", "replaces the entries 0.7 times", 1500 + 2100),
                ("random:1000", "2000", "nothing is evicted", 1000 + 1000 + 6000),
                ("scan:100:1000", "200", "all 100 ids fit", None),
                ("scan:1000:9000", "900", None, None)):
            options = (trace, "--policies", "fifo", "--capacity", capacity)
            (row,), text = rows(*options), replay(*options).stdout
            self.assertEqual(row["requests_needed"], needed)
            self.assertEqual("Warning:" in text, words is not None)
            self.assertIn(words or "", text)
        self.assertIn("The same is true of 1 other", replay(
            "scan:10:100", "--policies", "lru", "--capacity", "20,2,30").stdout)

    def test_a_limit_in_bytes_is_kept(self):
        for row in rows("zipf:1.0:20000:60000", "--capacity", "256KiB"):
            self.assertLessEqual(row["peak_bytes"], 256 * 1024)
            self.assertEqual(row["end_bytes"], row["end_allocated_bytes"])

    def test_mistakes_are_errors(self):
        for arguments, words, status in (
                (["zipf:1.0:100:1000", "--capacity", "0"], "--capacity", 2),
                (["zipf:1.0:100:1000", "--policies", "lru,nosuch"], "nosuch", 2),
                (["zipf:1.0:100:1000", "--policies", "weak"], "weak", 2),
                (["zipf:1.0:100:1000", "--sample", "2"], "--sample", 2),
                (["zipf:1.0:100:1000", "--warmup", "100%"], "--warmup", 2),
                (["zipf:1.0:100:1000", "--ttl", "0"], "--ttl", 2),
                ([], "name one trace", 2),
                (["zipf:1.0:100"], "never ends", 2),
                (["no/such/file"], "no/such/file", 2)):
            done = replay(*arguments)
            self.assertEqual(done.returncode, status, arguments)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)
            self.assertEqual(done.stdout, "")

    def test_an_error_names_the_line(self):
        done = replay("--format", "sized", "-", stdin="1 2 3\n1 2\n")
        self.assertEqual(done.returncode, 2)
        self.assertIn(":2:", done.stderr)

    def test_what_was_skipped_is_said(self):
        log = 'h - - [10/Oct/2000:13:55:36 +0000] "%s HTTP/1.0" 200 5\n'
        text = log % "GET /a" * 2 + log % "POST /a" * 3
        row = rows("-", "--policies", "lru", "--capacity", "5", stdin=text)[0]
        self.assertEqual(row["input"], {
            "format": "access-log", "lines": 5, "lines_skipped": 3, "reasons": {"not GET": 3},
            "not_understood": 0, "first_not_understood": None, "unknown_sizes": 0,
            "assumed_sizes": 0})
        self.assertEqual((row["requests"], row["hits"]), (2, 1))
        done = replay("-", "--policies", "lru", "--capacity", "5", stdin=text)
        self.assertIn("3 of 5 lines skipped: 3 not GET.\n", done.stdout)

    def test_an_unknown_size_is_that_of_the_id(self):
        log = 'h - - [10/Oct/2000:13:55:36 +0000] "GET /%s HTTP/1.0" %d %d\n'
        text = "".join(log % line for line in (
            ("a", 304, 0), ("a", 200, 100), ("b", 200, 1), ("a", 304, 0), ("b", 200, 1),
            ("c", 304, 0)))
        row = rows("-", "--policies", "lru", "--capacity", "5", "--warmup", "0", stdin=text)[0]
        self.assertEqual((row["input"]["unknown_sizes"], row["input"]["assumed_sizes"]), (3, 1))
        known = 3 * 100 + 2 * 1
        self.assertAlmostEqual(row["byte_hit_ratio"], (200 + 1) / (known + round(known / 5)), 8)
        self.assertIn("Of 3 requests the size is unknown",
                      replay("-", "--policies", "lru", "--capacity", "5", stdin=text).stdout)

    def test_ages_without_times_are_said(self):
        done = replay("scan:10:100", "--policies", "lru", "--capacity", "5", "--ttl", "60s")
        self.assertIn("The trace has no times: for --ttl, a request comes every 1 ms", done.stdout)
        text = "id,time,ttl\n1,1,60\n1,2,60\n"
        words = "times to live count for ttl only"
        options = ("-", "--capacity", "5", "--policies")
        self.assertIn(words, replay(*options, "lru,ttl", stdin=text).stdout)
        self.assertNotIn(words, replay(*options, "ttl", stdin=text).stdout)
        self.assertNotIn(words, replay(*options, "lru", "--ttl", "9s", stdin=text).stdout)

    def test_capacities_near_2_to_the_64(self):
        for capacity in ("18446744073709551615", "18446744073709551000", "16EiB", "15.9EiB"):
            done = replay("scan:10:100", "--policies", "lru,sieve,arc,belady", "--capacity",
                          capacity, "--json")
            if done.returncode == 2:
                self.assertIn("--capacity", done.stderr)
                continue
            self.assertEqual(done.returncode, 0, done.stderr)
            for line in done.stdout.splitlines():
                row = json.loads(line)
                self.assertEqual((row["hits"], row["entries"]), (90, 10), row)

    def test_json_goes_to_a_file_beside_the_table(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "hits.jsonl")
            done = replay("zipf:1.0:100:1000", "--policies", "lru", "--capacity", "5",
                          "--json=" + path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("peak memory", done.stdout)
            with open(path, encoding="utf-8") as file:
                self.assertEqual(json.loads(file.read())["policy"], "lru")

    def test_output_that_cannot_be_written_is_an_error(self):
        for options, stdout in ((["--json=/dev/full"], subprocess.DEVNULL),
                                (["--json=/no/such/folder/hits"], subprocess.DEVNULL),
                                (["--json"], "/dev/full"), ([], "/dev/full")):
            with contextlib.ExitStack() as stack:
                if stdout == "/dev/full":
                    stdout = stack.enter_context(open(stdout, "w", encoding="utf-8"))
                done = subprocess.run([TIDEMARK, "replay", "zipf:1.0:100:1000", *options],
                                      stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=120)
            self.assertEqual(done.returncode, 3, options)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_help_fits_100_columns(self):
        done = replay("--help")
        self.assertEqual(done.returncode, 0)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 100)
        self.assertIn("access-log:REGEX", done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

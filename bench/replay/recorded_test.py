"""recorded_test.py - a replay of what a server recorded has the hits that the server counted.

usage: recorded_test.py [unittest options]
"""
import json
import os
import signal
import tempfile
import unittest

from tidemark_server import Server, run, tidemark

REQUESTS = 20000


def load(server, requests=REQUESTS, connections=1, workload="zipf:0.9:5000"):
    done = tidemark("load", server.url + "/users/{id}", "--connections", str(connections),
                    "--requests", str(requests), "--workload", workload, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def replay(path, policy, capacity, *options):
    done = tidemark("replay", path, "--policies", policy, "--capacity", str(capacity), "--seed",
                    "0", "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Recorded(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "recording")

    def test_a_replay_gives_the_hits_that_the_server_counted(self):
        for policy in ("lru", "sieve", "arc"):
            with self.subTest(policy), \
                    Server(policy, "--capacity", "500", "--record", self.path) as server:
                load(server)
                counted = server.stats()["cache"]
                server.stop()
                row = replay(self.path, policy, 500)
                self.assertEqual(row["requests"], REQUESTS)
                self.assertEqual(row["hits"], counted["hits"])
                self.assertEqual(row["evictions"], counted["evictions"])
                self.assertGreater(row["hits"], REQUESTS / 10)

    def test_every_request_is_recorded_by_all_threads(self):
        with Server("lru", "--threads", "2", "--origin-cost", "1ms", "--capacity", "500",
                     "--record", self.path) as server:
            load(server, connections=20)
            distinct = server.stats()["cache"]["insertions"]
            server.stop()
        row = replay(self.path, "lru", "100%")
        self.assertEqual(row["requests"], REQUESTS)
        self.assertLessEqual(row["distinct_ids"], distinct)
        self.assertAlmostEqual(row["byte_hit_ratio"], row["hit_ratio"], 1)

    def test_a_server_that_is_killed_leaves_whole_blocks(self):
        with Server("lru", "--record", self.path) as server:
            load(server, requests=40000)
            server.process.kill()
            server.process.wait()
        kept = replay(self.path, "lru", 100)["requests"]
        self.assertGreaterEqual(kept, 40000 - 4096)
        with open(self.path, "rb+") as file:
            file.truncate(os.path.getsize(self.path) - 1)
        self.assertIn(replay(self.path, "lru", 100)["requests"], range(1, kept))

    def test_a_full_disk_ends_the_recording_and_nothing_else(self):
        with Server("lru", "--record", self.path, file_bytes=100 << 10) as server:
            found = load(server, requests=60000)
            self.assertEqual((found["requests"], found["errors"]), (60000, 0))
            server.process.send_signal(signal.SIGTERM)
            output = server.finish(silent=False)
        self.assertRegex(output, r"^serve-lru: \S+: File too large; recording ends here, serving "
                               r"does not\n$")
        self.assertGreater(replay(self.path, "lru", 100)["requests"], 0)

    def test_one_key_makes_recordings_comparable(self):
        key = self.path + ".key"
        with open(key, "w", encoding="utf-8") as file:
            file.write("00112233445566778899aabbccddeeff\n")
        for _ in range(2):
            with Server("lru", "--record", self.path, "--record-key", key) as server:
                load(server, requests=1000, workload="uniform:100")
                server.stop()
        with open(self.path + ".1", "rb") as older, open(self.path, "rb") as newer, \
                open(self.path + ".both", "wb") as both:
            both.write(older.read() + newer.read())
        row = replay(self.path + ".both", "lru", 100)
        self.assertEqual((row["requests"], row["distinct_ids"]), (2000, 100))

    def test_wrong_options_are_errors(self):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("a diary\n")
        for options, words in (
                (["--record", self.path], "something else than a recording"),
                (["--record", self.path + "/no"], self.path),
                (["--record", self.path + "2", "--record-key", self.path], "32 hexadecimal"),
                (["--record-key", self.path], "--record FILE"),
                (["--record", self.path + "2", "--record-limit", "1KiB"], "--record-limit")):
            done = run("serve-lru", "--port", "0", *options)
            self.assertNotEqual(done.returncode, 0, options)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(words, done.stderr)
        with open(self.path, encoding="utf-8") as file:
            self.assertEqual(file.read(), "a diary\n")


if __name__ == "__main__":
    unittest.main()

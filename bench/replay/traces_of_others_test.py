"""traces_of_others_test.py - small traces and logs as others have them, with the values that they
must give.

usage: traces_of_others_test.py TIDEMARK DIRECTORY
"""
import json
import os
import subprocess
import sys
import unittest

TIDEMARK, TRACES = sys.argv[1], sys.argv[2]


def replay(name, *options):
    return subprocess.run([TIDEMARK, "replay", os.path.join(TRACES, name), "--capacity", "100",
                           "--policies", "lru", *options], capture_output=True, text=True,
                          timeout=120, check=False)


class Cases(unittest.TestCase):
    def test_requests_ids_and_hits(self):
        for name, options, requests, ids, hits, words in (
                ("lirs_star.txt", (), 4, 2, 2, "2 of 6 lines skipped: 2 marked *"),
                ("blank_line.txt", (), 3, 2, 1, "1 of 4 lines skipped: 1 blank"),
                ("blank_line.csv", (), 2, 1, 1, "1 of 4 lines skipped: 1 blank"),
                ("blank_line.tr", (), 2, 1, 1, "1 of 3 lines skipped: 1 blank"),
                ("ids_be32.bz2", ("--format", "be32"), 1501, 50, 1451, "read as be32"),
                ("cachelib_op_count.csv", (), 6, 3, 3, "read as csv"),
                ("cachelib_lease.csv", (), 4, 2, 2, "read as csv"),
                ("scsi_operations.csv", (), 3, 2, 1, "read as csv"),
                ("scsi_operations.csv", ("--format", "csv:block=1KiB"), 3, 2, 1, "read as csv"),
                ("address.trace", (), 3, 2, 1, "read as address"),
                ("address.trace", ("--format", "address:block=64B"), 3, 1, 2, "read as address"),
                ("ingress_nginx.log", (), 2, 1, 1, "read as access-log"),
                ("blank_line.log", (), 2, 1, 1, "1 of 3 lines skipped: 1 blank"),
                ("foreign_line.log", ("--skip-bad",), 2, 1, 1,
                 "1 of 3 lines skipped: 1 not understood, it is line 2: expected an access log's"),
                ("vhost_combined.log", (), 2, 2, 0, "read as access-log"),
                ("caddy_json.log", (), 1, 1, 0, "read as json-log")):
            with self.subTest(name):
                done = replay(name, *options, "--json")
                self.assertEqual(done.returncode, 0, done.stderr)
                row = json.loads(done.stdout)
                self.assertEqual((row["requests"], row["distinct_ids"], row["hits"]),
                                 (requests, ids, hits))
                self.assertIn(words, replay(name, *options).stdout.replace("\n    ", " "))

    def test_what_is_refused_says_why(self):
        for name, options, words in (
                ("ids_be32.bz2", (), "its format cannot be detected"),
                ("only_posts.log", (),
                 "there are no requests in it: 1 of 1 line skipped: 1 not GET"),
                ("foreign_line.log", (), ":2: expected an access log's line"),
                ("foreign_line.log", (), "1 of 3 lines is not understood; --skip-bad")):
            with self.subTest(name):
                done = replay(name, *options)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

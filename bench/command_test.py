"""command_test.py - what all commands of tidemark share: help, exit status, clear errors.
usage: command_test.py BIN_DIR
"""

import os
import subprocess
import sys
import tempfile
import unittest

BIN = sys.argv.pop(1)
COMMANDS = ("bench", "choose", "compare", "console", "diagnose", "jemalloc", "load", "memory",
            "replay", "report", "users", "verdicts", "watch")


def run(*words, stdout=subprocess.PIPE):
    return subprocess.run([os.path.join(BIN, words[0]), *words[1:]], stdout=stdout,
                          stderr=subprocess.PIPE, text=True, timeout=60, check=False)


class Command(unittest.TestCase):
    def refused(self, *words, because, status=2):
        done = run("tidemark", *words)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(because, done.stderr)

    def test_help_fits_100_columns_of_ascii(self):
        for command in COMMANDS:
            text = run("tidemark", "help", command).stdout
            self.assertEqual(text, run("tidemark", command, "--help").stdout)
            self.assertTrue(text.startswith(f"usage: tidemark {command} "))
            self.assertTrue(text.isascii())
            self.assertLessEqual(max(map(len, text.splitlines())), 100)

    def test_help_that_cannot_be_printed_is_an_error(self):
        for words in (["tidemark", "help"], ["tidemark", "bench", "--help"],
                      ["tidemark", "--version"], ["serve-lru", "--help"]):
            with open("/dev/full", "wb") as full:
                done = run(*words, stdout=full)
            self.assertEqual(done.returncode, 3, words)
            self.assertRegex(done.stderr, r"^[^\n]*standard output: No space left on device\n$")

    def test_json_has_the_same_help_everywhere(self):
        for command in COMMANDS:
            text = " ".join(run("tidemark", command, "--help").stdout.split())
            if "--json[" in text:
                self.assertIn("--json[=FILE] print JSON to stdout instead of the table; with FILE, "
                              "write it there beside the table", text)

    def test_unknown_commands_and_options_are_refused(self):
        self.refused("nonsense", because="there is no command 'nonsense'")
        self.refused("help", "nonsense", because="there is no command 'nonsense'")
        self.refused("help", "bench", "load", because="one command")
        for command in COMMANDS:
            self.refused(command, "--nonsense", because="--nonsense: unknown option")

    def test_files_that_cannot_be_used_are_named_in_one_line(self):
        self.refused("users", "", because="name one FILE")
        self.refused("memory", "", because="No such file")
        with tempfile.TemporaryDirectory() as folder:
            users = os.path.join(folder, "users.db")
            self.assertEqual(run("tidemark", "users", users, "--count", "3").returncode, 0)
            self.refused("users", users, because="already has users; give a new file", status=3)
            missing = os.path.join(folder, "missing.json")
            self.refused("memory", missing, because=f"{missing}: No such file or directory; give")
            self.refused("memory", folder, because=f"{folder}: Is a directory")


if __name__ == "__main__":
    unittest.main()

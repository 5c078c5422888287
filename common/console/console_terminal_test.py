#!/usr/bin/python3
"""console_terminal_test.py - tidemark console at a terminal: prompts, Tab, Ctrl-C, the history's file.

usage: console_terminal_test.py DIRECTORY_OF_THE_PROGRAMS [unittest options]
"""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS = sys.argv.pop(1)
PATIENCE_S = 30


class Terminal:
    """The console on a terminal of its own."""

    def __init__(self, path, home):
        self.seen = ""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="dumb", HOME=home, XDG_STATE_HOME=f"{home}/state",
                              ASAN_OPTIONS="detect_leaks=0")  # libedit keeps names of functions
            os.execv(f"{PROGRAMS}/tidemark", ["tidemark", "console", path])

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def until(self, pattern):
        """What came up to the pattern's end; what comes later is left for the next call."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = re.search(pattern, self.seen)
            if found:
                before, self.seen = self.seen[:found.end()], self.seen[found.end():]
                return before
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not select.select([self.descriptor], [], [], left_s)[0]:
                raise AssertionError(f"no {pattern!r} in {self.seen!r}")
            self.seen += os.read(self.descriptor, 4096).decode(errors="replace").replace("\r", "")

    def status(self):
        """Its end waits for all that it wrote to be read."""
        try:
            while os.read(self.descriptor, 4096):
                pass
        except OSError:
            pass  # nobody is at the other end any more
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def close(self):
        os.close(self.descriptor)


class TerminalTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        path = f"{self.folder.name}/console"
        self.server = subprocess.Popen(
            [f"{PROGRAMS}/serve-lru", "--port", "0", "--console", path],
            stderr=subprocess.PIPE, text=True)
        self.server.stderr.readline()
        self.terminal = Terminal(path, self.folder.name)
        self.terminal.until("> ")

    def tearDown(self):
        self.terminal.close()
        self.server.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.wait(PATIENCE_S), 0)
        self.server.stderr.close()
        self.folder.cleanup()

    def leave(self):
        self.terminal.type("\x04")
        self.assertEqual(self.terminal.status(), 0)

    def test_statements_of_one_line_and_of_more(self):
        self.terminal.type("6 * 7\n")
        self.terminal.until(r"\n42\n> ")
        self.terminal.type("for i = 1, 2 do\n")
        self.terminal.until(r"\n>> ")
        self.terminal.type("print('line', i)\n")
        self.terminal.until(r"\n>> ")
        self.terminal.type("end\n")
        self.terminal.until(r"\nline\t? *1\nline\t? *2\n> ")
        self.terminal.type("help\n")
        self.terminal.until(r"Ctrl-D leaves(.|\n)*\n> ")
        self.leave()

    def test_interrupts(self):
        self.terminal.type("budget('60s') while true do end\n")
        time.sleep(0.3)
        self.terminal.type("\x03")
        self.terminal.until(r"interrupted\n> ")
        self.terminal.type("for i = 1, 2 do\n")
        self.terminal.until(r"\n>> ")
        self.terminal.type("\x03")
        self.terminal.until(r"> ")
        self.terminal.type("'begun' .. ' anew'\n")
        self.terminal.until(r"\nbegun anew\n> ")
        self.leave()

    def test_tab_completes(self):
        self.terminal.type("main.cac\t")
        self.terminal.until("main.cache")
        self.terminal.type(":st\t")
        self.terminal.until("stats")
        self.terminal.type("().hits\n")
        self.terminal.until(r"\n0\n> ")
        self.leave()

    def test_history_is_the_users_own(self):
        self.terminal.type("'remember' .. 'ed'\n")
        self.terminal.until(r"\nremembered\n> ")
        self.leave()
        path = f"{self.folder.name}/state/tidemark_history"
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, encoding="utf-8") as file:
            self.assertIn("remember", file.read())


if __name__ == "__main__":
    unittest.main()

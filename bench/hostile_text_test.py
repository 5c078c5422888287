#!/usr/bin/python3
"""hostile_text_test.py - no command prints what a terminal could obey, whatever it is given."""
import json
import os
import re
import shutil
import socketserver
import subprocess
import tempfile
import threading
import unittest

from tidemark_server import BIN, PATIENCE_S, Server

HOSTILE = b"x\x1b[2J\x07\x7f\xc2\x9b31m\xff\x08y"  # clears the screen, rings, colours; is not UTF-8
TEXT = "x\x1b[2J\x07\x7f\u009b31m\x08y"             # the same where UTF-8 is needed
CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f]")


class Answers(socketserver.StreamRequestHandler):
    def handle(self):
        self.rfile.readline()
        self.wfile.write(b"HTTP/1.1 2" + HOSTILE + b"\r\nServer: " + HOSTILE + b"\r\n\r\n" + HOSTILE)


class HostileTextTest(unittest.TestCase):
    def setUp(self):
        self.folder = os.fsencode(tempfile.mkdtemp())  # commands run there: some write what they are told
        self.addCleanup(shutil.rmtree, self.folder)

    def check(self, *arguments, stdin=b"", says=b""):
        """Runs the command. It must end by itself, and print printable UTF-8, `says` among it."""
        done = subprocess.run([os.path.join(BIN, "tidemark"), *arguments], input=stdin, check=False,
                              capture_output=True, timeout=PATIENCE_S, cwd=self.folder)
        self.assertGreaterEqual(done.returncode, 0, arguments)
        printed = done.stdout + done.stderr
        self.assertIn(says, printed, arguments)
        for line in printed.decode().splitlines():  # fails where it is not UTF-8
            self.assertIsNone(CONTROL.search(line), (arguments, line))
        return done

    def file(self, text, name=HOSTILE):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as out:
            out.write(text if isinstance(text, bytes) else text.encode())
        return path

    def test_arguments(self):
        self.check(HOSTILE, says=b"x?[2J")
        self.check("help", HOSTILE)
        for command in ("choose", "replay", "bench", "load", "compare", "report", "watch", "diagnose",
                        "console", "memory", "jemalloc", "users", "verdicts"):
            with self.subTest(command=command):
                self.check(command, HOSTILE)
                self.check(command, b"--" + HOSTILE, says=b"x?[2J")
        for option in ("--policies", "--capacity"):
            self.check("replay", "zipf:0.9:20:100", option, HOSTILE, says=b"?[2J")
            self.check("choose", "--trace", "zipf:0.9:20:100", option, HOSTILE, "--no-serve", says=b"?[2J")

    def test_traces(self):
        ids = b"".join(b"%d,%s%d,10,100,c,get,0\n" % (i, HOSTILE, i % 7) for i in range(100))
        for text in (ids, b"".join(HOSTILE + b"%d\n" % (i % 7) for i in range(100)), HOSTILE * 9):
            path = self.file(text)
            for form in ([], ["--json"]):
                self.check("replay", path, "--policies", "lru", "--capacity", "3", *form,
                           says=b"" if form else b"x?[2J")
                self.check("choose", "--trace", path, "--no-serve", "--capacity", "64KiB", *form)

    def test_results(self):
        before, after = (self.file(json.dumps({"context": {}, "benchmarks": [
            {"name": TEXT, "run_name": TEXT, "run_type": "iteration", "real_time": time + i,
             "cpu_time": time + i, "time_unit": "ns", "iterations": 9, "repetition_index": i}
            for i in range(9)]}), name) for time, name in ((10, HOSTILE), (100, HOSTILE + b"2")))
        self.check("compare", before, after, says=b"x?[2J")
        for form in ("--markdown", "--json", "--junit=-"):
            self.check("compare", before, after, form)
        runs = {"results": [{"command": TEXT, "times": [1.0, 1.1, 1.2, 1.1], "mean": 1.1, "median": 1.1,
                             "user": 1, "system": 1, "min": 1, "max": 1.2, "stddev": 0.1}]}
        one = self.file(json.dumps(runs))
        self.check("compare", one, one, says=b"x?[2J")
        self.check("memory", one)
        self.check("report", self.folder, "--out", os.path.join(self.folder, b"page" + HOSTILE))
        for text in (HOSTILE, b'{"jemalloc": {"version": %s}}' % json.dumps(TEXT).encode(),
                     b"___ Begin jemalloc statistics ___\nVersion: \"" + HOSTILE + b'"\n'):
            self.check("jemalloc", self.file(text))

    def test_processes(self):
        program = os.path.join(self.folder, HOSTILE[:12])
        shutil.copy("/bin/sleep", program)
        with subprocess.Popen([program, "60"]) as process:
            self.check("watch", str(process.pid), "--seconds", "1", says=b"x?[2J")
            process.kill()

    def test_servers(self):
        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answers) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = b"http://127.0.0.1:%d/" % server.server_address[1]
            self.check("load", url, "--requests", "3", "--connections", "1")
            self.check("load", url + HOSTILE)
            self.check("load", url, "--requests", "3", "--connections", "1", "--json")
            server.shutdown()

    def test_console(self):
        lua = "".join(f"\\{byte}" for byte in HOSTILE)
        with Server("lru", console=True) as server:
            shown = self.check("console", server.path, "-e", f"'{lua}'")
            self.assertEqual(shown.stdout, b"x?[2J????31m??y\n")
            for statement in (f"print('{lua}')", f"error('{lua}')", f"{{'{lua}'}}", f"{{['{lua}'] = 1}}",
                              f"json('{lua}')", f"main.cache['{lua}']", f"heap.path('{lua}')",
                              f"jemalloc.ctl('{lua}')", f"load('{lua}', '{lua}')()", f"_G['{lua}'] = 1 return dir()",
                              f"string.find('x', '{lua}(')"):
                self.check("console", server.path, "-e", statement)
            self.check("console", server.path, stdin=b"print('" + HOSTILE + b"')\n" + HOSTILE + b"\n")
            euros = self.check("console", server.path, "-e", "('a' .. ('\u20ac'):rep(70000))")
            self.assertEqual(euros.stdout.decode(), "a" + "\u20ac" * 70000 + "\n")
            server.request("/users/%1b[2J%7f%c2%9b")
            self.check("console", server.path, "-e", "main.cache:sample(9)")


if __name__ == "__main__":
    unittest.main()

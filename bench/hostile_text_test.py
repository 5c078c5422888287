#!/usr/bin/python3
"""hostile_text_test.py - no command prints what a terminal could obey, whatever it is given."""
import json
import os
import re
import shutil
import socketserver
import subprocess
import tempfile
import sys
import threading
import unittest
import xml.etree.ElementTree

from tidemark_server import BIN, PATIENCE_S, ROOT, Server

sys.path += (os.path.join(ROOT, "bench/report/page/test"), os.path.join(ROOT, "common/console"))
import sample_results  # noqa: E402
from console_test import Client  # noqa: E402

HOSTILE = b"x\x1b[2J\x07\x7f\xc2\x9b31m\xff\x08y"  # clears the screen, rings, colours; is not UTF-8
TEXT = "x\x1b[2J\x07\x7f\u009b31m\x08y"             # the same where UTF-8 is needed
MARKUP = "</script><b>&'\"|=1"                     # where text goes into a page, SVG, XML or Markdown
WORDS = {"variant", "policy", "workload", "ids", "words", "reason", "bottleneck_reason", "machine", "cpu_model",
         "kernel", "compiler", "flags", "commit", "version", "h2o_version", "allocator", "allocator_options",
         "command", "url", "command_line", "time", "trace", "ruled_out", "not_checked", "sizes_from", "name",
         "run_name", "instructions_source", "operation", "container", "type", "path", "record", "summary"}
CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f]")


class Answers(socketserver.StreamRequestHandler):
    def handle(self):
        self.rfile.readline()
        self.wfile.write(b"HTTP/1.1 2" + HOSTILE + b"\r\nServer: " + HOSTILE + b"\r\n\r\n" + HOSTILE)


def hostile(node, key="", add=TEXT):
    """The same JSON, but words that others may choose also have hostile ones."""
    if isinstance(node, dict):
        return {name: hostile(value, name, add) for name, value in node.items()}
    if isinstance(node, list):
        return [hostile(value, key, add) for value in node]
    return node + add if isinstance(node, str) and key in WORDS else node


class HostileConsole(socketserver.StreamRequestHandler):
    """Passes statements on to the console of a real server, and makes its answers hostile."""

    def handle(self):
        with Client(self.server.behind) as client:
            while header := self.rfile.read(5):
                statement = self.rfile.read(int.from_bytes(header[1:], "big"))
                kind, text = client.query(statement.decode(), header[:1].decode())
                try:
                    text = json.dumps(hostile_reply(json.loads(text)), ensure_ascii=False)
                except ValueError:
                    text = text.replace(" ", TEXT + " ")
                for frame_kind, part in (("t", text), (kind, "")):
                    payload = part.encode()
                    self.wfile.write(frame_kind.encode() + len(payload).to_bytes(4, "big") + payload)


def hostile_reply(node):
    """All texts, also those of lists."""
    if isinstance(node, dict):
        return {key: hostile_reply(value) for key, value in node.items()}
    if isinstance(node, list):
        return [hostile_reply(value) for value in node]
    return node + TEXT if isinstance(node, str) else node


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

    def results(self, name, **more):
        """A folder of a bench by others."""
        folder = os.path.join(os.fsdecode(self.folder), name)
        for variant in ("lru", "sieve"):
            sample_results.write(folder, f"{variant}.json", hostile(
                sample_results.result(variant, leaks=variant == "sieve", samples=20, **more)))
        failed = sample_results.result("fifo", samples=20)
        for run in failed["runs"][:2]:
            run.update(status="failed", reason="no" + TEXT)
        sample_results.write(folder, "fifo.json", hostile(failed))
        sample_results.write(folder, "bench.json", hostile(sample_results.bench(variants=("lru", "sieve", "fifo"))))
        return folder

    def test_results_of_others(self):
        before, after = self.results("before"), self.results("after", factor=1.5, cpu=13.0)
        one = [os.path.join(folder, "lru.json") for folder in (before, after)]
        self.check("compare", *one, says=b"x?[2J")
        self.check("compare", before, after, "--gate", "p99<+5%", says=b"x?[2J")
        self.check("compare", *(os.path.join(after, f"{name}.json") for name in ("lru", "sieve", "fifo")), "--all",
                   says=b"x?[2J")
        for form in ("--json", "--markdown", "--junit=-"):
            done = self.check("compare", before, after, form, says=b"random")
            self.assertEqual("junit" in form, done.stdout.startswith(b"<?xml"))
        for name in ("lru", "fifo"):
            self.check("memory", os.path.join(after, f"{name}.json"), says=b"x?[2J")
            self.check("memory", os.path.join(after, f"{name}.json"), "--json")
        self.check("memory", os.path.join(after, "bench.json"))

    def test_reports_of_others(self):
        folder = os.path.join(os.fsdecode(self.folder), "results")
        for name, value in (("lru.json", sample_results.result("lru", samples=20)),
                            ("bench.json", sample_results.bench()), ("choose.json", sample_results.choice()),
                            ("micro.json", sample_results.micro()), ("verdicts.json", sample_results.VERDICTS)):
            sample_results.write(folder, name, hostile(value, add=TEXT + MARKUP))
        sample_results.write(folder, "hits.jsonl", "".join(
            json.dumps(hostile(row, add=TEXT + MARKUP)) + "\n" for row in sample_results.replay_rows()))
        self.check("report", folder, "--out", "page.html", says=b"6 files")
        with open(os.path.join(self.folder, b"page.html"), encoding="utf-8") as page:
            self.assertNotIn("<b>&", page.read())
        figures = self.check("report", folder, "--svg", "figures")
        if figures.returncode == 0:
            for name in os.listdir(os.path.join(self.folder, b"figures")):
                path = os.path.join(self.folder, b"figures", name)
                xml.etree.ElementTree.parse(os.fsdecode(path))
                with open(path, encoding="utf-8") as figure:
                    self.assertFalse([line for line in figure.read().splitlines() if CONTROL.search(line)], name)

    def test_hostile_servers(self):
        path = os.path.join(self.folder, b"console")
        with Server("unbounded", console=True) as server, \
                socketserver.ThreadingUnixStreamServer(path, HostileConsole) as front:
            server.fill(0, 2000)
            front.behind, front.daemon_threads = server.path, True
            threading.Thread(target=front.serve_forever, daemon=True).start()
            self.check("diagnose", path, "--seconds", "1", says=b"x?[2J")
            self.check("diagnose", path, "--seconds", "1", "--json")
            self.check("console", path, "-e", "main", says=b"x?[2J")
            self.check("watch", path, "--seconds", "1")
            front.shutdown()

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

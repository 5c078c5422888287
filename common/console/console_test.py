#!/usr/bin/python3
"""console_test.py - the console of real servers: what it tells, its budgets, hostile clients.

usage: console_test.py DIRECTORY_OF_THE_PROGRAMS [unittest options]
"""
import concurrent.futures
import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAMS = sys.argv.pop(1)
PATIENCE_S = 60


class Client:
    """Speaks the frames of wire.h."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, kind, payload=b""):
        self.socket.sendall(kind.encode() + struct.pack(">I", len(payload)) + payload)

    def receive(self, count):
        received = b""
        while len(received) < count:
            part = self.socket.recv(count - len(received))
            if not part:
                raise EOFError(received)
            received += part
        return received

    def frame(self):
        header = self.receive(5)
        return chr(header[0]), self.receive(struct.unpack(">I", header[1:])[0])

    def answer(self):
        """The last frame's kind and all text, the last frame's own included."""
        text = b""
        while True:
            kind, payload = self.frame()
            text += payload
            if kind != "t":
                return kind, text.decode(errors="replace")

    def ask(self, statement, kind="s"):
        self.send(kind, statement.encode())
        return self.answer()


class Server:
    """A server with a console in a folder of its own; leaving the context stops it silently."""

    def __init__(self, policy, *options):
        self.folder = tempfile.TemporaryDirectory()
        self.path = f"{self.folder.name}/console"
        self.process = subprocess.Popen(
            [f"{PROGRAMS}/serve-{policy}", "--port", "0", "--console", self.path, *options],
            stderr=subprocess.PIPE, text=True)
        self.line = self.process.stderr.readline()
        found = re.search(r"http://(\S+):(\d+) ", self.line)
        if not found:
            raise RuntimeError(self.line + self.process.communicate(timeout=PATIENCE_S)[1])
        self.address, self.port = found[1], int(found[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        _, rest = self.process.communicate(timeout=PATIENCE_S)
        self.folder.cleanup()
        if self.process.returncode or rest:
            raise AssertionError(f"exit {self.process.returncode}: {rest}")

    def get(self, path):
        connection = http.client.HTTPConnection(self.address, self.port, timeout=PATIENCE_S)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.body = answer.read()
        connection.close()
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status}")
        return answer

    def fill(self, first, last):
        """Asks for users over one connection."""
        connection = http.client.HTTPConnection(self.address, self.port, timeout=PATIENCE_S)
        for number in range(first, last):
            connection.request("GET", f"/users/{number}")
            connection.getresponse().read()
        connection.close()

    def client(self):
        return Client(self.path)


class ConsoleTest(unittest.TestCase):
    def value(self, client, statement):
        kind, text = client.ask(statement)
        self.assertEqual(kind, "d", f"{statement}: {text}")
        return text.rstrip("\n")

    def error(self, client, statement, wanted):
        kind, text = client.ask(statement)
        self.assertEqual(kind, "e", f"{statement}: {text}")
        self.assertRegex(text, wanted)
        self.assertNotIn("\n", text)


class Objects(ConsoleTest):
    def test_the_story(self):
        with Server("unbounded") as server, server.client() as client:
            server.fill(0, 2)
            self.assertEqual(self.value(client, "#main.cache"), "2")
            server.fill(2, 3)
            self.assertEqual(self.value(client, "#main.cache"), "3")
            server.fill(3, 300)
            self.assertEqual(self.value(client, "#main.cache"), "300")
            self.assertEqual(self.value(client, "main.cache:clear()"), "300")
            self.assertEqual(self.value(client, "#main.cache"), "0")
            server.fill(0, 10)
            self.assertEqual(self.value(client, "#main.cache"), "10")

    def test_looking_is_no_hit_and_changes_no_order(self):
        with Server("lru", "--capacity", "2") as server, server.client() as client:
            server.fill(0, 2)
            body = server.get("/users/1").body.decode()
            before = json.loads(server.get("/stats").body)["cache"]
            self.assertEqual(self.value(client, "main.cache[0].key"), "0")
            self.assertEqual(self.value(client, "main.cache['0'].owners"), "1")
            self.assertEqual(self.value(client, "main.cache[1].body"), body)
            self.assertEqual(self.value(client, "main.cache[7]"), "nil")
            after = json.loads(server.get("/stats").body)["cache"]
            self.assertEqual(before, after)
            server.fill(2, 3)  # 0 was looked at last, but asked for first
            self.assertEqual(self.value(client, "main.cache[0]"), "nil")
            self.assertEqual(self.value(client, "main.cache[1].key"), "1")

    def test_walk_meets_each_entry_once(self):
        with Server("unbounded") as server, server.client() as client:
            server.fill(0, 2000)
            self.assertEqual(self.value(client, """
                local seen, twice, bytes = {}, 0, 0
                for id, record in pairs(main.cache) do
                    if seen[id] then twice = twice + 1 end
                    seen[id], bytes = true, bytes + record.bytes
                end
                local count = 0
                for _ in pairs(seen) do count = count + 1 end
                return count, twice, bytes > 2000 * 100"""), "2000\n0\ntrue")
            self.assertEqual(self.value(client, "#main.cache:sample(10)"), "10")

    def test_resize_and_remove(self):
        with Server("lru", "--capacity", "1000") as server, server.client() as client:
            server.fill(0, 1000)
            self.assertEqual(self.value(client, "main.cache:remove(7)"), "true")
            self.assertEqual(self.value(client, "main.cache:remove(7)"), "false")
            self.value(client, "main.cache:resize(10)")
            self.assertEqual(self.value(client, "#main.cache"), "10")
            self.assertEqual(json.loads(server.get("/stats").body)["limits"]["capacity_entries"], 10)
            self.value(client, "main.cache:resize(500)")
            server.fill(0, 1000)
            self.assertEqual(self.value(client, "#main.cache"), "500")
            self.value(client, "main.cache:resize('64KiB')")
            self.assertEqual(self.value(client, "main.cache:stats().bytes <= 65536"), "true")
            server.fill(0, 1000)
            self.assertEqual(self.value(client, "main.cache:stats().bytes <= 65536"), "true")
            self.error(client, "main.cache:resize(0)", "takes a number")
            self.error(client, "main.cache:resize('x')", "takes a number")
        with Server("unbounded") as server, server.client() as client:
            self.error(client, "main.cache:resize(10)", "keeps no capacity")

    def test_values_are_shown_bounded(self):
        with Server("lru") as server, server.client() as client:
            for statement, wanted in (
                    ("1, 2.5, nil, 'x'", "1\n2.5\nnil\nx"),
                    ("{1, 2, {a = 'b'}}", '{1, 2, {a = "b"}}'),
                    ("json({1, {a = 'b\\n'}, true, 0/0})", '[1,{"a":"b\\n"},true,null]'),
                    ("local t = {} t.t = t return t", "{t = {...}}"),
                    ("json(main.origin)", '{"cost_ns":0,"name":"faker"}'),
                    ("main.config.policy", "lru"),
                    ("main.server.pid", str(server.process.pid)),
                    ("", ""),
                    ("x = 5", "")):
                self.assertEqual(self.value(client, statement), wanted, statement)
            self.assertEqual(self.value(client, "x"), "5")
            with server.client() as other:
                self.assertEqual(self.value(other, "x"), "nil")
            text = self.value(client, "local t = {} for i = 1, 5000 do t[i] = i end return t")
            self.assertLess(len(text), 1000)
            self.error(client, "local t = {} t.t = t return json(t)", "holds itself")
            for place in ("main", "main.cache", "jemalloc", "mem", "main.config"):
                self.assertNotEqual(self.value(client, f"dir({place})"), "")
                self.assertNotEqual(self.value(client, f"help({place})"), "")

    def test_completion_and_incomplete_statements(self):
        with Server("lru") as server, server.client() as client:
            self.assertEqual(client.ask("main.ca", "c"), ("d", "main.cache\n"))
            self.assertEqual(client.ask("main.cache:st", "c"), ("d", "main.cache:stats\n"))
            self.assertEqual(client.ask("nothing.", "c"), ("d", ""))
            self.assertIn("main.config.policy\n", client.ask("main.config.", "c")[1])
            for statement in ("for i = 1, 2 do", "x =", "f(", "'a' ..", "return {"):
                self.assertEqual(client.ask(statement)[0], "m", statement)
            self.assertEqual(client.ask("for i = 1, 2 do print(i) end"), ("d", "1\n2\n"))

    def test_memory(self):
        with Server("unbounded") as server, server.client() as client:
            self.assertGreater(int(self.value(client, "mem.rss()")), 1 << 20)
            self.assertEqual(json.loads(self.value(client, "json(mem.now())"))["payload_bytes"], 0)
            self.assertRegex(self.value(client, "mem.now()"), "rss_bytes +[0-9]+")
            began = time.monotonic()
            self.assertEqual(len(self.value(client, "mem.watch(1)").splitlines()), 2)
            self.assertGreater(time.monotonic() - began, 0.9)
            allocator = self.value(client, "main.config.allocator")
            if allocator == "libc":
                for call in ("stats()", "ctl('version')", "purge()", "dump('x')", "prof.active()"):
                    self.error(client, f"jemalloc.{call}", "runs over libc: there is no jemalloc")
                return
            self.assertEqual(self.value(client, "jemalloc.ctl('background_thread')"), "false")
            self.assertEqual(self.value(client, "jemalloc.ctl('arenas.dirty_decay_ms', 77)"), "77")
            self.assertRegex(self.value(client, "jemalloc.ctl('config.malloc_conf')"), "^$")
            self.assertEqual(self.value(client, "math.type(jemalloc.ctl('arenas.page'))"), "integer")
            self.error(client, "jemalloc.ctl('arena.0.reset')", "not to be read")
            self.error(client, "jemalloc.ctl('arenas.create')", "not to be read")
            self.error(client, "jemalloc.ctl('nothing')", "has no nothing")
            self.error(client, "jemalloc.ctl('opt.narenas', 3)", "not to be set")
            self.error(client, "jemalloc.ctl('background_thread', 5)", "true or false")
            self.error(client, "jemalloc.ctl('arenas.dirty_decay_ms', true)", "a number")
            self.error(client, "jemalloc.ctl('arenas.dirty_decay_ms', -5)", "in its range")
            self.error(client, "jemalloc.ctl('a\\0b')", "no name")
            dump = f"{server.folder.name}/dump.json"
            self.value(client, f"jemalloc.dump('{dump}')")
            with open(dump, encoding="utf-8") as file:
                self.assertIn("jemalloc", json.load(file))
            self.error(client, "jemalloc.dump('/nowhere/x')", "cannot write")
            self.error(client, "jemalloc.prof.active(true)", "heap profiles")


if __name__ == "__main__":
    unittest.main()

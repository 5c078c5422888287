#!/usr/bin/python3
"""console_test.py - the console of real servers: its language, budgets, hostile clients, the client.

usage: console_test.py [unittest options]
"""
import concurrent.futures
import contextlib
import fcntl
import json
import os
import pty
import resource
import select
import socket
import struct
import subprocess
import tempfile
import termios
import threading
import time
import unittest

from tidemark_server import BIN, PATIENCE_S, run, wait_until
from tidemark_server import Server as PlainServer


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
        """Returns the last frame's kind, and all text including that of the last frame."""
        text = b""
        while True:
            kind, payload = self.frame()
            text += payload
            if kind != "t":
                return kind, text.decode(errors="replace")

    def begin(self, statement):
        """Sends a statement and returns when it runs."""
        self.send("s", b"print('begun') " + statement.encode())
        text = b""
        while text != b"begun\n":
            kind, part = self.frame()
            text += part
            if kind != "t":
                raise AssertionError((kind, text))

    def query(self, statement, kind="s"):
        self.send(kind, statement.encode())
        return self.answer()


class Server(PlainServer):
    """A server with a console, in a folder of its own."""

    def __init__(self, policy, *options):
        super().__init__(policy, *options, console=True)

    def client(self):
        return Client(self.path)

    def is_sanitized(self):
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGESIZE") > 1 << 40


class ConsoleTest(unittest.TestCase):
    def value(self, client, statement):
        kind, text = client.query(statement)
        self.assertEqual(kind, "d", f"{statement}: {text}")
        return text.rstrip("\n")

    def error(self, client, statement, expected):
        kind, text = client.query(statement)
        self.assertEqual(kind, "e", f"{statement}: {text}")
        self.assertRegex(text, expected)
        self.assertNotIn("\n", text)


class Objects(ConsoleTest):
    def test_entries_are_counted_and_cleared(self):
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

    def test_reading_is_no_hit_and_changes_no_order(self):
        with Server("lru", "--capacity", "2") as server, server.client() as client:
            server.fill(0, 2)
            body = server.request("/users/1").body.decode()
            before = server.stats()["cache"]
            self.assertEqual(self.value(client, "main.cache[0].key"), "0")
            self.assertEqual(self.value(client, "main.cache['0'].owners"), "1")
            self.assertEqual(self.value(client, "main.cache[1].body"), body)
            self.assertEqual(self.value(client, "main.cache[7]"), "nil")
            after = server.stats()["cache"]
            self.assertEqual(before, after)
            server.fill(2, 3)  # 0 was read last here, but requested first
            self.assertEqual(self.value(client, "main.cache[0]"), "nil")
            self.assertEqual(self.value(client, "main.cache[1].key"), "1")

    def test_pairs_visits_each_entry_once(self):
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
            self.assertEqual(server.stats()["limits"]["capacity_entries"], 10)
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
            self.error(client, "main.cache:resize(10)", "has no capacity")

    def test_values_are_printed_with_a_bound(self):
        with Server("lru") as server, server.client() as client:
            for statement, expected in (
                    ("1, 2.5, nil, 'x'", "1\n2.5\nnil\nx"),
                    ("{1, 2, {a = 'b'}}", '{1, 2, {a = "b"}}'),
                    ("json({1, {a = 'b\\n'}, true, 0/0})", '[1,{"a":"b\\n"},true,null]'),
                    ("local t = {} t.t = t return t", "{t = {...}}"),
                    ("json(main.origin)", '{"cost_ns":0,"name":"faker"}'),
                    ("main.config.policy", "lru"),
                    ("main.server.pid", str(server.process.pid)),
                    ("", ""),
                    ("x = 5", "")):
                self.assertEqual(self.value(client, statement), expected, statement)
            self.assertEqual(self.value(client, "x"), "5")
            with server.client() as other:
                self.assertEqual(self.value(other, "x"), "nil")
            text = self.value(client, "local t = {} for i = 1, 5000 do t[i] = i end return t")
            self.assertLess(len(text), 1000)
            self.error(client, "local t = {} t.t = t return json(t)", "contains itself")
            for place in ("main", "main.cache", "jemalloc", "mem", "main.config"):
                self.assertNotEqual(self.value(client, f"dir({place})"), "")
                self.assertNotEqual(self.value(client, f"help({place})"), "")

    def test_completion_and_incomplete_statements(self):
        with Server("lru") as server, server.client() as client:
            self.assertEqual(client.query("main.ca", "c"), ("d", "main.cache\n"))
            self.assertEqual(client.query("main.cache:st", "c"), ("d", "main.cache:stats\n"))
            self.assertEqual(client.query("nothing.", "c"), ("d", ""))
            self.assertIn("main.config.policy\n", client.query("main.config.", "c")[1])
            for statement in ("for i = 1, 2 do", "x =", "f(", "'a' ..", "return {"):
                self.assertEqual(client.query(statement)[0], "m", statement)
            self.assertEqual(client.query("for i = 1, 2 do print(i) end"), ("d", "1\n2\n"))

    def test_names_alone_print_help(self):
        with Server("unbounded") as server, server.client() as client:
            self.assertRegex(self.value(client, "help"), "(?s)#main.cache .*Ctrl-C")
            self.assertEqual(self.value(client, "help()"), self.value(client, "help"))
            self.assertEqual(self.value(client, "dir()"), self.value(client, "dir"))
            self.assertRegex(self.value(client, "main.cache.stats"), "^main.cache:stats\\(\\): ")
            self.assertRegex(self.value(client, "help(main.cache)"), "(?s):resize.capacity.")
            self.value(client, "mine = 5")
            ours, lua = self.value(client, "dir()").split("\n\n")
            names = [line.split()[0] for line in ours.splitlines()]
            self.assertEqual(names, ["budget", "dir", "heap", "help", "jemalloc", "json", "main",
                                     "mem", "mine", "print", "sleep"])
            self.assertIn(" xpcall", lua)
            self.assertNotIn("mine", lua)
            self.assertEqual(self.value(client, "main.cache:sample(5)"), "{}")

    def test_string_rep_and_find(self):
        with Server("lru") as server, server.client() as client:
            self.assertEqual(self.value(client, """
                for _, between in ipairs{"", ("="):rep(50)} do
                    for _, count in ipairs{-1, 0, 1, 2, 81, 2047, 2048, 2049} do
                        local parts = {}
                        for i = 1, count do parts[i] = "ab" end
                        if ("ab"):rep(count, between) ~= table.concat(parts, between) then
                            print(count, between)
                        end
                    end
                end"""), "")
            for call, expected in (("'x', 'x', math.mininteger", "1\n1"), ("'a.b.', '.', 3, true", "4\n4"),
                                 ("'aXbX', 'X', -2", "4\n4"), ("'abc', ''", "1\n0"),
                                 ("'abc', 'x'", ""), ("'abc', 'a', 9", ""), ("'a\\0bc', 'bc'", "3\n4")):
                self.assertEqual(self.value(client, f"string.find({call})"), expected, call)
            self.assertRegex(self.value(client, "help(string.gmatch)"), "not offered.*string.find")
            self.assertEqual(self.value(client, "{a_1 = 1, ['1a'] = 2, [''] = 3, ['a-b'] = 4}"),
                             '{[""] = 3, ["1a"] = 2, ["a-b"] = 4, a_1 = 1}')

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
                    self.error(client, f"jemalloc.{call}", "runs over libc, not jemalloc")
                return
            self.assertEqual(self.value(client, "jemalloc.ctl('background_thread')"), "false")
            self.assertEqual(self.value(client, "jemalloc.ctl('arenas.dirty_decay_ms', 77)"), "77")
            self.assertRegex(self.value(client, "jemalloc.ctl('config.malloc_conf')"), "^$")
            self.assertEqual(self.value(client, "math.type(jemalloc.ctl('arenas.page'))"), "integer")
            self.error(client, "jemalloc.ctl('arena.0.reset')", "cannot be read")
            self.error(client, "jemalloc.ctl('arenas.create')", "cannot be read")
            self.error(client, "jemalloc.ctl('nothing')", "has no nothing")
            self.error(client, "jemalloc.ctl('opt.narenas', 3)", "cannot be set")
            self.error(client, "jemalloc.ctl('background_thread', 5)", "true or false")
            self.error(client, "jemalloc.ctl('arenas.dirty_decay_ms', true)", "an integer")
            self.error(client, "jemalloc.ctl('arenas.dirty_decay_ms', -5)", "in its range")
            self.error(client, "jemalloc.ctl('a\\0b')", "the name must be")
            dump = f"{server.folder.name}/dump.json"
            self.value(client, f"jemalloc.dump('{dump}')")
            with open(dump, encoding="utf-8") as file:
                self.assertIn("jemalloc", json.load(file))
            self.error(client, "jemalloc.dump('/nowhere/x')", "cannot write")
            self.error(client, "jemalloc.prof.active(true)", "heap profiling")


class Traffic:
    """Requests users in the background; each request must succeed."""

    def __init__(self, server):
        self.server, self.ended, self.requests, self.failures = server, threading.Event(), 0, []
        self.thread = threading.Thread(target=self.run)

    def run(self):
        connection = self.server.connect()
        while not self.ended.is_set():
            answer = self.server.request(f"/users/{self.requests % 1000}", connection=connection)
            if answer.status != 200 or b'"user_id"' not in answer.body:
                self.failures.append(answer.status)
            self.requests += 1
        connection.close()

    def go_on(self, count):
        """Waits until this many more requests were served."""
        goal = self.requests + count
        wait_until(lambda: self.requests >= goal, "service while the console is busy")

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        if self.failures or self.requests == 0:
            raise AssertionError(f"{self.requests} requests, failed: {self.failures[:5]}")


OVER_TIME = "stopped: it used up the time"
ANYTHING = "^|"  # may fail or not, but must end
ATTACKED = 4  # servers at once
OVER_MEMORY = "not enough memory|more memory than|used all the memory|are too many"

# Statements that try to break out, and the error that each must get; None: no error.
ATTACKS = (
    ("while true do end", OVER_TIME),
    ("while true do pcall(function() while true do end end) end", OVER_TIME),
    ("while true do xpcall(function() error('x') end, function() while true do end end) end",
     OVER_TIME),
    ("local function f() return f() end f()", OVER_TIME),
    ("repeat load('local x = 1')() until false", OVER_TIME),
    ("local s = '' while true do pcall(function() s = s .. ('x'):rep(100000) end) end",
     OVER_TIME + "|" + OVER_MEMORY),
    ("return ('x'):rep(1 << 30)", "at most 1 MiB"),
    ("return ('x'):rep(1 << 62, 'yz')", "at most 1 MiB"),
    ("return ('x'):rep((1 << 20) - 1)", OVER_MEMORY),
    ("return (''):rep(1 << 60) == ''", None),
    ("local t = {} for i = 1, 1 << 40 do t[i] = {i} end", OVER_MEMORY + "|" + OVER_TIME),
    ("local function f() return 1 + f() end f()", "stack overflow|" + OVER_MEMORY + "|" + OVER_TIME),
    ("local function f() return pcall(f) end return f()", ANYTHING),
    ("string.find(('a'):rep(1000), '.-.-.-.-b')", "finds plain text only.*from, true"),
    ("('x'):find('[')", "finds plain text only"),
    ("while true do pcall(string.find, ('a'):rep(1000), '.-b') end", OVER_TIME),
    ("while true do string.find(('a'):rep(1 << 19), ('a'):rep(1 << 18) .. 'b', 1, true) end", OVER_TIME),
    ("string.match('x', 'x')", "string.match is not offered.*use string.find"),
    ("for _ in ('x'):gmatch('.') do end", "string.gmatch is not offered"),
    ("('x'):gsub('x', 'y')", "string.gsub is not offered"),
    ("string.rep('x', -1) .. ('%99999d'):format(1)", "invalid (conversion|format)"),
    ("table.sort({3, 2, 1, 4}, function() while true do end end)", OVER_TIME),
    ("table.concat(setmetatable({}, {__len = function() return 1 << 60 end, __index = type}))",
     "without a metatable"),
    ("table.move({}, 1, 1 << 60, 2)", OVER_TIME),
    ("table.insert(setmetatable({}, {__len = function() return 1 << 60 end}), 1, 'x')", OVER_TIME),
    ("table.unpack({}, 1, 1 << 24)", "at most 10000 values"),
    ("tostring(setmetatable({}, {__tostring = function() while true do end end}))",
     "called back from C"),
    ("return setmetatable({}, {__tostring = function() while true do end end})",
     "called back from C"),
    ("return setmetatable({}, {__tostring = function() error({}) end})", "cannot be shown|table"),
    ("local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) return t[1]",
     "overflow"),
    ("local t = {} setmetatable(t, {__index = t}) return t.x", "loop"),
    ("setmetatable({}, {__gc = function() while true do end end})", "finalizer"),
    ("setmetatable({}, {__mode = 'k'})", "weak tables"),
    ("""budget('10s')
        local meta, garbage = {}, 0
        local t = setmetatable({}, meta)
        meta.__mode = 'k'
        t[{}] = 1
        for i = 1, 200 do garbage = ('x'):rep(100000 + i) end
        return assert(next(t))""", None),
    ("local x <close> = setmetatable({}, {__close = function() while true do end end})", OVER_TIME),
    ("local x <close> = setmetatable({}, {__close = function() while true do end end}) "
     "while true do end", OVER_TIME),
    ("error()", "nil"),
    ("error({code = 1})", "table"),
    ("error(setmetatable({}, {__tostring = function() return 'mine' end}))", "mine"),
    ("error('two\\nlines')", "two lines"),
    ("string.dump(print)", "nil value"),
    ("load('\\27Lua\\x54\\0')", None),
    ("assert(load('\\27Lua\\x54\\0'))", "binary chunk|attempt to load"),
    ("assert(load('return 1', 'x', 'b'))()", None),
    ("load(function() return 'x = 1' end)", "load takes a string"),
    ("load(('x = 1 '):rep(10000))", "load takes a string"),
    ("io.open('/etc/passwd')", "nil value"),
    ("os.execute('true')", "nil value"),
    ("require('x')", "nil value"),
    ("dofile('/etc/passwd')", "nil value"),
    ("debug.sethook()", "nil value"),
    ("coroutine.wrap(function() while true do end end)()", "nil value|" + OVER_TIME),
    ("collectgarbage('stop')", "only collectgarbage"),
    ("getmetatable('').__index = nil", "index"),
    ("getmetatable(main.cache).__index = nil", "index|attempt"),
    ("main.cache.x = 1", "filled by requests only"),
    ("main.cache[{}]", None),
    ("main.cache[('x'):rep(1 << 19)]", None),
    ("print = nil json = nil tostring = nil string.format = nil return {1}", None),
    ("_ENV = {} return 1", None),
    ("budget('1000s')", "from 1ms to 60s"),
    ("budget(nil, '1TiB')", "from 16MiB to 64MiB"),
    ("sleep(-1)", "seconds"),
    ("sleep(0/0)", "seconds"),
    ("for i = 1, 1e9 do local _ = main.cache[i] end", OVER_TIME),
    ("utf8.char(table.unpack({}, 1, 100))", "number expected"),
    ("math.random(0)", None),
    ("goto x", "no visible label"),
    ("return " + "(" * 300 + "1" + ")" * 300, "overflow|too many|limit"),
    ("x = " + "{" * 5000, "overflow|too many|limit"),
    ("string.format('%q', ('\\1'):rep(1000000))", "%q takes at most"),
    ("string.format(('%d'):rep(101), table.unpack({}, 1, 101))", "at most 100 values"),
    ("string.format('%99999999d', 1)", "invalid"),
    ("budget('5s') local t = {} for i = 1, 200000 do t[i] = i + 0.1 end return #table.concat(t)", ANYTHING),
    ("while true do table.concat({0.1, 0.2, 0.3}, 0.5) end", OVER_TIME),
    ("table.concat({}, '', 1, 1 << 60)", "invalid value"),
    ("table.concat({[math.mininteger] = 1.5}, '', math.mininteger, math.maxinteger)", "invalid value"),
    ("table.unpack({}, math.mininteger, math.maxinteger)", "at most 10000 values"),
    ("string.byte(('x'):rep(20000), 1, -1)", ANYTHING),
    ("utf8.codepoint(('x'):rep(20000), 1, 20000)", "at most 10000 values"),
    ("while true do utf8.len(('x'):rep(1000000)) end", OVER_TIME),
    ("local s = ('1'):rep(1000000) while true do local x = s + 1 end", OVER_TIME),
    ("local s = ('1'):rep(1000000) while true do pcall(tonumber, s, 36) end", OVER_TIME),
    ("local s = ('x'):rep(1000000) while true do s:upper() end", OVER_TIME),
    ("local s = ('x'):rep(1000000) while true do local t = {[s .. 'y'] = 1} end", OVER_TIME),
    ("local a = {} while true do a = {a, a} end", ANYTHING),
    ("local s = 'x' while true do s = s .. s end", OVER_MEMORY),
    ("local s = 'x' while true do pcall(function() s = s .. s end) end", ANYTHING),
    ("local f f = function() return pcall(f) end f()", ANYTHING),
    ("local function f() f() f() end f()", "overflow|memory|" + OVER_TIME),
    ("local t = setmetatable({}, {__concat = function() while true do end end}) return t .. t", OVER_TIME),
    ("local t = setmetatable({}, {__eq = function() while true do end end}) return t == setmetatable({}, "
     "getmetatable(t))", OVER_TIME),
    ("local t = setmetatable({}, {__lt = function() while true do end end}) table.sort({t, t, t})", OVER_TIME),
    ("local t = setmetatable({}, {__len = function() while true do end end}) return #t", OVER_TIME),
    ("for _ in pairs(setmetatable({}, {__pairs = function() while true do end end})) do end",
     "called back from C|" + OVER_TIME),
    ("error(setmetatable({}, {__tostring = function() while true do end end}))", "cannot be shown|called back"),
    ("local m = {} local t = setmetatable({}, m) rawset(m, '__gc', function() while true do end end) t = nil "
     "for i = 1, 1e4 do local x = {} end", None),
    ("::a:: goto a", OVER_TIME),
    ("for i = 1, math.huge do end", OVER_TIME),
    ("for i = 1, math.maxinteger do select('#', i, i) end", OVER_TIME),
    ("while true do load(('do '):rep(150) .. ('end '):rep(150)) end", OVER_TIME),
    ("load(('('):rep(5000))", None),
    ("assert(load(('a.'):rep(5000) .. 'a = 1'))()", "nil value|index"),
    ("return " + "-" * 250 + "1", ANYTHING),
    ("return " + "not " * 3000 + "1", "overflow|too many|limit"),
    ("x = " + "function() return " * 250 + "1 " + "end " * 250, "overflow|too many|limit"),
    ("json(setmetatable({}, {__index = function() return {} end, __len = function() return 1 << 40 end}))", ANYTHING),
    ("local t = {} for i = 1, 70 do t = {t} end return json(t)", "contains itself|nested"),
    ("help(setmetatable({}, {__index = error}))", ANYTHING),
    ("getmetatable(_G)", None),
    ("setmetatable(_G, {__index = function() while true do end end}) return nothing", OVER_TIME),
    ("setmetatable(_G, {__newindex = error}) y = 1", "."),
    ("rawset(_G, 'pcall', nil) return pcall", None),
    ("package.loadlib('x', 'y')", "nil value"),
    ("_G._G = nil _G = nil return 1", None),
    ("string.len = nil return ('x'):len()", "nil value"),
    ("collectgarbage('step', 1 << 30)", "only collectgarbage"),
    ("print(('x'):rep(1000000))", None),
    ("while true do print('x') end", OVER_TIME),
)


def cpu_s(server):
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Budgets(ConsoleTest):
    def attack(self, attacks):
        with Server("lru", "--capacity", "100") as server:
            for statement, expected in attacks:
                with server.client() as client:
                    before_s = cpu_s(server)
                    kind, text = client.query(statement)
                    said = f"{statement[:100]}: {text}"
                    self.assertLess(cpu_s(server) - before_s, 20, said)
                    if expected == ANYTHING:
                        self.assertIn(kind, "de", said)
                    elif expected is None:
                        self.assertEqual(kind, "d", said)
                    else:
                        self.assertEqual(kind, "e", said)
                        self.assertRegex(text, expected, said)
                    self.assertEqual(self.value(client, "1 + 1"), "2", said)
                server.request("/users/1")

    def test_no_statement_breaks_out(self):
        """A statement that is stopped rests for most of its time, so several servers are attacked."""
        with concurrent.futures.ThreadPoolExecutor(ATTACKED) as pool:
            list(pool.map(self.attack, (ATTACKS[i::ATTACKED] for i in range(ATTACKED))))

    def test_variables_that_use_all_memory_are_deleted(self):
        with Server("lru") as server, server.client() as client:
            client.query("budget('10s')")
            client.query("t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end")
            for _ in range(50):
                if client.query("t[#t + 1] = ('x'):rep(10000) .. #t")[0] == "e":
                    break
            for _ in range(50):
                if client.query("u = {u, #'x'}")[0] == "e":
                    break
            client.query("1 + 1")
            self.assertEqual(self.value(client, "1 + 1"), "2")

    def test_memory_that_the_kernel_refuses_fails_the_statement(self):
        with Server("lru") as server, contextlib.ExitStack() as stack:
            if server.is_sanitized():
                self.skipTest("a sanitizer needs address space without bound")
            most = (70 << 20, 70 << 20)
            resource.prlimit(server.process.pid, resource.RLIMIT_AS, most)
            for _ in range(8):
                client = stack.enter_context(server.client())
                self.error(client, "budget('10s', '64MiB') t = {} "
                           "for i = 1, 60 do t[i] = ('x'):rep(1000000) end", OVER_MEMORY)
            self.assertEqual(server.request("/users/1").status, 200)

    def test_all_clients_have_one_bound(self):
        with Server("lru") as server, contextlib.ExitStack() as stack:
            kinds = []
            for _ in range(8):
                client = stack.enter_context(server.client())
                kind, text = client.query("budget('60s', '64MiB') t = {} "
                                          "for i = 1, 50 do t[i] = ('x'):rep(1000000) end")
                self.assertRegex(text, "^$|" + OVER_MEMORY)
                kinds.append(kind)
            self.assertEqual((kinds[0], kinds[-1]), ("d", "e"))
            self.assertEqual(server.request("/users/1").status, 200)

    def test_requests_that_wait_are_answered_or_refused(self):
        """Requests sent at once are refused only where a statement still runs."""
        with Server("lru") as server, server.client() as client:
            self.value(client, "1")
            client.socket.sendall(b"s\0\0\0\x011" * 300)
            for _ in range(300):
                answer = client.answer()
                if answer[0] == "e":
                    self.assertRegex(answer[1], "came before the answer")
                    break
                self.assertEqual(answer, ("d", "1\n"))

    def test_raised_budget(self):
        loop = "local sum = 0 for i = 1, 2e7 do sum = sum + i end return 'over'"
        with Server("lru") as server, server.client() as client:
            self.value(client, "budget('1ms')")
            self.error(client, loop, OVER_TIME)
            self.value(client, "budget('60s')")
            self.assertEqual(self.value(client, loop), "over")

    def test_interrupt(self):
        with Server("lru") as server, server.client() as client:
            for statement in ("sleep(60)", "budget('60s') while true do end",
                              "while true do pcall(sleep, 1) end", "mem.watch(60)"):
                client.begin(statement)
                client.send("i")
                kind, text = client.answer()
                self.assertEqual(kind, "e")
                self.assertTrue(text.endswith("interrupted"), text)
            client.send("i")  # ignored: no statement runs
            self.assertEqual(self.value(client, "1"), "1")


class Hostile(ConsoleTest):
    def test_requests_are_served_during_attacks(self):
        with Server("unbounded") as server:
            server.fill(0, 1000)
            with Traffic(server) as traffic:
                for attack in (self.endless_loops, self.gigabyte, self.garbage, self.thousand,
                               self.half_way, self.slow_reader, self.early_request,
                               self.departures):
                    with self.subTest(attack=attack.__name__):
                        attack(server, traffic)
                        traffic.go_on(3)
                        with self.accepted(server) as client:
                            self.assertEqual(self.value(client, "#main.cache"), "1000")

    def endless_loops(self, server, traffic):
        clients = [self.accepted(server) for _ in range(8)]
        for client in clients:
            client.begin("budget('60s') while true do end")
        traffic.go_on(10)
        for client in clients:
            client.send("i")
        for client in clients:
            self.assertEqual(client.answer(), ("e", "interrupted"))
            client.socket.close()

    def gigabyte(self, server, _):
        """The server closes the connection long before it received a gigabyte."""
        for header in (b"", b"s" + struct.pack(">I", 1 << 30)):
            with self.accepted(server) as client:
                sent = 0
                try:
                    client.socket.sendall(header)
                    while sent < 1 << 30:
                        sent += client.socket.send(b"x" * (1 << 20))
                except (BrokenPipeError, ConnectionResetError):
                    pass
                self.assertLess(sent, 1 << 26)

    def garbage(self, server, _):
        for bytes_sent in (b"\0", b"GET / HTTP/1.1\r\n\r\n", bytes(range(256)) * 10,
                           b"s\xff\xff\xff\xff", b"i\0\0\0\1x"):
            with self.accepted(server) as client:
                client.socket.sendall(bytes_sent)
                kind, text = client.answer()
                self.assertEqual(kind, "e", text)
                self.assertRegex(text, "unknown request|too long")
                self.assertClosed(client)
        with self.accepted(server) as client:
            self.assertEqual(client.query(os.urandom(2000).decode("latin-1"))[0], "e")
            self.assertEqual(self.value(client, "1"), "1")
            client.send("s", b"return '\0\xff'")
            self.assertEqual(client.answer()[0], "d")

    def assertClosed(self, client):
        try:
            self.assertEqual(client.socket.recv(1), b"")
        except ConnectionResetError:
            pass

    def thousand(self, server, _):
        staying = [self.accepted(server) for _ in range(8)]
        for client in staying:
            self.value(client, "1")
        for _ in range(1000):
            with server.client() as client:
                kind, text = client.answer()
                self.assertEqual(kind, "e")
                self.assertRegex(text, "too many clients")
        for client in staying:
            self.assertEqual(self.value(client, "1"), "1")
            client.socket.close()

    def accepted(self, server):
        """A client that has a place, once those that left have given theirs up."""
        def connect():
            client = server.client()
            try:
                if client.query("1")[0] == "d":
                    return client
            except (BrokenPipeError, ConnectionResetError, EOFError):
                pass  # refused before it could send
            client.socket.close()
            return None
        return wait_until(connect, "a place for a client")

    def half_way(self, server, _):
        for sent in (b"s", b"s\0\0\0\x0awhil", b"", b"s\0\0\0\x11while true do end",
                     b"s\0\0\0\x0amem.now() ", b"s\0\0\0\x09sleep(60)"):
            for _ in range(5):
                with self.accepted(server) as client:
                    client.socket.sendall(sent)

    def slow_reader(self, server, traffic):
        """A statement pauses while its output is not read: the server's memory stays bounded."""
        before = self.rss(server)
        clients = [self.accepted(server) for _ in range(4)]
        for client in clients:
            client.begin("budget('60s') local s = ('x'):rep(100000) while true do print(s) end")
        traffic.go_on(200)
        self.assertLess(self.rss(server) - before, 32 << 20)
        for client in clients:
            client.socket.close()

    def rss(self, server):
        with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def departures(self, server, traffic):
        """Variables of clients that left are freed in slices, while other clients connect."""
        for _ in range(12):
            with self.accepted(server) as client:
                kind, text = client.query("budget('10s') t = {} for i = 1, 50000 do t[i] = {i} end")
                self.assertEqual(kind, "d", text)
                client.begin("""string.own = t
                    local a <close> = setmetatable({}, {__close = function()
                        while true do pcall(function() while true do end end) end end})
                    mem.watch(60)""")
        traffic.go_on(3)
        with self.accepted(server) as client:
            self.value(client, "sleep(0.2)")

    def early_request(self, server, _):
        with self.accepted(server) as client:
            client.send("s", b"sleep(60)")
            client.send("s", b"1")
            kind, text = client.answer()
            self.assertEqual((kind, "before the answer" in text), ("e", True))
            self.assertClosed(client)

    @unittest.skipIf(os.geteuid() != 0, "needs root to become another user")
    def test_other_users_are_refused(self):
        with Server("lru") as server:
            os.chmod(server.folder.name, 0o755)
            self.assertEqual(os.stat(server.path).st_mode & 0o777, 0o600)
            for mode, expected in ((0o600, "denied"), (0o666, "only the user")):
                os.chmod(server.path, mode)
                self.assertEqual(self.as_another_user(server.path, expected), 0, expected)

    def as_another_user(self, path, expected):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                with Client(path) as client:
                    kind, text = client.answer()
                    status = 0 if kind == "e" and expected in text else 1
            except PermissionError:
                status = 0 if expected == "denied" else 1
            finally:
                os._exit(status)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def test_stale_socket_and_socket_in_use(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/socket"
            with socket.socket(socket.AF_UNIX) as stale:
                stale.bind(path)
            with PlainServer("lru", "--console", path):
                with Client(path) as client:
                    self.assertEqual(self.value(client, "1"), "1")
                self.refused(path)
            self.assertFalse(os.path.exists(path))
            self.refused(f"{folder}/nowhere/x")

    def refused(self, path):
        done = run("serve-lru", "--port", "0", "--console", path)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, "--console: cannot listen")

    def test_unusable_default_socket_is_a_warning(self):
        with self.server_in("/nowhere") as server:
            self.assertRegex(server.prefix[0], "--console: cannot listen .*; going on without")
        with tempfile.TemporaryDirectory() as folder:
            with self.server_in(folder) as server:
                self.assertEqual(os.listdir(folder), [f"tidemark-{server.process.pid}.sock"])
            self.assertEqual(os.listdir(folder), [])
            with self.server_in(folder, "--console", "off"):
                self.assertEqual(os.listdir(folder), [])

    def server_in(self, folder, *options):
        return PlainServer("lru", *options, environment={"XDG_RUNTIME_DIR": folder})


class Threads(ConsoleTest):
    def test_walking_and_changing_under_load(self):
        with Server("lru", "--capacity", "4000", "--threads", "2") as server:
            with Traffic(server), Traffic(server), server.client() as client:
                self.value(client, "budget('60s')")
                for _ in range(5):
                    self.value(client, "local n = 0 for id in pairs(main.cache) do n = n + 1 end")
                    self.value(client, "main.cache:resize(500)")
                    self.value(client, "main.cache:resize(4000)")
                    self.value(client, "main.cache:stats(), mem.now(), main.cache:sample(5)")
                    self.value(client, "main.cache:clear()")


class Terminal:
    """`tidemark console` at a terminal."""

    def __init__(self, path):
        self.master, slave = pty.openpty()
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [f"{BIN}/tidemark", "console", path], stdin=slave, stdout=slave, stderr=slave,
            preexec_fn=lambda: self.control(slave),
            env={**os.environ, "XDG_STATE_HOME": self.folder.name, "TERM": "dumb"})
        os.close(slave)
        self.text = ""

    def control(self, slave):
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    def read(self):
        """Returns False at the end."""
        if not select.select([self.master], [], [], PATIENCE_S)[0]:
            raise AssertionError(f"nothing follows {self.text!r}")
        try:
            part = os.read(self.master, 4096)
        except OSError:
            return False
        self.text += part.decode()
        return part != b""

    def expect(self, text):
        while text not in self.text:
            if not self.read():
                raise AssertionError(f"{text!r} is not in {self.text!r}")
        self.text = self.text.partition(text)[2]
        if text.endswith("> "):  # a Ctrl-D that comes before the line editor reads would be lost
            wait_until(lambda: not termios.tcgetattr(self.master)[3] & termios.ICANON)

    def type(self, text, expected=None):
        os.write(self.master, text.encode())
        if expected:
            self.expect(expected)

    def end(self):
        while self.read():
            pass
        return self.process.wait(PATIENCE_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        self.folder.cleanup()


class Command(ConsoleTest):
    def run_command(self, *arguments, stdin="", folder="/nowhere"):
        return run("tidemark", "console", *arguments, input=stdin,
                   env={**os.environ, "XDG_RUNTIME_DIR": folder})

    def test_piped(self):
        with Server("lru") as server:
            server.fill(0, 2)
            done = self.run_command(server.path, stdin="#main.cache\n")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "2\n", ""))
            done = self.run_command(server.path, stdin="for i = 1, 2 do\nprint(i)\nend\nx(\n")
            self.assertEqual((done.returncode, done.stdout), (1, "1\n2\n"))
            self.assertRegex(done.stderr, "^tidemark console: .*<eof>")
            done = self.run_command(server.path, stdin="error('no')\n1\n")
            self.assertEqual((done.returncode, done.stdout), (1, "1\n"))
            done = self.run_command(server.path, "-e", "1, 2")
            self.assertEqual((done.returncode, done.stdout), (0, "1\n2\n"))
            self.assertEqual(self.run_command(server.path, "-e", "for").returncode, 1)
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([os.path.join(BIN, "tidemark"), "console", server.path, "-e",
                                       "1"], stdout=full, stderr=subprocess.PIPE, text=True,
                                      timeout=PATIENCE_S, check=False)
            self.assertEqual(done.returncode, 3)
            self.assertRegex(done.stderr, "^tidemark console: standard output: (No space|not all)")
        self.assertEqual(self.run_command(server.path, "-e", "1").returncode, 2)
        self.assertEqual(self.run_command("1", "2").returncode, 2)

    def test_quit(self):
        with Server("lru") as server:
            for word in ("quit", "quit()", " exit ", "exit();", "exit()\r"):
                done = self.run_command(server.path, stdin=f"1\n{word}\n2\n")
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "1\n", ""), word)
            done = self.run_command(server.path, stdin="no.x\nquit()\n")
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            done = self.run_command(server.path, stdin="return {\nquit\n}\nquit = 1\nquit\n")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "{}\n", ""))

    def test_terminal(self):
        with Server("lru") as server:
            for leave in ("quit()\n", "exit\n", "\x04"):
                with Terminal(server.path) as terminal:
                    terminal.expect("> ")
                    terminal.type("20 + 1\n", "21\r\n> ")
                    terminal.type("main.ca\t", "main.cache")
                    terminal.type("\x03", "> ")
                    terminal.type("return {\n", ">> ")
                    terminal.type("20 + 2}\n", "{22}\r\n> ")
                    terminal.type("print('begun') sleep(3600)\n", "begun\r\n")
                    terminal.type("\x03", "interrupted")
                    terminal.expect("> ")
                    terminal.type(leave)
                    self.assertEqual(terminal.end(), 0, terminal.text)
        with Server("lru") as server, Terminal(server.path) as terminal:
            terminal.expect("> ")
            server.stop()
            terminal.type("1\n", "lost the connection")
            self.assertEqual(terminal.end(), 3)

    def test_found_by_pid_and_policy(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            servers = {policy: stack.enter_context(PlainServer(policy, environment={
                "XDG_RUNTIME_DIR": folder})) for policy in ("sieve", "gdsf")}
            for who, expected in ((str(servers["sieve"].process.pid), "sieve"), ("gdsf", "gdsf")):
                done = self.run_command(who, "-e", "main.config.policy", folder=folder)
                self.assertEqual((done.returncode, done.stdout), (0, expected + "\n"))
            done = self.run_command("-e", "1", folder=folder)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            for policy, server in servers.items():
                self.assertRegex(done.stderr, f"{server.process.pid} +{policy} +http://")
            self.assertEqual(self.run_command("nobody", "-e", "1", folder=folder).returncode, 2)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/python3
"""console_heap_test.py - the heap module in real servers: live objects, growth, references, walks.

usage: console_heap_test.py [unittest options]
"""
import json
import random
import select
import threading
import time
import unittest

from console_test import Client, Server


def value(client, expression):
    kind, text = client.query(f"print(json({expression}))")
    if kind != "d":
        raise AssertionError(text)
    return json.loads(text)


def rows(client, expression, key="type"):
    return {row[key]: row for row in value(client, expression)}


class HeapTest(unittest.TestCase):
    def text(self, client, statement):
        kind, text = client.query(statement)
        self.assertEqual(kind, "d", text)
        return text

    def test_types_add_up_to_the_bytes_of_the_cache(self):
        with Server("sieve") as server, Client(server.path) as client:
            server.fill(0, 300)
            types = rows(client, "heap.types()")
            self.assertEqual(types["record"]["live"], 300)
            self.assertEqual(types["record"]["total"], 300)
            self.assertEqual(types["reply"]["total"], 300)
            in_cache = sum(row["live_bytes"] for row in value(client, "heap.containers()")
                           if row["container"].startswith("main.cache"))
            stats = server.stats()
            self.assertEqual(in_cache, stats["memory"]["cache_bytes"])
            self.assertRegex(self.text(client, "heap.types()"), r"(?m)^type +live +bytes")

    def test_growth(self):
        with Server("lru") as server, Client(server.path) as client:
            value(client, "heap.growth()")
            self.text(client, "heap.mark()")
            server.fill(0, 50)
            self.assertEqual(rows(client, "heap.growth()")["record"]["live"], 50)
            self.assertNotIn("record", rows(client, "heap.growth()"))
            self.assertEqual(rows(client, "heap.since()")["record"]["created"], 50)
            kind, text = client.query("heap.since(5)")
            self.assertEqual((kind, "heap.mark" in text), ("e", True))

    def test_holders_of_a_record_in_a_cache_and_a_session(self):
        with Server("weak", "--session", "3") as server, Client(server.path) as client:
            connection = server.connect()
            server.request("/users/alice", connection=connection)
            holders = value(client, "heap.holders('alice')")
            self.assertIn("main.cache.index -> node 0 -> record \"alice\"  (does not own it)",
                          self.text(client, "heap.holders('alice')"))
            self.assertEqual(self.text(client, "#heap.holders('alice')").strip(), "2")
            self.assertIsNotNone(holders)
            self.assertRegex(self.text(client, "heap.path(main.cache.alice)"),
                             r'^main.connections -> connection \d+ -> session -> record "alice"$')
            graph = self.text(client, "heap.graph('alice')")
            self.assertRegex(graph, r'(?s)^digraph holders \{.*"session".*\}')
            connection.close()
            kind, text = client.query("heap.path('nobody')")
            self.assertEqual((kind, "no record" in text), ("e", True))
            kind, text = client.query("heap.path({})")
            self.assertEqual((kind, "give the id" in text), ("e", True))

    def lost(self, policy, *options):
        with Server(policy, "--capacity", "100", *options) as server, \
                Client(server.path) as client:
            server.fill(0, 2500)
            lost = value(client, "heap.unreachable()")
            text = self.text(client, "heap.unreachable()")
            path = "" if not lost["examples"] else \
                self.text(client, "heap.path(heap.unreachable().examples[1])")
            return lost, text, path

    def test_cycle(self):
        lost, text, path = self.lost("cycle")
        self.assertEqual(lost["kinds"][0]["type"], "login")
        self.assertEqual(lost["kinds"][0]["count"], 2400)
        self.assertEqual(lost["records"], 2400)
        self.assertRegex(text, r'a cycle: record "(\d+)" -> login -> record "\1"')
        self.assertRegex(path, r'^\(unreachable\) -> login -> record "\d+"$')

    def test_forgotten_reference(self):
        for threads in ("1", "2"):
            lost, text, path = self.lost("pinned", "--threads", threads)
            self.assertEqual(lost["kinds"][0]["count"], 2)
            self.assertEqual(lost["examples"][0]["references"], 1)
            self.assertRegex(text, r'\(unreachable\) -> check -> record "\d+"')
            self.assertRegex(path, r'^\(unreachable\) -> check -> record "\d+"$')

    def test_without_leaks_nothing_is_unreachable(self):
        for policy in ("cycle_fixed", "pinned_fixed", "lru"):
            lost, _, _ = self.lost(policy, "--threads", "2")
            self.assertEqual((lost["records"], lost["examples"]), (0, {}), policy)
            for kind in lost["kinds"] or ():
                self.assertEqual(kind["count"], 0)

    def test_walks_during_requests_and_disconnects(self):
        with Server("cycle_fixed", "--capacity", "500", "--threads", "2") as server:
            over = threading.Event()

            def keep_requesting(first):
                while not over.is_set():
                    server.fill(first, first + 200)
                    first += 200
            threads = [threading.Thread(target=keep_requesting, args=(n * 10 ** 6,)) for n in range(2)]
            for thread in threads:
                thread.start()
            try:
                for _ in range(15):
                    with Client(server.path) as client:
                        self.assertLessEqual(value(client, "heap.unreachable()")["records"], 2)
                    with Client(server.path) as leaving:
                        leaving.send("s", b"heap.unreachable()")
            finally:
                over.set()
                for thread in threads:
                    thread.join()

    def assert_free(self, client):
        """Asserts that a walk works at once, without waiting for another."""
        began = time.monotonic()
        self.text(client, "heap.unreachable()")
        self.assertLess(time.monotonic() - began, 5)

    def test_an_interrupted_walk_is_over(self):
        with Server("cycle_fixed") as server, Client(server.path) as staying, \
                Client(server.path) as other:
            server.fill(0, 500)
            for _ in range(30):
                staying.send("s", b"while true do pcall(heap.unreachable) end")
                time.sleep(random.uniform(0, 0.01))
                staying.send("i")
                self.assertEqual(staying.answer(), ("e", "interrupted"))
                self.assert_free(other)

    def test_a_failed_walk_is_over(self):
        with Server("cycle_fixed") as server, Client(server.path) as staying, \
                Client(server.path) as other:
            server.fill(0, 500)
            for statement in ("heap.unreachable() error('x')", "heap.path('nobody')",
                              "pcall(heap.path, {}) error('x')"):
                self.assertEqual(staying.query(statement)[0], "e")
                self.assert_free(other)

    def test_the_server_stops_during_a_walk(self):
        for _ in range(3):
            with Server("cycle_fixed") as server:
                server.fill(0, 500)
                clients = [Client(server.path) for _ in range(3)]
                for client in clients:
                    client.send("s", b"budget('60s') while true do heap.unreachable() end")
                time.sleep(random.uniform(0, 0.1))
            for client in clients:
                client.socket.close()

    def test_clients_leave_at_any_instant(self):
        with Server("cycle_fixed") as server, Client(server.path) as staying:
            server.fill(0, 100)
            remaining, connected = 3000, []
            while remaining > 0 or connected:
                while remaining > 0 and len(connected) < 6:
                    connected.append((time.monotonic() + random.uniform(0, 0.02), Client(server.path)))
                    remaining -= self.walk_begin(connected[-1][1])
                leaving = min(connected, key=lambda pair: pair[0])
                connected.remove(leaving)
                until, client = leaving
                select.select([client.socket], [], [], max(until - time.monotonic(), 0))
                client.socket.close()
            self.assert_free(staying)

    def walk_begin(self, client):
        """Returns False if the server refused, because others that left are not freed yet."""
        try:
            client.send("s", b"heap.unreachable()")
        except OSError:
            return False
        return True

    def test_look_has_figures_and_census(self):
        with Server("lru") as server, Client(server.path) as client:
            server.fill(0, 20)
            snapshot = json.loads(self.text(client, "print(heap.snapshot())"))
            self.assertEqual(snapshot["figures"]["requests"], 20)
            self.assertEqual(snapshot["figures"]["policy"], "lru")
            self.assertIn("main.cache.index", [row["container"] for row in snapshot["census"]])


if __name__ == "__main__":
    unittest.main()

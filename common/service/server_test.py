"""server_test.py - real servers, real sockets, real signals.

usage: server_test.py [unittest options]
"""
import concurrent.futures
import http.client
import json
import os
import re
import select
import signal
import socket
import sqlite3
import subprocess
import tempfile
import unittest

from tidemark_server import PATIENCE_S, Server, run


def curl(server, path, *options):
    """The status, HTTP's version, the body."""
    out = subprocess.run(
        ["curl", "-sS", "--path-as-is", "-w", "\n%{http_code} %{http_version}", *options,
         f"http://{server.address}:{server.port}{path}"],
        capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
    body, _, last = out.rpartition("\n")
    return int(last.split()[0]), last.split()[1], body


def refusal(policy, *options, statuses=(2, 3)):
    """How a server that cannot start says so: one line, and not 0."""
    done = run(f"serve-{policy}", *options)
    assert done.returncode in statuses, (options, done)
    assert done.stdout == "" and done.stderr.count("\n") == 1, (options, done)
    assert done.stderr.startswith(f"serve-{policy}: "), (options, done)
    return done.stderr


class Answers(unittest.TestCase):
    def test_the_first_line_says_who_and_where(self):
        with Server("lru") as server:
            self.assertEqual(server.line,
                             f"serve-lru[{server.process.pid}]: lru on http://127.0.0.1:"
                             f"{server.port} (press CTRL+C to quit)\n")

    def test_every_policy_serves(self):
        for policy in ("null", "unbounded", "lru", "ttl", "weak"):
            with self.subTest(policy), Server(policy) as server:
                first, again = server.request("/users/alice"), server.request("/users/alice")
                self.assertEqual(first.body, again.body)
                self.assertEqual(server.stats()["policy"], policy)

    def test_one_connection_serves_many_requests(self):
        with Server("lru") as server:
            connection = server.connect()
            for i in range(100):
                answer = server.request(f"/users/{i % 10}", connection=connection)
                user = json.loads(answer.body)
                self.assertEqual(user["user_id"], str(i % 10))
                self.assertEqual(list(user), ["user_id", "name", "email", "address", "desc"])
                self.assertIn("\n", user["address"])
                self.assertEqual(answer.headers["X-Cache"], "hit" if i >= 10 else "miss")
                self.assertEqual(answer.headers["Content-Type"], "application/json")
            stats = server.stats()
            self.assertEqual((stats["cache"]["hits"], stats["cache"]["misses"]), (90, 10))
            self.assertEqual(stats["requests"], 100)
            self.assertEqual(stats["connections"], 2)

    def test_every_demo_serves_and_frees_what_it_leaked(self):
        for policy in ("cycle", "cycle_fixed", "ttl_lazy", "pinned", "pinned_fixed", "ghost",
                       "fragmenting", "session"):
            options = ("--ttl", "1ms") if policy == "ttl_lazy" else ()
            if policy not in ("ttl_lazy", "session"):
                options += ("--capacity", "20")
            with self.subTest(policy), Server(policy, "--threads", "2", *options) as server:
                for _ in range(3):
                    connection = server.connect()
                    for _ in range(60):
                        server.request("/users/random", connection=connection)
                    connection.close()
                self.assertEqual(server.stats()["policy"], policy)

    def test_a_connection_ends_after_its_requests(self):
        with Server("lru", "--connection-requests", "3") as server:
            connection = server.connect()
            for i in range(1, 7):
                answer = server.request("/users/alice", connection=connection)
                self.assertEqual(answer.headers["Connection"], "close" if i % 3 == 0
                                 else "keep-alive")

    def test_pipelined_requests_are_answered_in_order(self):
        with Server("lru", "--origin-cost", "1ms") as server, server.socket() as wire:
            wire.sendall(b"".join(b"GET /users/%d HTTP/1.1\r\nHost: x\r\n\r\n" % i
                                  for i in range(20)))
            wire.shutdown(socket.SHUT_WR)
            text = b"".join(iter(lambda: wire.recv(65536), b""))
            self.assertEqual(re.findall(rb'"user_id":"(\d+)"', text),
                             [b"%d" % i for i in range(20)])

    def test_random_users_differ(self):
        with Server("unbounded") as server:
            connection = server.connect()
            ids = {json.loads(server.request("/users/random", connection=connection).body)["user_id"]
                   for _ in range(50)}
            self.assertEqual(len(ids), 50)
            self.assertTrue(all(re.fullmatch("[0-9a-f]{64}", user) for user in ids))
            self.assertEqual(server.request(f"/users/{ids.pop()}").headers["X-Cache"], "hit")

    def test_statuses(self):
        rows = [("/users/a%2Fb", 200), ("/users/%00", 200), ("/users/%22%5C%0A", 200),
                ("/users/..", 200), ("/users/" + 128 * "a", 200), ("/users/" + 129 * "a", 400),
                ("/users/", 400), ("/users/%zz", 400), ("/users/%FF", 400), ("/users/%4", 400),
                ("/users", 404), ("/users/a/b", 404), ("/", 404), ("/favicon.ico", 404)]
        with Server("lru") as server:
            for path, status in rows:
                with self.subTest(path):
                    for version in ("--http1.1", "--http2-prior-knowledge"):
                        answer = curl(server, path, version)
                        self.assertEqual(answer[0], status)
                        json.loads(answer[2])
            user = json.loads(server.request("/users/%22%5C%0A").body)
            self.assertEqual(user["user_id"], "\"\\\n")

    def test_head_and_other_methods(self):
        with Server("lru") as server:
            connection = server.connect()
            get = server.request("/users/alice", connection=connection)
            head = server.request("/users/alice", "HEAD", connection)
            self.assertEqual((head.status, head.body), (200, b""))
            self.assertEqual(head.headers["Content-Length"], str(len(get.body)))
            for method in ("POST", "PUT", "DELETE", "OPTIONS"):
                answer = server.request("/users/alice", method, connection)
                self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD"))

    def test_http2(self):
        with Server("lru", "--origin-cost", "1ms") as server:
            status, version, body = curl(server, "/users/alice", "--http2-prior-knowledge")
            self.assertEqual((status, version), (200, "2"))
            self.assertEqual(json.loads(body)["user_id"], "alice")
            head = curl(server, "/users/alice", "--http2-prior-knowledge", "--head")
            self.assertIn("x-cache: hit", head[2])
            self.assertIn(f"content-length: {len(body.encode())}", head[2])

    def test_a_body_larger_than_http2s_window(self):
        with tempfile.TemporaryDirectory() as folder:
            file = f"{folder}/users.db"
            database_fill(file, [("big", 300000 * "x")])
            with Server("lru", "--origin", f"sqlite:{file}") as server:
                for version in ("--http1.1", "--http2-prior-knowledge"):
                    body = curl(server, "/users/big", version)[2]
                    self.assertEqual(len(json.loads(body)["name"]), 300000)

    def test_watching(self):
        with Server("ttl", "--ttl", "5s", "--capacity", "64MiB", "--session", "3") as server:
            stats = server.stats()
            self.assertEqual(stats["limits"], {"capacity_entries": None, "ttl_ns": 5 * 10**9,
                                               "capacity_bytes": 64 << 20, "session_records": 3})
            self.assertEqual((stats["pid"], stats["requests"]), (server.process.pid, 0))
            self.assertGreater(stats["memory"]["rss_bytes"], 0)
            self.assertIn(b"\ntidemark_limits_ttl_seconds 5.000\n", server.request("/metrics").body)
            self.assertIn(server.request("/jemalloc").status, (200, 501))


class Origins(unittest.TestCase):
    def test_sqlite(self):
        with tempfile.TemporaryDirectory() as folder:
            file = f"{folder}/users.db"
            database_fill(file, [("ann", "Ann \"A\" Lee")])
            with Server("lru", "--origin", f"sqlite:{file}", "--threads", "2") as server:
                for cache in ("miss", "hit"):
                    answer = server.request("/users/ann")
                    self.assertEqual(json.loads(answer.body)["name"], "Ann \"A\" Lee")
                    self.assertEqual(answer.headers["X-Cache"], cache)
                self.assertEqual(server.request("/users/bob").status, 404)
                self.assertEqual(server.request("/users/random").status, 404)

    def test_seed(self):
        with Server("lru") as a, Server("lru", "--seed", "0") as b, \
                Server("lru", "--seed", "1") as c:
            first, same, other = (server.request("/users/alice").body for server in (a, b, c))
            self.assertEqual(first, same)
            self.assertNotEqual(first, other)

    def test_concurrent_misses_share_a_fetch(self):
        for threads in ("1", "3"):
            with self.subTest(threads), \
                    Server("lru", "--origin-cost", "300ms", "--threads", threads) as server:
                connections = [server.connect() for _ in range(30)]
                for connection in connections:
                    connection.request("GET", "/users/alice")
                bodies = {connection.getresponse().read() for connection in connections}
                self.assertEqual(len(bodies), 1)
                cache = server.stats()["cache"]
                self.assertEqual(cache["insertions"], 1)
                self.assertEqual(cache["hits"] + cache["misses"], 30)

    def test_a_waiting_request_blocks_nobody(self):
        with Server("lru", "--origin-cost", "1h") as server:
            waiting = server.connect()
            waiting.request("GET", "/users/alice")
            server.wait_stats(lambda stats: stats["cache"]["misses"] == 1)
            server.process.send_signal(signal.SIGTERM)
            server.stop(signal.SIGINT)  # impatient; two of one kind may arrive as one


class Connections(unittest.TestCase):
    def test_threads_serve_together(self):
        with Server("lru", "--threads", "3", "--capacity", "1000") as server:
            def client(number):
                connection = server.connect()
                return [json.loads(server.request(f"/users/{i * number % 1500}",
                                              connection=connection).body)["user_id"]
                        == str(i * number % 1500) for i in range(200)]
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                self.assertTrue(all(all(right) for right in pool.map(client, range(1, 17))))
            stats = server.stats()
            self.assertEqual(stats["requests"], 16 * 200)
            self.assertLessEqual(stats["cache"]["entries"], 1000)

    def test_weak_records_go_with_their_connection(self):
        with Server("weak", "--session", "5", "--threads", "2") as server:
            connection = server.connect()
            for i in range(12):
                server.request(f"/users/{i}", connection=connection)
            server.wait_stats(lambda stats: stats["cache"]["entries"] == 5)
            connection.close()
            server.wait_stats(lambda stats: stats["cache"]["entries"] == 0)
            self.assertEqual(server.stats()["cache"]["removals"], 12)

    def test_more_connections_than_descriptors(self):
        with Server("lru", open_files=60) as server:  # about a dozen for connections
            for _ in range(40):
                with server.socket() as wire:
                    wire.sendall(
                        b"GET /users/alice HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    text = b"".join(iter(lambda: wire.recv(65536), b""))
                    self.assertIn(b" 200 ", text)
            idle = [server.socket() for _ in range(40)]
            self.assertEqual(server.request("/users/alice").status, 200)
            closed = [wire for wire in idle if select.select([wire], [], [], 0)[0]]
            self.assertEqual({wire.recv(1) for wire in closed}, {b""})
            for wire in idle:
                wire.close()

    def test_unix_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/server.sock"
            with Server("lru", "--unix", path) as server:
                self.assertEqual(curl(server, "/users/alice", "--unix-socket", path)[0], 200)
                self.assertEqual(server.request("/users/alice").headers["X-Cache"], "hit")
                self.assertIn(path, refusal("lru", "--port", "0", "--unix", path))
                self.assertEqual(curl(server, "/stats", "--unix-socket", path)[0], 200)
                server.process.kill()
                server.process.wait()
            self.assertTrue(os.path.exists(path))
            with Server("lru", "--unix", path) as server:  # nobody listens there any more
                self.assertEqual(curl(server, "/stats", "--unix-socket", path)[0], 200)
            self.assertFalse(os.path.exists(path))

    def test_rude_clients(self):
        with Server("weak", "--origin-cost", "5ms", "--threads", "2") as server:
            for text in (b"", b"GET", b"\0\xff\n\n", b"GET / HTTP/9.9\r\n\r\n",
                         b"GET /users/" + 20000 * b"a", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0",
                         b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + 100 * b"\xff",
                         b"GET /users/gone HTTP/1.1\r\nHost: x\r\n\r\n",
                         b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"):
                for _ in range(5):
                    with server.socket() as wire:
                        wire.sendall(text)
                with server.socket() as wire:
                    wire.sendall(text)
                    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.assertEqual(server.request("/users/alice").status, 200)
            server.wait_stats(lambda stats: stats["connections"] == 1
                              and stats["cache"]["entries"] == 0)


class Ends(unittest.TestCase):
    def test_signals_end_it_with_0(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            for threads in ("1", "3"):
                with self.subTest((number, threads)), \
                        Server("lru", "--threads", threads) as server:
                    idle = [server.connect() for _ in range(5)]
                    for connection in idle:
                        server.request("/users/alice", connection=connection)
                    server.stop(number)

    def test_what_is_in_flight_is_finished(self):
        for version in ("--http1.1", "--http2-prior-knowledge"):
            with self.subTest(version), \
                    Server("weak", "--origin-cost", "500ms", "--threads", "2") as server, \
                    concurrent.futures.ThreadPoolExecutor(4) as pool:
                answers = [pool.submit(curl, server, f"/users/{i}", version) for i in range(4)]
                server.wait_stats(lambda stats: stats["cache"]["misses"] == 4)
                server.process.send_signal(signal.SIGTERM)
                for answer in answers:
                    self.assertEqual(answer.result()[0], 200)
                server.finish()

    def test_abandoned_requests_hold_nothing_up(self):
        """The clients leave once their requests wait for the origin."""
        with Server("weak", "--origin-cost", "1s") as server:
            http1 = server.socket()
            http1.sendall(b"GET /users/a HTTP/1.1\r\nHost: x\r\n\r\n")
            with subprocess.Popen(
                    ["curl", "-sS", "--http2-prior-knowledge", f"{server.url}/users/b"],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as http2:
                server.wait_stats(lambda stats: stats["cache"]["misses"] == 2)
                http1.close()
                http2.kill()
            server.wait_stats(lambda stats: stats["cache"]["removals"] == 1)
            self.assertEqual(server.stats()["cache"]["insertions"], 1)  # no fetch of http2's
            server.stop(signal.SIGTERM)


class Refusals(unittest.TestCase):
    def test_port_in_use(self):
        with Server("lru") as server:
            self.assertIn("--port", refusal("lru", "--port", str(server.port)))

    def test_wrong_options(self):
        for options in (["--nonsense"], ["--port", "65536"], ["--port", "-1"], ["--port", "x"],
                        ["--port"], ["--threads", "0"], ["--threads", "1000"], ["extra"],
                        ["--capacity", "0"], ["--capacity", "-5"], ["--capacity", "10 apples"],
                        ["--capacity", "0MiB"], ["--capacity", ""], ["--session", "1000000000"],
                        ["--capacity", "18446744073709551615"], ["--capacity", "17179869183GiB"],
                        ["--waiting", "0"], ["--unsent", "1KiB"], ["--origin", "oracle"],
                        ["--origin", "fakers"], ["--origin", "sqlite:"], ["--origin-cost", "slow"],
                        ["--origin-cost", "18446744073s"], ["--address", "256.1.1.1"]):
            with self.subTest(options):
                options = options if "--port" in options else ["--port", "0", *options]
                refusal("lru", *options, statuses=(2,))
        refusal("ttl", "--ttl", "0s", statuses=(2,))
        refusal("ttl", "--ttl", "18446744073s", statuses=(2,))

    def test_what_cannot_be_opened(self):
        for options in (["--origin", "sqlite:/nowhere/at/all"], ["--unix", "/nowhere/at/all"],
                        ["--unix", 200 * "x"], ["--unix", ""]):
            with self.subTest(options):
                refusal("lru", "--port", "0", *options, statuses=(3,))

    def test_the_largest_limits_are_kept(self):
        with Server("ttl", "--ttl", "36500d", "--capacity", "4G") as server:
            self.assertEqual(server.request("/users/a").headers["X-Cache"], "miss")
            self.assertEqual(server.request("/users/a").headers["X-Cache"], "hit")
            self.assertEqual(server.stats()["limits"]["capacity_entries"], 4 * 10**9)

    def test_one_recorder_per_file(self):
        with tempfile.TemporaryDirectory() as folder:
            options = ("--record", f"{folder}/recording")
            with Server("lru", *options):
                self.assertIn("another process", refusal("lru", "--port", "0", *options))

    def test_limits_that_are_not_kept(self):
        self.assertIn("serve-lru", refusal("unbounded", "--capacity", "10"))
        self.assertIn("serve-lru", refusal("weak", "--capacity", "1MiB"))
        self.assertIn("serve-ttl", refusal("lru", "--ttl", "1s"))
        for policy, shown in (("lru", ["--capacity"]), ("unbounded", [])):
            text = run(f"serve-{policy}", "--help").stdout
            self.assertEqual([name for name in ("--capacity", "--ttl") if f"  {name} " in text],
                             shown)

    def test_too_few_descriptors(self):
        with self.assertRaisesRegex(RuntimeError, "ulimit"):
            Server("lru", "--threads", "8", open_files=60)

    def test_help_and_version(self):
        for option, text in (("--help", "--origin-cost"), ("--version", "serve-lru ")):
            done = run("serve-lru", option)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(text, done.stdout)


def database_fill(file, users):
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE users(user_id TEXT PRIMARY KEY, name, email, address,"
                         " \"desc\")")
        database.executemany("INSERT INTO users VALUES(?, ?, 'e', 'a', 'd')", users)
    database.close()


if __name__ == "__main__":
    unittest.main(warnings="ignore")

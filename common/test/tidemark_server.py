"""tidemark_server.py - what the Python tests share: servers of ours on free ports, and commands.

Server is a context manager. It starts serve-POLICY on a port that the kernel chooses, waits for
the line that says where it listens, and stops it by SIGTERM at the end. A server that then exits
with another status than 0, or that printed more than that line, fails the test. No server outlives
its test: what does not stop within PATIENCE_S seconds is killed.

CMake sets TIDEMARK_BIN, the directory of the programs; without it that is build/test/bin.
"""
import http.client
import json
import os
import re
import resource
import signal
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("TIDEMARK_BIN", os.path.join(ROOT, "build/test/bin"))
RESULTS = os.path.join(ROOT, "results")
PATIENCE_S = 120  # before a test gives up on what must come; far more than a busy machine needs


def run(program, *arguments, timeout=PATIENCE_S, **more):
    """Runs a program of BIN to its end; output and errors are text unless stdin is bytes."""
    text = not isinstance(more.get("input"), bytes)
    return subprocess.run([os.path.join(BIN, program), *arguments], capture_output=True, text=text,
                          timeout=timeout, check=False, **more)


def tidemark(*arguments, **more):
    return run("tidemark", *arguments, **more)


def wait_until(condition, what="the condition"):
    """Waits until condition() is true, and returns what it returned."""
    deadline = time.monotonic() + PATIENCE_S
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} was not met in {PATIENCE_S} s")
        time.sleep(0.01)
    return value


class Server:
    """A running serve-POLICY.

    console: listen for console clients on self.path, in a folder of its own
    open_files, file_bytes: limits of the process
    environment: variables set beside those of the test
    """

    def __init__(self, policy, *options, console=False, open_files=None, file_bytes=None,
                 environment=None):
        self.folder = tempfile.TemporaryDirectory()
        self.path = f"{self.folder.name}/console"
        self.prefix = []  # lines before the one that says where it listens

        def limit():
            if open_files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))
            if file_bytes:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

        self.process = subprocess.Popen(
            [os.path.join(BIN, f"serve-{policy}"), "--port", "0",
             *(["--console", self.path] if console else []), *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=limit,
            env={**os.environ, **(environment or {})})
        self.await_ready()

    def await_ready(self):
        for self.line in self.process.stderr:
            if found := re.search(r"on (http://([^ /]+):(\d+)) ", self.line):
                self.url, self.address, self.port = found[1], found[2], int(found[3])
                return
            self.prefix.append(self.line)
        self.end()
        raise RuntimeError("".join(self.prefix))

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None and self.process.returncode is None:
                self.stop()
        finally:
            self.end()

    def end(self):
        """Kills it unless it has ended, and releases what it used."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        self.folder.cleanup()

    def stop(self, number=signal.SIGTERM):
        """Sends the signal, then as finish."""
        self.process.send_signal(number)
        self.finish()

    def finish(self, silent=True):
        """Waits for its end and status 0. Returns what it printed, which must be nothing."""
        _, rest = self.process.communicate(timeout=PATIENCE_S)
        if self.process.returncode or (silent and rest):
            raise AssertionError(f"exit status {self.process.returncode}: {rest}")
        return rest

    def connect(self):
        return http.client.HTTPConnection(self.address, self.port, timeout=PATIENCE_S)

    def socket(self):
        return socket.create_connection((self.address, self.port), timeout=PATIENCE_S)

    def request(self, path, method="GET", connection=None):
        """The response, its body read into .body."""
        own = connection or self.connect()
        own.request(method, path)
        response = own.getresponse()
        response.body = response.read()
        if not connection:
            own.close()
        return response

    def fill(self, first, last):
        """Requests the users first to last - 1 over one connection."""
        connection = self.connect()
        for number in range(first, last):
            self.request(f"/users/{number}", connection=connection)
        connection.close()

    def stats(self):
        return json.loads(self.request("/stats").body)

    def wait_stats(self, condition):
        """Waits until condition(stats) is true."""
        wait_until(lambda: condition(self.stats()), "a condition on /stats")


class Load:
    """tidemark load against a server in the background until the end of the context."""

    def __init__(self, server, *options, path="/users/random"):
        self.process = subprocess.Popen(
            [os.path.join(BIN, "tidemark"), "load", server.url + path, "--seconds", "3600",
             *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(PATIENCE_S)

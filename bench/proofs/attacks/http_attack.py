"""http_attack.py - what the scripts beside it share: HTTP/2 frames, a bystander, and the bounds.

An attack is a function that gets a running server. While it runs, a bystander in a process of its
own requests a cached user every 2 ms over a connection that it keeps. Bounds that hold on a busy
machine decide the exit status; the bystander's p99 is only printed, unless --quiet-machine is given.
"""
import argparse
import contextlib
import http.client
import multiprocessing
import os
import signal
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../common/test"))
from tidemark_server import PATIENCE_S, Server, wait_until  # noqa: E402

P99_MS = 20          # of the bystander, on a quiet machine
STALL_S = 1.0        # the longest that the bystander may wait
GROWTH_MIB = 16      # of the server's memory
SHUTDOWN_S = 6       # after SIGTERM
BYSTANDER_S = 1      # at least, so that its percentile says something
MACHINE_SLACK = 4    # a busy machine, or a sanitizer, makes a stall so much longer

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS = 1, 4
INITIAL_WINDOW_SIZE = 4  # a setting


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">IBI", len(payload) << 8 | kind, flags, stream) + payload


def literal(name, value, index=0x00):
    """A header field; 0x40 adds it to the dynamic table."""
    def text(characters):
        return number(len(characters), 7) + characters
    return bytes([index]) + text(name) + text(value)


def number(value, bits):
    """An integer of HPACK (RFC 7541, section 5.1)."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([value])
    out, value = [most], value - most
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out + [value])


def fields(path, method=b"\x82"):
    """GET (\\x82) or POST (\\x83), http, a path, an authority."""
    return method + b"\x86" + literal(b":path", path) + literal(b":authority", b"x")


def get(stream, path, more=b"", flags=END_STREAM | END_HEADERS, method=b"\x82"):
    return frame(HEADERS, flags, stream, fields(path, method) + more)


def settings(**values):
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", key, value)
                                          for key, value in values.get("pairs", ())))


def http2(server, *pairs):
    """A connection that has sent the preface and its settings."""
    wire = server.socket()
    send(wire, PREFACE + settings(pairs=pairs))
    return wire


def send(wire, octets):
    """Sends all, unless the server closes the connection or reads nothing for a second. Returns
    whether it took all."""
    wire.settimeout(1)
    try:
        wire.sendall(octets)
        return True
    except OSError:
        return False


def received(wire, patience_s=1.0):
    """All that comes until the server closes, or is silent for so long."""
    wire.settimeout(patience_s)
    parts = []
    with contextlib.suppress(OSError):
        while part := wire.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def is_closed(wire):
    """Whether the server has closed the connection; reads what is there."""
    wire.settimeout(0.001)
    try:
        while wire.recv(1 << 16):
            pass
        return True
    except TimeoutError:
        return False
    except OSError:
        return True


def rss_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        values = dict(line.split(":", 1) for line in status)
    return int(values["VmRSS"].split()[0]) / 1024


def is_sanitized(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[0]) * 4096 > 1 << 40


def is_answered(connection, path):
    """Asks once more if the server closed the connection while it was idle, as HTTP clients do."""
    for last in (False, True):
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            return response.status == 200
        except ConnectionError:
            connection.close()
            if last:
                return False
        except (OSError, http.client.HTTPException):
            connection.close()
            return False


def bystander_run(address, port, path, stop, out):
    waits, refused = [], 0
    connection = http.client.HTTPConnection(address, port, timeout=PATIENCE_S)
    while not stop.is_set():
        began = time.monotonic()
        refused += not is_answered(connection, path)
        waits.append(time.monotonic() - began)
        time.sleep(0.002)
    out.send((waits, refused))


class Bystander:
    """Measures what other users see during the context."""

    def __init__(self, server, path):
        self.stop = multiprocessing.Event()
        self.results, out = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.Process(
            target=bystander_run, args=(server.address, server.port, path, self.stop, out), daemon=True)

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        waits, self.refused = self.results.recv()
        self.process.join()
        waits.sort()
        self.count, self.max_s = len(waits), waits[-1]
        self.p99_ms = waits[len(waits) * 99 // 100] * 1000


class Memory:
    """The most that a process has in memory during the context, and afterwards."""

    def __init__(self, pid):
        self.pid, self.before = pid, rss_mib(pid)
        with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as clear:
            clear.write("5")  # VmHWM starts anew

    def grown(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
        return peak - self.before

    def kept(self, patience_s):
        """How much is not returned after so long."""
        deadline = time.monotonic() + patience_s
        while (kept := rss_mib(self.pid) - self.before) > GROWTH_MIB / 4 and time.monotonic() < deadline:
            time.sleep(0.1)
        return kept


class Verdict:
    """Prints a line per bound, and remembers whether all were kept."""

    def __init__(self):
        self.good = True

    def bound(self, what, value, most, unit, counts=True):
        kept = value <= most
        self.good &= kept or not counts
        print(f"{'kept  ' if kept else 'BROKEN' if counts else 'missed'}  {what}: "
              f"{value:.3g} {unit} (at most {most:g})", flush=True)

    def fact(self, what, true):
        self.good &= bool(true)
        print(f"{'kept  ' if true else 'BROKEN'}  {what}", flush=True)


def shutdown(server, verdict):
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(timeout=30)
    except Exception:  # noqa: BLE001 - counted as a bound that is not kept
        server.process.kill()
    verdict.bound("end after SIGTERM", time.monotonic() - began,
                  SHUTDOWN_S * (MACHINE_SLACK if verdict.sanitized else 1), "s")
    verdict.fact(f"exit status {server.process.returncode}", server.process.returncode == 0)


def parse(text):
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a short form, for every day")
    parser.add_argument("--quiet-machine", action="store_true", help="the bystander's p99 counts, too")
    return parser.parse_args()


def measure(title, attack, server_options=(), path="/users/alice", policy="lru", grown_mib=GROWTH_MIB,
            **server_more):
    """Runs attack(server, verdict, options) and judges it. Returns the exit status. The attack may
    return connections that stay open during the shutdown."""
    options = parse(title)
    print(title.splitlines()[0])
    verdict = Verdict()
    with Server(policy, *server_options, **server_more) as server:
        verdict.sanitized = is_sanitized(server.process.pid)
        server.request(path)
        memory = Memory(server.process.pid)
        with Bystander(server, path) as bystander:
            ends = time.monotonic() + BYSTANDER_S
            held = attack(server, verdict, options)
            time.sleep(max(0, ends - time.monotonic()))
        grown = memory.grown()
        slack = 1 if options.quiet_machine else MACHINE_SLACK
        verdict.bound("p99 of others", bystander.p99_ms, P99_MS, "ms", options.quiet_machine)
        verdict.bound("longest wait of others", bystander.max_s, STALL_S * slack, "s")
        verdict.bound("refused requests of others", bystander.refused, 0, "")
        verdict.bound("memory grown", grown, grown_mib, "MiB", not verdict.sanitized)
        if not options.quick:
            verdict.bound("memory kept", memory.kept(20), GROWTH_MIB / 4, "MiB", not verdict.sanitized)
        shutdown(server, verdict)
        del held
    return 0 if verdict.good else 1

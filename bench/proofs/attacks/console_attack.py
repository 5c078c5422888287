"""console_attack.py - what the attacks over the console share: clients that send statements for a while.

Sixteen clients try to connect; the server lets eight in. Each sends statements, one after the
other, until the time is over, and leaves in the middle of one. What others see is measured as for
the attacks over HTTP. Afterwards the server's memory must come back.
"""
import contextlib
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../common/console"))
from http_attack import GROWTH_MIB, measure, rss_mib  # noqa: E402 - finds tidemark_server for the next
from console_test import Client  # noqa: E402

CLIENTS = 16
CLIENTS_MIB = 128 + 32  # of all clients together: their variables, libraries and unsent text
RETURN_S = 20           # until memory has come back


def client_run(path, statements, ends, counts):
    """Sends statements over and over; connects again when refused."""
    at = 0
    while time.monotonic() < ends:
        with contextlib.suppress(OSError, EOFError), Client(path) as client:
            while time.monotonic() < ends:
                kind, text = client.query(statements[at % len(statements)])
                if "too many clients" in text:
                    time.sleep(0.05)
                    break
                counts[kind] = counts.get(kind, 0) + 1
                at += 1
            client.send("s", statements[at % len(statements)].encode())  # and leaves


def attack_by(statements, seconds, quick_seconds=2):
    """Returns the attack for measure."""
    def attack(server, verdict, options):
        before, counts = rss_mib(server.process.pid), {}
        ends = time.monotonic() + (quick_seconds if options.quick else seconds)
        threads = [threading.Thread(target=client_run, args=(server.path, statements, ends, counts))
                   for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        verdict.fact(f"statements ended: {counts}", sum(counts.values()) > 0)
        deadline = time.monotonic() + (0 if verdict.sanitized else RETURN_S)
        while (kept := rss_mib(server.process.pid) - before) > GROWTH_MIB and time.monotonic() < deadline:
            time.sleep(0.2)
        verdict.bound("memory that does not come back", kept, GROWTH_MIB, "MiB", not verdict.sanitized)
    return attack


def console_measure(title, statements, seconds=20, **more):
    return measure(title, attack_by(statements, seconds), console=True, grown_mib=CLIENTS_MIB, **more)

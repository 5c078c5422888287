"""ab_runner.py - benches servers, as a user would, for the proofs beside this file.

A bench here has one workload, so all that is said about it stands in the first one of its judgement.
"""

import json
import os
import re
import signal
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("TIDEMARK_BIN", os.path.join(ROOT, "build", "release", "bin"))
TIDEMARK = os.path.join(BIN, "tidemark")
VARIANT = "lru"
CAPACITY = 2000
URL = "http://127.0.0.1:{port}/users/{id}"
GROSS = 1.3  # CPU time of two copies may not be called so different even once
MEMORY_REQUESTS = "20k"  # of proofs of speed: their memory runs only have to end

# A script that is terminated stops what it has started, as it does when it ends.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def server_make(folder, name, policy=VARIANT, environment=""):
    """A folder whose serve-NAME is our server of the policy in this environment."""
    os.makedirs(folder, exist_ok=True)
    server = os.path.join(folder, "serve-" + name)
    with open(server, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\n{environment} exec {BIN}/serve-{policy} "$@"\n')
    os.chmod(server, 0o755)
    return folder


def slow_environment(slow_ns):
    """Each response takes so much longer."""
    return f"TIDEMARK_SLOW_NS={slow_ns} LD_PRELOAD={BIN}/slow.so"


def copies_options(names, environments=None):
    """Options of a bench that runs the same server under these names, as programs of others."""
    options = ["--url", URL]
    for name in names:
        environment = (environments or {}).get(name, "")
        command = f"env {environment} {BIN}/serve-{VARIANT} --port {{port}} --capacity {CAPACITY}"
        options += ["--command", command, "--name", name]
    return options


def bench(out, *options):
    """Where the results are."""
    done = subprocess.run([TIDEMARK, "bench", "--workloads", "zipf", "--capacity", str(CAPACITY),
                           "--out", out, *map(str, options)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"a bench failed: {done.stderr}")
    return out


def read(out, name=VARIANT):
    with open(os.path.join(out, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def judged(out):
    """What bench.json says about the workload."""
    return read(out, "bench")["judgement"]["workloads"][0]


def row_of(workload, variant):
    return next(row for row in workload["rows"] if row["variant"] == variant)


def cheaper_pairs(workload):
    """Pairs of variants of which the first is established as cheaper."""
    return [(row["variant"], other) for row in workload["rows"] if row["cpu"]
            for other in row["cpu"]["cheaper_than"]]


def gross_pairs(workload):
    """Those of which the first is cheaper by more than GROSS."""
    return [(one, other) for one, other in cheaper_pairs(workload)
            if row_of(workload, other)["cpu"]["ratio"] > GROSS * row_of(workload, one)["cpu"]["ratio"]]


def page_judgement(out):
    """What the page of these results has embedded."""
    page = os.path.join(out, "page.html")
    subprocess.run([TIDEMARK, "report", out, "--out", page], check=True, capture_output=True)
    with open(page, encoding="utf-8") as file:
        block = re.search(r'<script[^>]*id="judgement">(.*?)</script>', file.read(), re.S).group(1)
    return json.loads(block)


def bench_in_turns(out, old, new, repetitions, seed, *options):
    """Where the results of both builds are: old and new."""
    bench(out, "--policies", VARIANT, "--server-dir", new, "--against", old, "--seed", seed,
          "--requests", MEMORY_REQUESTS, "--speed", repetitions, *options)
    return os.path.join(out, "against"), out


def compare(sides, *options):
    """Exit status and what was found."""
    done = subprocess.run([TIDEMARK, "compare", *sides, "--json", *options],
                          capture_output=True, text=True, check=False)
    if not done.stdout:
        sys.exit(done.stderr)
    sheet = json.loads(done.stdout)
    if not all(pair["interleaved"] for pair in sheet["pairs"]):
        sys.exit("the servers did not take turns")
    return done.returncode, sheet


def differences(sheet, speeds):
    """Figures that are called better or worse: those of speed, or all others."""
    return [row for row in sheet["comparisons"] if row["verdict"] in ("better", "worse") and
            (row["method"] == "blocks") == speeds]


def change(sheet, figure):
    """How a figure changed, in percent, and the ends of the interval."""
    row = next(row for row in sheet["comparisons"] if row["figure"] == figure)
    if row["change"]["low"] is None:
        sys.exit(f"{figure} has no interval: {row['reason']}")
    return tuple(100 * (row["change"][key] - 1) for key in ("value", "low", "high"))


def request_ns(out, name=VARIANT):
    """CPU time of a request: the median of the repetitions."""
    values = sorted(speed["cpu_us_per_request"] for speed in read(out, name)["speeds"])
    return 1000 * values[len(values) // 2]

"""ab_runner.py - benches two folders of servers in turns, and sets the two against each other.

Both proofs beside this file use it. It does as a user would: `tidemark bench --against`, and then
`tidemark compare`.
"""

import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(ROOT, "build", "release", "bin")
TIDEMARK = os.path.join(BIN, "tidemark")
VARIANT = "lru"
REQUESTS = 20000  # of the memory run, which no gate is about


def side_make(folder, name, environment=""):
    """A folder with a server that is ours in this environment; all sides start the same way."""
    path = os.path.join(folder, name)
    os.makedirs(path)
    server = os.path.join(path, "serve-" + VARIANT)
    with open(server, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\n{environment} exec {BIN}/serve-{VARIANT} "$@"\n')
    os.chmod(server, 0o755)
    return path


def bench(new, turns, rounds, *options):
    """Where the results are: a turn is a set of fresh servers with so many rounds of slices."""
    out = os.path.join(new, "out")
    done = subprocess.run(
        [TIDEMARK, "bench", "--policies", VARIANT, "--workloads", "zipf", "--capacity", "2000",
         "--requests", str(REQUESTS), "--speed", str(turns), "--rounds", str(rounds),
         "--server-dir", new, "--out", out,
         *options],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"a bench failed: {done.stderr}")
    return out


def result(out):
    with open(os.path.join(out, VARIANT + ".json"), encoding="utf-8") as file:
        return json.load(file)


def bench_interleaved(old, new, turns, rounds, seed):
    """Where the results of both are: old and new."""
    out = bench(new, turns, rounds, "--against", old, "--seed", str(seed))
    return os.path.join(out, "against"), out


def compare(sides, *options):
    """Exit status and what was found."""
    done = subprocess.run([TIDEMARK, "compare", *sides, "--json", *options],
                          capture_output=True, text=True, check=False)
    if not done.stdout:
        sys.exit(done.stderr)
    sheet = json.loads(done.stdout)
    if not all(pair["interleaved"] for pair in sheet["pairs"]):
        sys.exit("the runs did not alternate")
    return done.returncode, sheet


def change(sheet, figure):
    """How a figure changed, in percent, and the ends of the interval."""
    row = next(row for row in sheet["comparisons"] if row["figure"] == figure)
    return tuple(100 * (row["change"][key] - 1) for key in ("value", "low", "high"))

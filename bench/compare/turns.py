"""turns.py - benches two folders of servers in turns, and sets the two against each other.

A bench of one run each time, the two of a turn in an order that is drawn: whatever else the machine
does, and however it hangs together, then favours neither side, and the test of signed ranks errs
exactly as often as it says. The runs of a side are put together to one result. Both proofs beside
this file use it.
"""

import json
import os
import random
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(ROOT, "build", "release", "bin")
TIDEMARK = os.path.join(BIN, "tidemark")
VARIANT = "lru"


def side_make(folder, name, environment=""):
    """A folder with a server that is ours in this environment; all sides start the same way."""
    path = os.path.join(folder, name)
    os.makedirs(path)
    server = os.path.join(path, "serve-" + VARIANT)
    with open(server, "w", encoding="utf-8") as file:
        file.write(f'#!/bin/sh\n{environment} exec {BIN}/serve-{VARIANT} "$@"\n')
    os.chmod(server, 0o755)
    return path


def run_once(side, turn, seconds):
    """The result of one run, as JSON."""
    out = os.path.join(side, "out")
    done = subprocess.run(
        [TIDEMARK, "bench", "--variants", VARIANT, "--workloads", "zipf", "--repeats", "1",
         "--seconds", str(seconds), "--seed", str(turn), "--capacity", "2000",
         "--server-dir", side, "--out", out],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"a run failed: {done.stderr}")
    with open(os.path.join(out, VARIANT + ".json"), encoding="utf-8") as file:
        return json.load(file)


def side_write(side, results):
    """One result of all runs of a side, numbered by turn."""
    whole = results[0]
    whole["runs"] = [dict(result["runs"][0], repetition=i + 1) for i, result in enumerate(results)]
    whole["made_by"].update(seed=1, time="in turns", command_line="in turns")
    path = os.path.join(side, "result.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(whole, file)
    return path


def bench(old, new, turns, seconds, first=1):
    """Paths of two results, whose runs took turns."""
    results = {old: [], new: []}
    coin = random.Random(first)
    for turn in range(turns):
        for side in (old, new) if coin.random() < 0.5 else (new, old):
            results[side].append(run_once(side, first + turn, seconds))
    return side_write(old, results[old]), side_write(new, results[new])


def compare(old, new, *options):
    """Exit status and what was found."""
    done = subprocess.run([TIDEMARK, "compare", old, new, "--format", "json", *options],
                          capture_output=True, text=True, check=False)
    if not done.stdout:
        sys.exit(done.stderr)
    return done.returncode, json.loads(done.stdout)


def change(sheet, figure):
    """Of a figure, in percent: how it changed, and the ends of the interval."""
    row = next(row for row in sheet["comparisons"] if row["figure"] == figure)
    return tuple(100 * (row["change"][key] - 1) for key in ("value", "low", "high"))

#!/usr/bin/python3
"""readme_bench - copies the output of `make bench` into README.md, with a few policies only.

usage: make bench | tee LOG; scripts/readme_bench.py LOG
"""
import os
import re
import sys

SHOWN_POLICIES = {"null", "unbounded", "lru", "ttl", "weak", "sieve"}
SHOWN_WORKLOADS = {"random", "zipf"}
ROW = re.compile(r"(?:(random|zipf|scan|burst) +)?([a-z0-9_]+) +[(\d.,-]")


def shown(line):
    row = ROW.match(line)
    return not row or (row[2] in SHOWN_POLICIES and row[1] in SHOWN_WORKLOADS | {None})


def abridged(lines):
    previous = True
    for line in lines:
        if shown(line):
            yield line
        elif previous:
            yield "..."
        previous = shown(line)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = file.read().splitlines()
    lines = lines[next(i for i, line in enumerate(lines) if line.startswith("workload ")):]
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    with open("README.md", encoding="utf-8") as file:
        text = file.read()
    output = "\n".join(line.rstrip() for line in abridged(lines)).strip()
    text = re.sub(r"(```console\n\$ make bench\n).*?(```)",
                  lambda found: f"{found[1]}{output}\n{found[2]}", text, count=1, flags=re.S)
    with open("README.md", "w", encoding="utf-8") as file:
        file.write(text)


main()

#!/usr/bin/python3
"""layers.py - refuses circles among files, and libraries that link against the order of layers.

usage: layers.py   (in the top directory; prints what is wrong and exits with 1)
"""
import collections
import os
import re
import subprocess
import sys

# DESIGN's order, from the top; a library may link those in its own row and in the rows below.
LAYERS = """
tidemark
choose verdicts
run
replay
load report
stats trace
result
console
service
policies
cache
kit
memory
base
"""
RANKS = {name: -rank for rank, row in enumerate(LAYERS.split("\n")) for name in row.split()}


def files(*patterns):
    return subprocess.run(["git", "ls-files", *patterns], capture_output=True, text=True,
                          check=True).stdout.split()


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def includes():
    """What each pair of NAME.c and NAME.h includes."""
    edges = collections.defaultdict(set)
    for path in files("*.c", "*.h", "*.cpp"):
        name = os.path.splitext(os.path.basename(path))[0]
        for header in re.findall(r'^#include "([^"]*)\.h"', text(path), re.M):
            if header != name:
                edges[name].add(header)
    return edges


def join_private_headers(edges):
    """NAME_PART.h without a .c, but with an #include "NAME.h", is a part of NAME."""
    sources = {os.path.splitext(os.path.basename(path))[0] for path in files("*.c", "*.cpp")}
    parts = {name: whole for name in edges for whole in edges[name]
             if name not in sources and name.startswith(whole + "_")}
    joined = collections.defaultdict(set)
    for name, others in edges.items():
        whole = parts.get(name, name)
        joined[whole] |= {parts.get(other, other) for other in others} - {whole}
    return joined


def circles(edges):
    """Each circle that a walk in depth finds, as 'a -> b -> a'."""
    found, finished = [], set()

    def walk(name, path):
        if name in path:
            found.append(" -> ".join([*path[path.index(name):], name]))
        elif name not in finished:
            for other in sorted(edges.get(name, ())):
                walk(other, [*path, name])
            finished.add(name)

    for name in sorted(edges):
        walk(name, [])
    return found


def links_upwards():
    for path in files("*CMakeLists.txt"):
        for name, links in re.findall(r"tidemark_library\((\w+)[^)]*?\bLINKS ([^)]*)\)", text(path)):
            for other in links.split():
                if RANKS.get(other, -99) > RANKS.get(name, 99):
                    yield f"{path}: {name} links {other}, which lies above it"


wrong = [f"a circle: {circle}" for circle in circles(join_private_headers(includes()))] + list(links_upwards())
print("\n".join(wrong), end="\n" if wrong else "")
sys.exit(bool(wrong))

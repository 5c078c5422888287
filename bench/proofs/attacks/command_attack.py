"""command_attack.py - what the attacks on commands share: their processes, files and orphans.

Each attack runs commands in a folder of its own. A command and all that it starts carry a mark in
their environment, by which those that outlive it are found. Afterwards each file in the folder must
be whole: JSON that parses, a page with an end, and no temporary files.
"""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid

from http_attack import Verdict  # noqa: F401 - for the scripts; it also finds tidemark_server
from tidemark_server import BIN

LIMIT_S = 60       # a command that takes longer hangs
ORPHANS_END_S = 5  # what a killed command started must be gone after so long
MARK = "TIDEMARK_ATTACK"
COMPLAINT = re.compile(r"^(tidemark \w+|tidemark|micro|serve-\w+|fatal): \S", re.M)
ABORTED = re.compile(r"^(tidemark |fatal:)?[\w-]+: \S|^fatal:\S", re.M)  # also h2o's words
# The smallest bench that has all parts.
BENCH = ("bench", "--quick", "--policies", "lru", "--workloads", "zipf:0.9:500", "--requests", "2000",
         "--capacity", "100", "--connections", "4", "--speed", "1", "--rounds", "3", "--slice", "200",
         "--repeats", "1", "--out", "results")


def ready_url(process):
    """The URL, and what the server has printed so far; no URL: it has ended."""
    text = ""
    while line := process.stderr.readline().decode():
        text += line
        if " on http://" in line:
            return line.split(" on ")[1].split()[0], text
    return None, text


def flaws_print(flaws):
    """The first few, below the fact that they refute."""
    for flaw in flaws[:5]:
        print(f"        {flaw}", flush=True)


class Ended:
    """How a command ended: hung, status (negative: by that signal), out, err, seconds."""

    def __init__(self, hung, status, out, err, seconds):
        self.hung, self.status, self.out, self.err, self.seconds = hung, status, out, err, seconds

    def __str__(self):
        how = "hung" if self.hung else f"status {self.status}"
        return f"{how} after {self.seconds:.1f} s: {self.err.strip()[-300:]}"


class Ground:
    """A folder in which commands run, and what must be true of it afterwards."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="tidemark-attack-")
        self.mark = uuid.uuid4().hex
        self.spared = set()  # processes that are to go on

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for pid in self.survivors():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def start(self, program, *arguments, environment=None, **more):
        """The command in a process group of its own, so that signals reach only what they should."""
        environment = {**os.environ, MARK: self.mark, "XDG_RUNTIME_DIR": self.folder, **(environment or {})}
        return subprocess.Popen([os.path.join(BIN, program), *arguments], cwd=self.folder, env=environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                bufsize=0, start_new_session=True, **more)

    @staticmethod
    def end(process, began, limit_s=LIMIT_S):
        hung = False
        try:
            out, err = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            hung = True
            process.kill()
            out, err = process.communicate()
        return Ended(hung, process.returncode, out.decode(errors="replace"), err.decode(errors="replace"),
                     time.monotonic() - began)

    def run(self, *arguments, program="tidemark", **more):
        began = time.monotonic()
        return self.end(self.start(program, *arguments, **more), began)

    def survivors(self):
        """Processes that the commands started and that still run."""
        found, mark = [], f"{MARK}={self.mark}".encode()
        for entry in os.listdir("/proc"):
            if not entry.isdigit() or int(entry) in self.spared | {os.getpid()}:
                continue
            with contextlib.suppress(OSError):
                with open(f"/proc/{entry}/environ", "rb") as environ:
                    if mark in environ.read().split(b"\0"):
                        found.append(int(entry))
        return found

    def orphans(self):
        """The same, after they had time to end."""
        deadline = time.monotonic() + ORPHANS_END_S
        while (left := self.survivors()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return left

    def broken_files(self):
        """Files that are not whole, with the reason."""
        broken = []
        for folder, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(folder, name)
                if flaw := file_flaw(path):
                    broken.append(f"{os.path.relpath(path, self.folder)}: {flaw}")
        return broken

    def identity(self, *names):
        """Which files are there now: another one after each replacement."""
        return [os.stat(self.path(name)).st_ino if os.path.exists(self.path(name)) else None for name in names]


def file_flaw(path):
    if path.endswith(".tmp"):
        return "a temporary file was left"
    if path.endswith((".json", ".jsonl", ".html", ".svg")):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        try:
            for part in text.splitlines() if path.endswith(".jsonl") else [text] if path.endswith(".json") else []:
                json.loads(part)
        except ValueError as error:
            return str(error)
        if path.endswith((".html", ".svg")) and not text.rstrip().endswith(("</html>", "</svg>")):
            return "it has no end"
    return None


def outcome_flaw(ground, ended, may_abort=False):
    """Why this is no good end of a command; None: it is."""
    if ended.hung:
        return f"hung: {ended}"
    if ended.status < 0 and not (may_abort and ended.status == -signal.SIGABRT):
        return f"ended by a signal: {ended}"
    if ended.status != 0 and not (ABORTED if may_abort else COMPLAINT).search(ended.err):
        return f"no error line: {ended}"
    if orphans := ground.orphans():
        return f"left processes {orphans}: {ended}"
    if broken := ground.broken_files():
        return f"left {broken}: {ended}"
    return None

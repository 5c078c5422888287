#!/usr/bin/python3
"""readme_test - runs the commands of README.md and compares what they print.

usage: readme_test.py README BIN_DIR

Every ```console block is run unless `<!-- not checked: WHY -->` stands before it. A server that a
block starts stays for the blocks after it, on a port of its own. Process ids and ports may differ.
"""
import atexit
import os
import re
import signal
import subprocess
import sys

BLOCK = re.compile(r"(<!-- not checked: .*? -->\n)?```console\n(.*?)```", re.S)
README_BIN = "build/release/bin"
README_URL = "http://127.0.0.1:8000"


def commands(text):
    """Pairs of a command and what it should print."""
    for skipped, block in BLOCK.findall(text):
        if skipped:
            continue
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


class Readme:
    def __init__(self, bin_dir):
        self.bin_dir = bin_dir
        self.server = None
        self.url = README_URL

    def start_server(self, command):
        self.stop_server()
        command = f"exec {command.replace(README_BIN, self.bin_dir)} --port 0"
        self.server = subprocess.Popen(["sh", "-c", command], stderr=subprocess.PIPE, text=True)
        line = self.server.stderr.readline()
        found = re.search(r"http://[0-9.:]+", line)
        if not found:
            sys.exit(f"readme_test: {command}: {line}")
        self.url = found.group()
        return line

    def stop_server(self):
        if self.server is None:
            return
        self.server.send_signal(signal.SIGINT)
        if self.server.wait(timeout=60) != 0:
            sys.exit(f"readme_test: the server ended with {self.server.returncode}")
        self.server = None

    def end_server(self):
        if self.server is not None:
            self.server.kill()

    def run(self, command):
        if command.startswith(README_BIN + "/serve-") and "--help" not in command:
            return self.start_server(command)
        command = command.replace(README_BIN, self.bin_dir).replace(README_URL, self.url)
        done = subprocess.run(["sh", "-c", command], text=True, timeout=120, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            sys.exit(f"readme_test: {command}: exit status {done.returncode}\n{done.stdout}")
        return done.stdout

    def plain(self, output):
        return re.sub(r"\[\d+\]", "[PID]", output.replace(self.url, README_URL))


def main():
    readme_path, bin_dir = sys.argv[1:]
    with open(readme_path, encoding="utf-8") as file:
        text = file.read()
    os.chdir(os.path.dirname(os.path.abspath(readme_path)))
    readme, checked, wrong = Readme(bin_dir), 0, 0
    atexit.register(readme.end_server)
    for command, wanted in commands(text):
        printed = readme.plain(readme.run(command))
        checked += 1
        if printed != readme.plain(wanted):
            wrong += 1
            print(f"$ {command}\n--- README.md says\n{wanted}--- it prints\n{printed}")
    readme.stop_server()
    print(f"{checked} commands, {wrong} with another output")
    sys.exit(wrong > 0 or checked == 0)


main()

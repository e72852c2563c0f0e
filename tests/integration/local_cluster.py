"""A cluster of real processes on this machine, for integration tests."""

import fcntl
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

TROUPE = os.environ.get("TROUPE_PROGRAM") or str(Path.cwd() / "bin" / "troupe")
# Programs that only tests have.
PROGRAMS = Path(os.environ.get("TROUPE_TEST_PROGRAMS") or Path.cwd() / "tests-bin")
TIMEOUT = 120


def environment(**more):
    """Ours without settings that would change the nodes."""
    return {**{name: value for name, value in os.environ.items()
               if not name.startswith("TROUPE_")}, **more}


def troupe(*arguments, **options):
    """Runs a command to its end; the result has returncode, stdout and stderr."""
    options.setdefault("env", environment())
    return subprocess.run([TROUPE, *map(str, arguments)], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False, **options)


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_base_port(nodes=10):
    """A base whose ports are free now, below those that the system gives to clients."""
    while True:
        base = random.randrange(10_000, 31_000, 300)
        ports = [base + offset + i for offset in (0, 100, 200) for i in range(1, nodes + 1)]
        if all(map(port_is_free, ports)):
            return base


def wait_until(condition, what):
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.02)


def is_gone(pid):
    """Whether the process has ended; a zombie that nobody reaped has."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


def is_locked(data_dir):
    with open(Path(data_dir, "LOCK"), encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class LocalClusterTest(unittest.TestCase):
    """Gives each test a directory and a base port, and leaves nothing running."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="troupe test "))
        self.addCleanup(shutil.rmtree, self.folder)
        self.directory = self.folder / "cluster"
        self.base = free_base_port()
        self.addCleanup(troupe, "down", "--dir", self.directory)

    def up(self, *arguments, **options):
        return troupe("up", "--dir", self.directory, *arguments, **options)

    def down(self):
        return troupe("down", "--dir", self.directory)

    def first_up(self, nodes, *arguments, **options):
        return self.succeeds(
            self.up("--nodes", nodes, "--base-port", self.base, *arguments, **options))

    def nodes(self):
        return json.loads((self.directory / "nodes.json").read_text(encoding="utf-8"))

    def pids(self):
        return [node["pid"] for node in self.nodes()]

    def ports(self):
        return [int(node[door].rsplit(":", 1)[1])
                for node in self.nodes() for door in ("link", "resp", "http")]

    def end(self, pid, how=signal.SIGKILL):
        os.kill(pid, how)
        wait_until(lambda: is_gone(pid), f"end of process {pid}")

    def succeeds(self, run):
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run

    def fails(self, run, code, *texts):
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        for text in texts:
            self.assertIn(text, run.stderr)
        return run


def main():
    if not os.access(TROUPE, os.X_OK):
        sys.exit(f"{TROUPE} is not there; build it, or set TROUPE_PROGRAM")
    unittest.main(verbosity=2)

"""An acknowledged write is on the disks of a majority: counted in the system calls of the
nodes, from outside."""

import itertools
import re
import shutil
import signal
import subprocess
import sys
import time

from local_cluster import TIMEOUT, LocalClusterTest, main
from resp_client import Connection

WRITES = 1000

# A line of strace: thread, time, and a call or its end.
LINE = re.compile(r"(\d+) +([\d.]+) (.*)")


def may_trace():
    """Whether this user may trace a process that is not its child, as nodes are not."""
    child = subprocess.Popen(["sleep", str(TIMEOUT)])
    try:
        tracer = Tracer(child.pid, "/dev/null")
        tracer.end()
        return True
    except PermissionError:
        return False
    finally:
        child.kill()
        child.wait()


class Tracer:
    """Writes the fdatasync calls of a process to a file, with their times."""

    def __init__(self, pid, path):
        self.path = path
        self.process = subprocess.Popen(
            ["strace", "-f", "-y", "-ttt", "-e", "trace=fdatasync", "-o", path, "-p", str(pid)],
            stderr=subprocess.PIPE, text=True)
        first = self.process.stderr.readline()
        if "attached" not in first:
            self.process.kill()
            self.end()
            raise PermissionError(first)

    def end(self):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=TIMEOUT)

    def returns(self, begin, end):
        """How many fdatasync calls of a shard's log were successful within the time."""
        logs, count = {}, 0
        with open(self.path, encoding="utf-8") as lines:
            for line in lines:
                thread, at, what = LINE.match(line).groups()
                if what.startswith("fdatasync("):
                    logs[thread] = "/log/" in what
                if what.endswith(" = 0") and logs.get(thread) and begin <= float(at) <= end:
                    count += 1
        return count


class DurableWriteTest(LocalClusterTest):
    def setUp(self):
        super().setUp()
        if shutil.which("strace") is None:
            self.skipTest("strace is not installed: run make setup")
        if not may_trace():
            self.skipTest("ptrace is not allowed here: the nodes' system calls cannot be counted")

    def test_each_of_sequential_writes_is_synced_by_a_majority(self):
        self.first_up(3)
        tracers = [Tracer(node["pid"], self.folder / f"{node['name']}.strace")
                   for node in self.nodes()]
        with Connection(self.nodes()[0]["resp"], timeout=TIMEOUT) as client:
            client.command("SET", "first", "traced")
            begin = time.time()
            for i in range(WRITES):
                self.assertEqual(client.command("SET", f"key:{i}", i), "OK")
            end = time.time()
        for tracer in tracers:
            tracer.end()
        counts = [tracer.returns(begin, end) for tracer in tracers]
        print(f"{WRITES} writes, {end - begin:.1f} s; fdatasync of logs on each node: {counts}",
              flush=True)
        self.assertGreaterEqual(sum(counts), 2 * WRITES)
        for pair in itertools.combinations(counts, 2):
            self.assertGreaterEqual(sum(pair), WRITES)


if __name__ == "__main__":
    sys.exit(main())

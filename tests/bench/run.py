#!/usr/bin/env python3
"""`make bench`: calls and data against yardsticks of the same run, as ratios; and membership
alone, simulated.

    run.py BUILD_DIR [--write docs/performance.md] [--quick] [--only figures|membership]

Prints tables and, with --write, replaces the parts of the page between their two marks.
"""

import argparse
import contextlib
import csv
import io
import json
import os
import platform
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3


def fail(text):
    sys.exit(f"bench: {text}")


def tell(text):
    """What is measured now: the whole takes twenty minutes."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def free_base_port():
    while True:
        base = random.randrange(10_000, 31_000, 300)
        with contextlib.ExitStack() as stack:
            try:
                for port in (base, *(base + o + i for o in (0, 100, 200) for i in (1, 2, 3))):
                    probe = stack.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return base


def run(*arguments, env=None, timeout=300):
    done = subprocess.run([str(x) for x in arguments], capture_output=True, text=True,
                          timeout=timeout, check=False, env={**os.environ, **(env or {})})
    if done.returncode != 0:
        fail(f"{' '.join(map(str, arguments))}: {done.stdout}{done.stderr}")
    return done.stdout


class Cluster:
    """A cluster of real nodes, from `with` to its end."""

    def __init__(self, program, nodes, *flags, env=None):
        self.program, self.nodes, self.flags, self.env = program, nodes, flags, env
        self.directory = tempfile.mkdtemp(prefix="troupe-bench-")

    def __enter__(self):
        self.base = free_base_port()
        run(self.program, "up", "--dir", self.directory, "--nodes", self.nodes,
            "--base-port", self.base, *self.flags, env=self.env)
        return self

    def __exit__(self, *_):
        run(self.program, "down", "--dir", self.directory)
        shutil.rmtree(self.directory, ignore_errors=True)

    def shell(self, node, command):
        return json.loads(run(self.program, "shell", "--connect",
                              f"127.0.0.1:{self.base + node}", "--timeout", "120 s", "--json",
                              "-c", command))

    def resp_port(self, node):
        return self.base + 100 + node


class Redis:
    """A redis-server with nothing but what it is given, from `with` to its end."""

    def __init__(self, *flags):
        self.flags = flags
        self.directory = tempfile.mkdtemp(prefix="troupe-bench-redis-")

    def __enter__(self):
        self.port = free_base_port()
        # Debian's redis-tools has the whole program under the name of its checker, and so
        # brings no service that runs by itself.
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir",
             self.directory, *self.flags], executable="/usr/bin/redis-check-rdb",
            stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while subprocess.run(["redis-cli", "-p", str(self.port), "ping"], capture_output=True,
                             check=False).returncode != 0:
            if time.monotonic() > deadline:
                fail("redis-server does not answer")
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.directory, ignore_errors=True)


# -- calls

def calls_through(cluster, calls, in_flight):
    """Calls per second from node 1, and their p50 in us."""
    text = json.dumps({"calls": str(calls), "in_flight": in_flight})
    reply = cluster.shell(1, f"call bench.Driver Run '{text}'")["reply"]
    if int(reply.get("failures", 0)) != 0:
        fail(f"{reply['failures']} calls failed")
    return calls / reply["seconds"], reply["p50_us"]


def yardstick(program, command, calls, in_flight, *flags):
    seconds, p50, _, _ = map(float, run(
        program, command, "--calls", calls, "--in-flight", in_flight, *flags).split())
    return calls / seconds, p50


@contextlib.contextmanager
def raw_server(program, port):
    server = subprocess.Popen([str(program), "caf-serve", "--port", str(port)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if server.stdout.readline() != "ready\n":
            fail("the raw server does not start")
        yield
    finally:
        server.stdin.close()
        server.wait(20)


def median(pairs):
    return tuple(statistics.median(column) for column in zip(*pairs))


def bench_calls(program, scale):
    rows = []
    env = {"TROUPE_CALL_DEADLINE": "60 s"}
    with Cluster(program, 1, env=env) as local:
        for in_flight, calls in ((1, 40_000), (64, 200_000)):
            tell(f"calls within a node, {in_flight} in flight")
            calls = calls // scale
            ours = median([calls_through(local, calls, in_flight) for _ in range(ROUNDS)])
            raw = median([yardstick(program, "caf-local", calls, in_flight)
                          for _ in range(ROUNDS)])
            rows.append((f"service call within a node, {in_flight} in flight",
                         "raw CAF request", ours, raw))
    # Node 1 calls; only the others echo.
    with Cluster(program, 2, "--replicas", 1, env={**env, "BENCH_PROVIDES": "driver"}) as remote:
        os.kill(pid_of(remote, "n2"), signal.SIGKILL)
        run(program, "up", "--dir", remote.directory, env={**env, "BENCH_PROVIDES": "echo"})
        port = free_base_port()
        with raw_server(program, port):
            for in_flight, calls in ((1, 10_000), (64, 100_000)):
                tell(f"calls to another node, {in_flight} in flight")
                calls = calls // scale
                ours = median([calls_through(remote, calls, in_flight)
                               for _ in range(ROUNDS)])
                raw = median([yardstick(program, "caf-remote", calls, in_flight, "--port", port)
                              for _ in range(ROUNDS)])
                rows.append((f"service call to another node, {in_flight} in flight",
                             "raw CAF request over BASP", ours, raw))
    return rows


def pid_of(cluster, name):
    nodes = json.loads(Path(cluster.directory, "nodes.json").read_text(encoding="utf-8"))
    return next(x["pid"] for x in nodes if x["name"] == name)


# -- data

def redis_bench(port, depth, requests):
    """Test -> (requests per second, p50 in us)."""
    text = run("redis-benchmark", "-p", port, "-t", "set,get", "-n", requests, "-c", 50,
               "-P", depth, "-d", 64, "-r", 100_000, "--csv")
    return {row["test"]: (float(row["rps"]), 1000 * float(row["p50_latency_ms"]))
            for row in csv.DictReader(io.StringIO(text))}


def bench_data(program, scale):
    stores = {
        "redis-server, no persistence": lambda: Redis("--save", "", "--appendonly", "no"),
        "redis-server, appendfsync always": lambda: Redis(
            "--save", "", "--appendonly", "yes", "--appendfsync", "always"),
        "async": lambda: Cluster(program, 3, "--ack", "async"),
        "quorum": lambda: Cluster(program, 3, "--ack", "quorum"),
    }
    taken = {}
    for name, start in stores.items():
        with start() as server:
            port = server.port if isinstance(server, Redis) else server.resp_port(1)
            for depth in (1, 16):
                tell(f"SET and GET, {name}, depth {depth}")
                requests = (20_000 if depth == 1 else 100_000) // scale
                rounds = [redis_bench(port, depth, requests) for _ in range(ROUNDS)]
                for test in ("SET", "GET"):
                    taken[name, depth, test] = median([x[test] for x in rounds])
    rows = []
    for test, against in (("SET", "redis-server, appendfsync always"),
                          ("SET", "redis-server, no persistence"),
                          ("GET", "redis-server, no persistence")):
        for depth in (1, 16):
            for ack in ("async", "quorum"):
                rows.append((f"{test} through a node's RESP door, {ack}, depth {depth}", against,
                             taken[ack, depth, test], taken[against, depth, test]))
    return rows


# -- membership

CONDITIONS = {"calm": "nothing else happens", "loss": "a tenth of the messages is lost",
              "starved": "one node stands still for 2 s of each 2.2 s"}


def bench_membership(program, scale):
    """The lines of a table. Virtual time: the same on every machine."""
    lines = ["| nodes | while | somebody knows, s, p50 | p99 | all know, s, p50 | p99 "
             "| false deaths | in node-hours | messages/s | bytes/s |",
             "|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for nodes, hours, crashes in ((100, 100, 100), (1_000, 10, 20)):
        tell(f"membership of {nodes} nodes")
        printed = run(program, "--nodes", nodes, "--node-hours", hours / scale, "--crashes",
                      crashes // scale, timeout=3_600)
        for x in map(json.loads, printed.splitlines()):
            if x["missed"]:
                fail(f"{x['missed']} of {x['crashes']} crashes were not noticed by all")
            lines.append(
                f"| {nodes:,} | {CONDITIONS[x['condition']]} | {x['first_p50']:.1f} "
                f"| {x['first_p99']:.1f} | {x['all_p50']:.1f} | {x['all_p99']:.1f} "
                f"| {x['false_deaths']} | {x['node_hours']:.0f} | {x['messages']:.1f} "
                f"| {x['bytes']:,.0f} |")
    return "\n".join(lines)


# -- the table

def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"],
                            capture_output=True, text=True, check=False).stdout.strip()
    compiler = run("c++", "--version").split("\n", 1)[0]
    return (f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), {compiler}, "
            f"RelWithDebInfo with assertions, commit {commit or 'none'}, load average before "
            f"{os.getloadavg()[0]:.1f}")


def table(rows):
    lines = ["| what | per second | p50 us | yardstick | per second | p50 us | ratio |",
             "|---|---:|---:|---|---:|---:|---:|"]
    for what, against, ours, theirs in rows:
        lines.append(f"| {what} | {ours[0]:,.0f} | {ours[1]:,.0f} | {against} "
                     f"| {theirs[0]:,.0f} | {theirs[1]:,.0f} | {ours[0] / theirs[0]:.2f} |")
    return "\n".join(lines)


def write_page(path, part, text):
    begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    page = path.read_text(encoding="utf-8")
    before, rest = page.split(begin)
    after = rest.split(end)[1]
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--write", type=Path, help="the page whose figures to replace")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    parser.add_argument("--only", choices=("figures", "membership"))
    options = parser.parse_args()
    scale = 10 if options.quick else 1
    programs = options.build / "tests-bin"
    parts = {}
    if options.only != "membership":
        where = machine()
        rows = (bench_calls(programs / "service_bench", scale)
                + bench_data(options.build / "bin" / "troupe", scale))
        parts["figures"] = f"Taken on {where}; medians of {ROUNDS} runs.\n\n{table(rows)}"
    if options.only != "figures":
        parts["membership"] = bench_membership(programs / "membership_bench", scale)
    for part, text in parts.items():
        print(text)
        if options.write:
            write_page(options.write, part, text)


if __name__ == "__main__":
    main()

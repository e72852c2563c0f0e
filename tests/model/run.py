#!/usr/bin/env python3
"""Checks the model of the replication protocol with spin, and the model's own checks.

The model as it is must keep its properties in every state. With any one of its rules
broken (`-DBREAK_x`) one must fail: a line for each. docs/models/README.md is about it.

    run.py [--jobs N] [--if-changed] [--show BREAK] [--run FLAGS]

When all is as it should be, `proved` beside this keeps a digest of the model and of the
code that it is about; with --if-changed nothing runs while that is still true.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from proof import ROOT, Proof

MODEL = ROOT / "docs" / "models" / "shard_replication.pml"
FOLDERS = ("storage", "docs/models", "tests/model")

WHOLE = ("-DMAXE=2 -DMAXL=2", "-DMAXE=4 -DMAXL=2 -DNARROW=2")

# Those that take more epochs than the others; deeper, and therefore narrower.
DEEP = {"ACK_OF_THE_WHOLE_LOG": "-DMAXE=3 -DMAXL=2 -DNARROW=1",
        "OLD_EPOCH_COUNTED": "-DMAXE=4 -DMAXL=2 -DNARROW=2"}

MEMORY_MIB = 4096
DEPTH_MAX = 10_000
HASH_BITS_WHOLE = 26
HASH_BITS_BROKEN = 22


class Failure(Exception):
    """What keeps a check from being made, in words."""


class Verdict:
    """What a search has found."""

    def __init__(self, output, seconds):
        self.states = int(re.search(r"(\d+) states, stored", output)[1])
        self.mib = float(re.search(r"([\d.]+)\s+total actual memory", output)[1])
        self.seconds = seconds
        self.property = None  # That failed.
        self.steps = []       # To where it failed.


def run(command, directory):
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{shlex.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def search(flags, shortest):
    """Searches all states; or until a property fails, by the shortest way."""
    with tempfile.TemporaryDirectory(prefix="troupe-model-") as directory:
        shutil.copy(MODEL, directory)
        run(["spin", "-a", *flags, MODEL.name], directory)
        # -w: what it complains of is in the generated code.
        compiler = ["gcc", "-O2", "-w", "-DSAFETY", "-DNOREDUCE", f"-DMEMLIM={MEMORY_MIB}"]
        run([*compiler, *(["-DBFS"] if shortest else []), "-o", "pan", "pan.c"], directory)
        bits = HASH_BITS_BROKEN if shortest else HASH_BITS_WHOLE
        began = time.monotonic()
        output = run(["./pan", "-E", f"-w{bits}", f"-m{DEPTH_MAX}"], directory)
        verdict = Verdict(output, time.monotonic() - began)
        if "assertion violated" in output:
            replay = run(["spin", "-t", *flags, MODEL.name], directory)
            verdict.property = failed_property(replay)
            verdict.steps = re.findall(r"^ {6}(\d .*)$", replay, re.MULTILINE)
        elif "Search not completed" in output or "max search depth" in output:
            raise Failure("not all states were searched:\n" + output)
    return verdict


def failed_property(replay):
    line = int(re.search(r"\.pml:(\d+), Error: assertion violated", replay)[1])
    return re.search(r"/\* (I\d+) \*/", MODEL.read_text().splitlines()[line - 1])[1]


def breaks():
    return sorted(set(re.findall(r"\bBREAK_(\w+)", MODEL.read_text())) - {"x"})


def flags_to_break(name):
    return [*shlex.split(DEEP.get(name, WHOLE[0])), f"-DBREAK_{name}"]


def words(name):
    return name.lower().replace("_", "-")


def show(verdict):
    for number, step in enumerate(verdict.steps, 1):
        print(f"  {number:3} {step}")


def check_whole(flags):
    """Whether no property can fail."""
    verdict = search(shlex.split(flags), shortest=False)
    if verdict.property:
        print(f"model {flags}: {verdict.property} fails after {len(verdict.steps)} steps")
        show(verdict)
        return False
    print(f"model {flags}: holds; {verdict.states:,} states, {verdict.mib:,.0f} MiB, "
          f"{verdict.seconds:.0f} s", flush=True)
    return True


def check_broken(name):
    """Whether the broken rule is missed."""
    verdict = search(flags_to_break(name), shortest=True)
    if not verdict.property:
        print(f"broken {words(name)}: survived", flush=True)
        return False
    print(f"broken {words(name)}: caught by {verdict.property} in {len(verdict.steps)} steps",
          flush=True)
    return True


def check_all(jobs):
    """How many of the checks fail. Threads wait for spin's processes."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(check_whole, flags) for flags in WHOLE]
        waiting += [pool.submit(check_broken, name) for name in breaks()]
        failed = 0
        for each in waiting:
            try:
                failed += not each.result()
            except Failure as trouble:
                failed += 1
                print(f"model: {trouble}", flush=True)
    print(f"{len(waiting)} checks of the model, {failed} failed")
    return failed


def show_broken(name):
    name = name.upper().replace("-", "_")
    if name not in breaks():
        print(f"run.py: no such rule to break: {name}; there are "
              + ", ".join(words(x) for x in breaks()), file=sys.stderr)
        return 2
    verdict = search(flags_to_break(name), shortest=True)
    print(f"broken {words(name)}: {verdict.property} fails")
    show(verdict)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--if-changed", action="store_true")
    parser.add_argument("--show", metavar="BREAK", help="how breaking that rule ends")
    parser.add_argument("--run", metavar="FLAGS", help="search the model with these flags")
    options = parser.parse_args()
    if options.show:
        return show_broken(options.show)
    if options.run:
        return 0 if check_whole(options.run) else 1
    proof = Proof(HERE / "proved", FOLDERS)
    if options.if_changed and proof.holds():
        print("model: holds, with these sources")
        return 0
    failed = check_all(options.jobs)
    if not failed:
        proof.write()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

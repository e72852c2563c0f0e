#!/usr/bin/env python3
"""Breaks the code on purpose, one line at a time, and demands that a simulation notices.

Each NN-name.patch changes one source. It is applied to a copy, which costs one object and
one link; then `troupe sim` runs seeds until one fails. The unbroken program must pass the
same seeds with the same flags, or nothing is proved. A mutant that survives, or a patch that
no longer applies, fails.

    run.py BUILD [--jobs N] [--seeds N] [--if-changed] [NUMBER ...]

A patch begins with what it breaks, and a line "Run: FLAGS" with the flags of `troupe sim`.
When all mutants were caught, `proved` beside them keeps a digest of all that decides it;
with --if-changed nothing runs while that is still true.
"""

import argparse
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from build_commands import build_commands
from proof import ROOT, Proof

FOLDERS = ("actors", "cluster", "registry", "storage", "router", "apps/lab",
           "tests/mutants")


class Failure(Exception):
    """A mutant that cannot be made, in words."""


class Mutant:
    def __init__(self, path):
        self.path = path
        self.number, self.name = re.match(r"(\d+)-(.*)\.patch$", path.name).groups()
        text = path.read_text()
        self.flags = shlex.split(re.search(r"^Run: (.*)$", text, re.MULTILINE)[1])
        self.source = re.search(r"^\+\+\+ b/(.*)$", text, re.MULTILINE)[1]

    def __str__(self):
        return f"mutant {int(self.number)} {self.name}"


class Build:
    """What the build knows: how an object is compiled, and how the program is linked."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory).resolve()
        self.commands = {entry["file"]: entry["command"]
                         for entry in build_commands(self.directory)}
        steps = self.run(["ninja", "-t", "commands", "bin/troupe"]).splitlines()
        self.link_command = steps[-1]

    def run(self, command, **more):
        done = subprocess.run(command, cwd=self.directory, capture_output=True, text=True,
                              check=False, **more)
        if done.returncode != 0:
            raise Failure(f"{command} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def compile(self, source, mutated, output):
        """Compiles the file `mutated` as the build compiles `source`."""
        command = self.commands.get(str(ROOT / source))
        if command is None:
            raise Failure(f"the build does not compile {source}")
        words = shlex.split(command)
        words[words.index("-o") + 1] = str(output)
        words[words.index("-c") + 1] = str(mutated)
        words.append("-w")  # What is broken may well be unused.
        self.run(words)

    def link(self, first_object, output):
        """Links the program with one more object, before the libraries that have it too."""
        old = "-o bin/troupe "
        if old not in self.link_command:
            raise Failure("the build links bin/troupe in an unknown way: " + self.link_command)
        new = f"-o {shlex.quote(str(output))} {shlex.quote(str(first_object))} "
        self.run(["bash", "-c", self.link_command.replace(old, new)])


def make(mutant, build, directory):
    """The mutated program."""
    source = directory / pathlib.Path(mutant.source).name
    source.write_bytes((ROOT / mutant.source).read_bytes())
    done = subprocess.run(["patch", "--quiet", "--fuzz=0", str(source), str(mutant.path)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{mutant.path.name} no longer applies: {done.stdout}{done.stderr}")
    build.compile(mutant.source, source, directory / "mutant.o")
    build.link(directory / "mutant.o", directory / "troupe")
    return directory / "troupe"


def first_violation(program, flags, seeds, jobs):
    """The property that was violated first, and the seed; None when all seeds pass."""
    command = [program, "sim", *flags, "--seeds", f"1..{seeds}", "--json",
               "--jobs", str(jobs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True) as run:
        for line in run.stdout:
            result = json.loads(line)
            if result["violations"]:
                run.kill()
                return result["violations"][0].split(":")[0], result["seed"]
    if run.returncode != 0:
        raise Failure(f"the simulation ended with {run.returncode}")
    return None


class Unbroken:
    """The program as it is, and how many seeds it passes with which flags.

    That is kept in a file of the build, while the sources have the digest that they had.
    """

    def __init__(self, build, digest):
        self.program = build.directory / "bin/troupe"
        self.digest = digest
        self.path = build.directory / "mutants-unbroken.json"
        try:
            known = json.loads(self.path.read_text())
        except (OSError, ValueError):
            known = {}
        self.passed = known["passed"] if known.get("digest") == digest else {}

    def must_pass(self, flags, seeds, jobs):
        """Fails unless the first `seeds` seeds pass; those known to pass do not run."""
        key = shlex.join(flags)
        if self.passed.get(key, 0) >= seeds:
            return
        found = first_violation(self.program, flags, seeds, jobs)
        if found is not None:
            raise Failure(f"proves nothing: the unbroken program violates {found[0]} at seed "
                          f"{found[1]}, too")
        self.passed[key] = seeds
        self.path.write_text(json.dumps({"digest": self.digest, "passed": self.passed}))


def judge(mutant, build, unbroken, options):
    """Whether the mutant was caught."""
    with tempfile.TemporaryDirectory(prefix="troupe-mutant-") as directory:
        program = make(mutant, build, pathlib.Path(directory))
        found = first_violation(program, mutant.flags, options.seeds, options.jobs)
    if found is None:
        print(f"{mutant}: survived", flush=True)
        return False
    unbroken.must_pass(mutant.flags, found[1], options.jobs)
    print(f"{mutant}: caught by {found[0]} at seed {found[1]}", flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build")
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--if-changed", action="store_true")
    options = parser.parse_intermixed_args()
    proof = Proof(HERE / "proved", FOLDERS, also=("tests/build_commands.py",))
    if options.if_changed and proof.holds():
        print("mutants: all caught, with these sources")
        return 0

    build = Build(options.build)
    unbroken = Unbroken(build, proof.digest)
    mutants = [Mutant(path) for path in sorted(HERE.glob("*.patch"))]
    chosen = [x for x in mutants if not options.numbers or int(x.number) in options.numbers]
    failed = 0
    for mutant in chosen:
        try:
            failed += not judge(mutant, build, unbroken, options)
        except Failure as trouble:
            failed += 1
            print(f"{mutant}: {trouble}", flush=True)
    print(f"{len(chosen)} mutants, {failed} not caught")
    if not failed and len(chosen) == len(mutants):
        proof.write()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

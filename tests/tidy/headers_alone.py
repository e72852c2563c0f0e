#!/usr/bin/env python3
"""Each header compiles alone: it includes what it uses.

The build compiles sources in batches, where one may see what another has included. This
compiles each header for itself, on all cores, and remembers what passed in the build
directory, and in `headers_proved` that all did: usage headers_alone.py BUILD_DIR [ROOT].
"""

import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tree import LAYERS, ROOT, Tree

from proof import Proof

HERE = Path(__file__).resolve().parent
TOP_FOLDERS = sorted({layer.split("/")[0] for layer in LAYERS})


def compile_alone(tree, path, command, passed):
    """What the compiler says against `path`; empty when nothing."""
    stamp = passed / tree.digest(path, *command)
    if stamp.exists():
        return ""
    run = subprocess.run(command, input=f'#include "{path}"\n', cwd=tree.root,
                         capture_output=True, text=True, check=False)
    if run.returncode == 0:
        stamp.touch()
        return ""
    return f"{path} does not compile alone:\n{run.stderr}"


def command_of(tree, build):
    compiler = os.environ.get("CXX", "c++")
    return [*shlex.split(compiler), "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra",
            "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror", "-I", str(tree.root),
            "-isystem", str(build / "generated"), "-x", "c++", "-"]


def main():
    build = Path(sys.argv[1]).resolve()
    tree = Tree(sys.argv[2] if len(sys.argv) > 2 else ROOT)
    proof = Proof(HERE / "headers_proved", [*TOP_FOLDERS, "tests"], (".hpp", ".proto"),
                  also=("tests/build_commands.py", "tests/tidy/headers_alone.py"))
    if proof.holds():
        print("all headers compile alone, as they are")
        return
    passed = build / "headers-alone"
    passed.mkdir(exist_ok=True)
    command = command_of(tree, build)
    headers = tree.having(".hpp")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(filter(None, pool.map(
            lambda path: compile_alone(tree, path, command, passed), headers)))
    print("\n".join(found) or f"{len(headers)} headers compile alone")
    if found:
        sys.exit(1)
    proof.write()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Each header compiles alone: it includes what it uses.

A header that some source includes first has been compiled alone by the build, which fails
otherwise. This compiles the rest, on all cores, and remembers what passed in the build
directory: usage headers_alone.py BUILD_DIR [ROOT].
"""

import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tree import ROOT, Tree, built_sources


def headers_to_compile(tree, built):
    """The headers that no built source includes first."""
    first = {includes[0].target
             for includes in map(tree.includes, built) if includes}
    return [path for path in tree.having(".hpp") if path not in first]


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
    passed = build / "headers-alone"
    passed.mkdir(exist_ok=True)
    command = command_of(tree, build)
    headers = headers_to_compile(tree, built_sources(tree, build))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(filter(None, pool.map(
            lambda path: compile_alone(tree, path, command, passed), headers)))
    print("\n".join(found) or f"{len(headers)} headers compile alone, as do all the "
          "others, which some source includes first")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

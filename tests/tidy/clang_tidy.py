#!/usr/bin/env python3
"""Runs clang-tidy on what changed since the merge base with the main branch, or on all.

    clang_tidy.py BUILD_DIR changed|all

A changed header is checked through the source of its name, or through the first source that
includes it. What passed is remembered in the build directory until it, a header of ours that
it includes, or .clang-tidy changes; so an unfinished run goes on where it stopped.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tree import ROOT, Tree, build_commands, built_sources

TOOL = "clang-tidy-14"


def git(*arguments):
    """What git prints, or None when it fails."""
    run = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True,
                         check=False)
    return run.stdout.strip() if run.returncode == 0 else None


def merge_base():
    """Where this branch left the main one; HEAD on the main branch itself."""
    for branch in ("origin/main", "main"):
        base = git("merge-base", "HEAD", branch)
        if base:
            return base
    return None


def changed_files(base):
    committed = git("diff", "--name-only", base) or ""
    untracked = git("ls-files", "--others", "--exclude-standard") or ""
    return set(committed.split("\n")) | set(untracked.split("\n"))


def sources_for(tree, built, changed):
    """The sources of `built` that show the changed sources and headers to clang-tidy."""
    result = changed & set(built)
    for header in changed & set(tree.having(".hpp")):
        own = header.removesuffix(".hpp") + ".cpp"
        users = (path for path in built
                 if any(include.target == header for include in tree.includes(path)))
        source = own if own in built else next(users, None)
        if source:
            result.add(source)
    return sorted(result)


def check(tree, commands, passed, source):
    """Checks one source; returns whether it is clean, and what there is to say."""
    rules = (tree.root / ".clang-tidy").read_text()
    stamp = passed / tree.digest(source, rules)
    if stamp.exists():
        return True, ""
    # The build's flags are the compiler's, which knows warnings that this tool does not.
    run = subprocess.run([TOOL, "--quiet", "--extra-arg=-Wno-unknown-warning-option",
                          "-p", str(commands), source], cwd=tree.root,
                         capture_output=True, text=True, check=False)
    if run.returncode != 0:
        return False, run.stdout
    stamp.touch()
    return True, f"clang-tidy: {source} is clean"


def main():
    build, what = Path(sys.argv[1]).resolve(), sys.argv[2]
    tree = Tree()
    sources = built_sources(tree, build)
    if what == "changed":
        base = merge_base()
        if base is None:
            print("clang-tidy: skipped, no main branch to compare with; 'make tidy' checks all")
            return 0
        sources = sources_for(tree, sources, changed_files(base))
        print(f"clang-tidy: {len(sources)} sources to check, by what changed since {base[:9]}")
    passed = build / "clang-tidy"
    passed.mkdir(exist_ok=True)
    (passed / "compile_commands.json").write_text(json.dumps(build_commands(build)))
    failures = 0
    with ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count()))) as pool:
        for clean, text in pool.map(lambda path: check(tree, passed, passed, path), sources):
            failures += not clean
            if text:
                print(text, flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

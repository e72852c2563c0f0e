#!/usr/bin/env python3
"""No file is dead: sources and protos are listed in a CMakeLists.txt, headers are included."""

import posixpath
import re

from tree import Violation, run


def check(tree):
    listed = listed_files(tree)
    included = {include.target
                for path in tree.having(".hpp", ".cpp")
                for include in tree.includes(path) if include.target != path}
    dead = [Violation(path, 1, "is listed in no CMakeLists.txt")
            for path in tree.having(".cpp", ".proto")
            if path not in listed]
    dead += [Violation(path, 1, "is included nowhere")
             for path in tree.having(".hpp") if path not in included]
    dead += [Violation(path, 1, "is run by no test")
             for path in tree.having(".py")
             if path.startswith("tests/tidy/") and path not in listed | imported(tree)]
    return dead


def listed_files(tree):
    """Every word of every CMakeLists.txt, as a path from the root."""
    result = set()
    for path in tree.having("CMakeLists.txt"):
        folder = posixpath.dirname(path)
        text = re.sub(r"#[^\n]*", "", tree.text(path))
        for word in re.findall(r"[^\s()\"]+", text):
            result.add(posixpath.normpath(posixpath.join(folder, word)))
    return result


def imported(tree):
    """Modules that another script beside them imports."""
    result = set()
    for path in tree.having(".py"):
        for name in re.findall(r"^(?:from|import) (\w+)", tree.text(path), re.MULTILINE):
            result.add(posixpath.join(posixpath.dirname(path), name + ".py"))
    return result


if __name__ == "__main__":
    run(check)

#!/usr/bin/env python3
"""Small rules of form: how a file begins and ends, how long it may be, how tests are named."""

import re

from tree import LAYERS, Violation, line_of, run

LINES_MAX = 450
CODE = (".hpp", ".cpp", ".proto", ".py", ".sh", ".cmake", "CMakeLists.txt", "Makefile")
TEXT = CODE + (".md", ".toml", ".json", ".yml", ".yaml", ".example", ".clang-tidy",
               ".clang-format", ".editorconfig", "LICENSE", ".ci/run")

TEST_CASE = re.compile(
    r'\bTEST_CASE(?:_FIXTURE|_TEMPLATE)?\s*\(\s*(?:[\w:]+\s*,\s*)?'
    r'((?:"(?:\\.|[^"\\\n])*"\s*)+)')
SUBJECT_AND_SENTENCE = re.compile(r"[\w:,.<>/+ -]+: \S.*")
LATER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b(?!\(#[0-9]+\))")


def check(tree):
    violations = []
    for path in tree.having(*TEXT):
        violations += form_violations(path, tree.text(path))
    for path in tree.having(".hpp"):
        if not re.search(r"^#pragma once$", tree.text(path), re.MULTILINE):
            violations.append(Violation(path, 1, "has no #pragma once"))
    for path in tree.having(".cpp"):
        violations += own_header_violations(tree, path)
    for path in tree.having(".md"):
        violations += link_violations(tree, path)
    return violations + test_name_violations(tree) + readme_violations(tree)


def form_violations(path, text):
    if not text:
        return [Violation(path, 1, "is empty")]
    rules = [(r"\r", "a carriage return"), (r"[ \t]+$", "white space at the end of a line")]
    if not path.endswith("Makefile"):
        rules.append((r"\t", "a tab"))
    found = [Violation(path, line_of(text, match.start()), what)
             for pattern, what in rules
             for match in re.finditer(pattern, text, re.MULTILINE)]
    if not text.endswith("\n") or text.endswith("\n\n"):
        found.append(Violation(path, text.count("\n"), "must end with exactly one newline"))
    return found + (code_violations(path, text) if path.endswith(CODE) else [])


def code_violations(path, text):
    found = [Violation(path, line_of(text, match.start()),
                       f"{match[0]} without an issue's number; write {match[0]}(#7)")
             for match in LATER.finditer(text)]
    lines = text.count("\n")
    if lines > LINES_MAX:
        found.append(Violation(path, LINES_MAX, f"has {lines} lines; split it"))
    return found


def own_header_violations(tree, path):
    """x.cpp includes x.hpp first; so the build itself proves that x.hpp compiles alone."""
    header = path.removesuffix(".cpp") + ".hpp"
    if header not in tree.files:
        return []
    includes = tree.includes(path)
    if includes and includes[0].target == header:
        return []
    return [Violation(path, includes[0].line if includes else 1,
                      f'must include "{header}" first')]


def test_name_violations(tree):
    """CTest's discovery breaks on some characters, and on two cases of one name."""
    violations = []
    seen = {}
    for path in tree.having(".cpp"):
        text = tree.text(path)
        for found in TEST_CASE.finditer(text):
            name = "".join(re.findall(r'"((?:\\.|[^"\\\n])*)"', found[1]))
            line = line_of(text, found.start())
            if re.search(r'[;"\\\[\]]', name):
                violations.append(Violation(path, line, 'a case name holds ; " \\ [ or ]'))
            elif not SUBJECT_AND_SENTENCE.fullmatch(name):
                violations.append(
                    Violation(path, line, f'case name is not "subject: sentence": {name}'))
            if name in seen:
                violations.append(
                    Violation(path, line, f"case name is used before, in {seen[name]}"))
            seen.setdefault(name, f"{path}:{line}")
    return violations


def link_violations(tree, path):
    """Links between our own pages lead somewhere. A lambda in an example is no link."""
    text = re.sub(r"^```.*?^```", lambda fence: "\n" * fence[0].count("\n"),
                  tree.text(path), flags=re.MULTILINE | re.DOTALL)
    return [Violation(path, line_of(text, found.start()), f"links to {found[1]}: no such file")
            for found in re.finditer(r"\]\((?!https?://|mailto:|#)([^)#\s]+)[^)]*\)", text)
            if not (tree.root / path).parent.joinpath(found[1]).exists()]


def readme_violations(tree):
    folders = sorted({layer.split("/")[0] for layer in LAYERS})
    return [Violation(folder, 1, "has no README.md") for folder in folders
            if any(path.startswith(folder + "/") for path in tree.files)
            and f"{folder}/README.md" not in tree.files]


if __name__ == "__main__":
    run(check)

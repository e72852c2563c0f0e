#!/usr/bin/env python3
"""Includes point to the same folder or an earlier one, and a file's name says what it may
touch. The tables below are the rules; CONTRIBUTING.md explains them."""

import re
from fnmatch import fnmatch

from tree import LAYERS, Violation, code_of, layer_of, line_of, run

# Library, what its includes look like, and the files that may touch it. Tests may touch all.
LIBRARIES = [
    ("CAF", r"caf/",
     ["*_actor.hpp", "*_actor.cpp", "*/messages.hpp", "*/messages.cpp", "actors/*.?pp",
      "*asio*", "*_door.?pp", "apps/*"]),  # The edges tell actors what they met.
    ("Protobuf", r"google/protobuf/|.*\.pb\.h$",
     ["*_wire.hpp", "*_wire.cpp"]),
    ("Boost.Context", r"boost/context/", ["apps/lab/*"]),
    ("Boost", r"boost/(?!context/)|asio",
     ["*asio*", "*_door.hpp", "*_door.cpp"]),
    ("RocksDB", r"rocksdb/", ["*/rocksdb_*"]),
    ("Lua", r"lua.*\.hp*$", ["*/lua_*"]),
    ("spdlog", r"spdlog/", ["actors/base/log.cpp"]),
    ("isa-l", r"isa-l", ["actors/base/bytes.cpp"]),
    ("toml++", r"toml\+\+/", ["apps/*"]),
    ("CLI11", r"CLI/", ["apps/*"]),
    ("libedit", r"histedit\.h|editline/", ["apps/shell/*"]),
    ("a JSON library", r"nlohmann/", ["apps/*"]),
    ("the operating system",
     r"(sys|netinet|arpa|net)/|(unistd|fcntl|poll|pthread|netdb|signal)\.h$|csignal$",
     ["*/posix_*", "*asio*", "*_door.cpp", "apps/*"]),
    ("threads", r"(thread|future|stop_token|condition_variable)$",
     ["*/posix_*", "*asio*", "*_door.?pp", "*/rocksdb_*", "actors/system_config.cpp",
      "apps/*"]),
]

# base is plain words: of CAF it has the error type alone.
BASE_CAF = ["actors/base/error.hpp", "actors/base/error.cpp"]

# What no core or shell may say, because the simulator could not replay it.
WORDS = [
    (r"\b(?:system|steady|high_resolution|file|utc)_clock\b",
     "a clock of std::chrono; take a time_point, or ask the node_clock",
     ["actors/base/log.cpp"]),
    (r"\b(?:clock_)?gettime(?:ofday)?\s*\(|\btime\s*\(\s*(?:nullptr|NULL|0)\s*\)",
     "a clock of the system; take a time_point, or ask the node_clock",
     ["actors/node_clock.cpp"]),
    (r"\brandom_device\b|\bs?rand\s*\(|\bmt19937",
     "random numbers of its own; use a seeded random_source",
     ["actors/base/random.cpp"]),
    (r"\bstd::(?:jthread|thread|async)\b", "a thread",
     ["actors/system_config.cpp"]),
    (r"\bdelayed_send\b|\bself\s*->\s*clock\s*\(",
     "the engine's clock; use the node_clock", []),
]
EDGES = ["*/posix_*", "*asio*", "*_door.?pp", "*/rocksdb_*", "apps/*"]


def check(tree):
    violations = []
    protos = set(tree.having(".proto"))
    for path in tree.having(".hpp", ".cpp"):
        if layer_of(path) is None and not path.startswith("tests/"):
            violations.append(Violation(path, 1, "is in no folder of the layering"))
            continue
        for include in tree.includes(path):
            problem = (quoted_problem(tree, protos, path, include.target)
                       if include.quoted else None)
            problem = problem or library_problem(path, include.target)
            if problem:
                violations.append(Violation(path, include.line, problem))
        violations += word_violations(path, tree.text(path))
    return violations


def quoted_problem(tree, protos, path, target):
    """Our own files: written from the root, existing, and not of a later folder."""
    if target.endswith(".pb.h"):
        if target.removesuffix(".pb.h") + ".proto" not in protos:
            return f'"{target}" has no .proto file'
    elif not (tree.root / target).is_file():
        return f'"{target}" is not a file, counted from the root of the project'
    if path.startswith("tests/"):
        return None
    own, other = layer_of(path), layer_of(target)
    if other is None:
        return f'"{target}" is outside of the layering'
    if other == "actors/sim" and own != other and not path.startswith("apps/lab/"):
        return f'"{target}": only tests and apps/lab may use the simulated world'
    if LAYERS.index(other) > LAYERS.index(own):
        return f'"{target}": {own} may not include the later {other}'
    return None


def library_problem(path, target):
    if path.startswith("tests/"):
        return None
    for library, pattern, users in LIBRARIES:
        if not re.match(pattern, target):
            continue
        if path.startswith("actors/base/") and library == "CAF":
            users = BASE_CAF
        if not matches(path, users):
            return f"<{target}>: this file may not touch {library}"
    return None


def word_violations(path, text):
    if path.startswith("tests/") or matches(path, EDGES):
        return []
    code = code_of(text)
    return [Violation(path, line_of(code, found.start()), f"{found[0]!r} is {meaning}")
            for pattern, meaning, exempt in WORDS if not matches(path, exempt)
            for found in re.finditer(pattern, code)]


def matches(path, patterns):
    return any(fnmatch(path, pattern) for pattern in patterns)


if __name__ == "__main__":
    run(check)

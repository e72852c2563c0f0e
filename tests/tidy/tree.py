"""The project's files, and what every rule of form needs to know about them."""

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from build_commands import build_commands

# The order is the layering: a folder may include itself and those before it.
LAYERS = ("actors/base", "actors", "actors/sim", "cluster", "registry", "storage",
          "router", "monitor", "apps")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


@dataclass(frozen=True)
class Violation:
    path: str
    line: int
    what: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Include:
    line: int
    quoted: bool
    target: str


class Tree:
    """A source tree. Every path is relative to its root."""

    def __init__(self, root=ROOT):
        self.root = Path(root)
        self.files = frozenset(list_files(self.root))
        self.texts = {}

    def text(self, path):
        if path not in self.texts:
            self.texts[path] = (self.root / path).read_bytes().decode()
        return self.texts[path]

    def having(self, *suffixes):
        return sorted(path for path in self.files if path.endswith(suffixes))

    def includes(self, path):
        text = self.text(path)
        return [Include(line_of(text, found.start(1)), found[1] == '"', found[2])
                for found in INCLUDE.finditer(text)]

    def closure(self, path):
        """`path` and all of our files that it includes, directly or not."""
        seen = set()
        waiting = [path]
        while waiting:
            name = waiting.pop()
            if name not in seen and name in self.files:
                seen.add(name)
                waiting += [include.target for include in self.includes(name)]
        return seen

    def digest(self, path, *more):
        """Changes when `path`, anything of ours that it includes, or `more` does."""
        result = hashlib.sha256("\0".join(more).encode())
        for name in sorted(self.closure(path)):
            result.update(name.encode() + b"\0" + self.text(name).encode() + b"\0")
        return result.hexdigest()


def list_files(root):
    """What git knows or would add; every file when `root` is not a checkout."""
    if (root / ".git").exists():
        names = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, check=True, capture_output=True, text=True).stdout.split("\0")
        return [name for name in names if name and (root / name).is_file()]
    return [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def built_sources(tree, build):
    """The sources that the build in folder `build` compiles."""
    paths = (os.path.relpath(entry["file"], tree.root) for entry in build_commands(build))
    return sorted(set(paths) & set(tree.files))


def layer_of(path):
    """The layer that `path` belongs to, or None when it is outside of the layers."""
    owners = [layer for layer in LAYERS if path.startswith(layer + "/")]
    return max(owners, key=len, default=None)


COMMENT_OR_LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def code_of(text):
    """`text` without comments and string literals, its lines kept."""
    return COMMENT_OR_LITERAL.sub(lambda found: "\n" * found[0].count("\n"), text)


def run(rule):
    """The main of a rule: prints what `rule` finds in the tree and exits 1 if anything."""
    root = sys.argv[1] if len(sys.argv) > 1 else ROOT
    violations = rule(Tree(root))
    for violation in violations:
        print(violation)
    sys.exit(1 if violations else 0)

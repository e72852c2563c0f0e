"""Remembers that a long check has passed, by a digest of the sources that decide it.

A check keeps the digest in a committed file beside itself. While the sources are those of
then, `make test` need not run it again.
"""

import hashlib
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SUFFIXES = (".cpp", ".hpp", ".proto", ".patch", ".pml", ".py")


class Proof:
    """The file `path`, about all sources below `folders`, and `also` some files."""

    def __init__(self, path, folders, suffixes=SUFFIXES, also=()):
        self.path = path
        sources = [source for folder in folders
                   for source in sorted((ROOT / folder).rglob("*"))
                   if source.suffix in suffixes]
        self.digest = self._digest([*sources, *(ROOT / name for name in also)])

    @staticmethod
    def _digest(sources):
        result = hashlib.sha256()
        for path in sources:
            result.update(f"{path.relative_to(ROOT)}\n".encode())
            result.update(path.read_bytes())
        return result.hexdigest()

    def holds(self):
        """Whether the check has passed with these very sources."""
        return self.path.exists() and self.path.read_text().strip() == self.digest

    def write(self):
        """Notes that it has passed with the sources that were there in the beginning."""
        self.path.write_text(self.digest + "\n")

"""How the build compiles each source: sources are compiled in batches, a file that includes
them, and each can be compiled alone by the command of its batch."""

import json
import pathlib
import re

INCLUDED = re.compile(r'^#include "(.*)"$', re.MULTILINE)


def build_commands(build):
    """The entries of compile_commands.json in folder `build`, one for each source."""
    entries = json.loads((pathlib.Path(build) / "compile_commands.json").read_text())
    return [single for entry in entries for single in singles(entry)]


def singles(entry):
    batch = entry["file"]
    if "/Unity/unity_" not in batch:
        return [entry]
    return [{**entry, "file": source, "command": entry["command"].replace(batch, source)}
            for source in INCLUDED.findall(pathlib.Path(batch).read_text())]

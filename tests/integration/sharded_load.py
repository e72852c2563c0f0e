"""Writers that remember what was acknowledged, one set of keys for each shard."""

import itertools
import threading
import time

from resp_client import Connection, RespError, slot_of

WRITERS_PER_SHARD = 3  # One begins at each node of three.


def tag_in(slots, salt):
    """A hash tag whose slot is in one of the ranges."""
    for i in itertools.count():
        tag = f"{salt}.{i}"
        if any(first <= slot_of(tag) <= last for first, last in slots):
            return tag


class Writer(threading.Thread):
    """SETs one new key after another in one shard, through any node that answers."""

    def __init__(self, shard, tag, addresses):
        super().__init__(daemon=True)
        self.shard = shard
        self.tag = tag
        self.addresses = addresses
        self.acknowledged = {}  # key -> value
        self.times = []         # Of the acknowledgements.
        self.refusals = {}      # First word of the error -> how often.
        self.unknown = 0
        self.stopping = threading.Event()

    def run(self):
        nodes = itertools.cycle(self.addresses)
        numbers = itertools.count()
        while not self.stopping.is_set():
            try:
                with Connection(next(nodes)) as connection:
                    self.write_on(connection, numbers)
            except OSError:
                self.unknown += 1
                time.sleep(0.005)

    def write_on(self, connection, numbers):
        while not self.stopping.is_set():
            number = next(numbers)
            key, value = f"{{{self.tag}}}:{number}", f"{self.tag}={number}"
            try:
                connection.command("SET", key, value)
            except RespError as refusal:
                word = str(refusal).split()[0]
                self.refusals[word] = self.refusals.get(word, 0) + 1
                continue
            self.times.append(time.monotonic())
            self.acknowledged[key] = value


class Load:
    """Writers on all shards of a cluster, from `with` to its end."""

    def __init__(self, shards, addresses):
        self.writers = []
        for shard in shards:
            for i in range(WRITERS_PER_SHARD):
                tag = tag_in(shard["slots"], f"s{shard['shard']}w{i}")
                turned = addresses[i % len(addresses):] + addresses[:i % len(addresses)]
                self.writers.append(Writer(shard["shard"], tag, turned))

    def __enter__(self):
        for writer in self.writers:
            writer.start()
        return self

    def __exit__(self, *_):
        for writer in self.writers:
            writer.stopping.set()
        for writer in self.writers:
            writer.join()

    def count(self):
        return sum(len(writer.acknowledged) for writer in self.writers)

    def pause(self, shard, begin, end):
        """The longest time in [begin, end] without an acknowledgement of the shard."""
        times = sorted(t for writer in self.writers if writer.shard == shard
                       for t in list(writer.times) if begin <= t <= end)
        marks = [begin, *times, end]
        return max(b - a for a, b in zip(marks, marks[1:]))

    def lost(self, address):
        """Acknowledged keys that do not read back, as (key, wanted, found)."""
        with Connection(address) as connection:
            return [(key, value, found)
                    for writer in self.writers for key, value in writer.acknowledged.items()
                    if (found := connection.command("GET", key)) != value]

"""Shards survive their masters: killed, stopped, and left without a majority."""

import collections
import json
import os
import re
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local_cluster import LocalClusterTest, main, troupe, wait_until
from resp_client import Connection, RespError
from sharded_load import Load

KILLS = 5
SETTLE = 1.5         # Seconds of load before and after each fault.
STOPPED = 10         # Seconds that a node is stopped.
GROWTH_MAX = 64 << 20
QUORUM_FRESH = 1.0   # storage.election_timeout, the default.
LEASE = 0.5          # storage.lease, the default.
DEADLINE = 5.0       # door.deadline, the default.
LATE_MAX = 5.0       # Seconds by which a busy machine may be late with an answer.


def resident_bytes(pid):
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) << 10


class Growth(threading.Thread):
    """Watches how much processes grow while it runs."""

    def __init__(self, pids):
        super().__init__(daemon=True)
        self.before = {pid: resident_bytes(pid) for pid in pids}
        self.most = dict(self.before)
        self.ending = threading.Event()

    def run(self):
        while not self.ending.wait(0.1):
            for pid in self.most:
                self.most[pid] = max(self.most[pid], resident_bytes(pid))

    def end(self):
        self.ending.set()
        self.join()
        return max(self.most[pid] - self.before[pid] for pid in self.most)


class Reader(threading.Thread):
    """GETs one key, again and again, until it is told that there is no majority."""

    def __init__(self, shard, address, key):
        super().__init__(daemon=True)
        self.shard, self.address, self.key = shard, address, key
        self.answered = []  # When each question left that was answered with a value.
        self.last = None    # The error that ended it.

    def run(self):
        with Connection(self.address, timeout=DEADLINE + 5) as connection:
            while self.last is None:
                asked = time.monotonic()
                try:
                    connection.command("GET", self.key)
                    self.answered.append(asked)
                except (RespError, OSError) as error:
                    self.last = error


class ShardFailoverTest(LocalClusterTest):
    def setUp(self):
        super().setUp()
        self.first_up(3)

    def shards(self, node):
        """All shards as this node's shell shows them, or None when it does not answer."""
        run = troupe("shell", "--connect", node["link"], "--json", "-c", "shards")
        return json.loads(run.stdout) if run.returncode == 0 else None

    def client_shards(self):
        return [x for x in self.shards(self.nodes()[0]) if x["slots"]]

    def masters(self):
        """Node name -> the shards that it is master of, the catalog among them."""
        result = collections.defaultdict(list)
        for shard in self.shards(self.nodes()[0]):
            result[shard["master"]].append(shard["shard"])
        return result

    def busiest_master(self):
        masters = self.masters()
        name = max(masters, key=lambda x: len(masters[x]))
        return next(x for x in self.nodes() if x["name"] == name), masters[name]

    def addresses(self):
        return [node["resp"] for node in self.nodes()]

    def others_are_masters(self, asked, gone):
        """Whether each shard has a master that is not `gone`."""
        shards = self.shards(asked) or []
        return len(shards) == 5 and all(
            shard["master"] not in (None, gone["name"]) for shard in shards)

    def caught_up(self, without=()):
        """Whether each shard has a master and no replica of it lags."""
        alive = [x for x in self.nodes() if x["name"] not in without]
        shards = self.shards(alive[0]) or []
        return len(shards) == 5 and all(
            shard["master"] and all(
                replica["role"] in ("master", "slave") and replica["lag"] is not None
                and replica["lag"] < 1000
                for replica in shard["replicas"] if replica["node"] not in without)
            for shard in shards)

    def masterships(self):
        """(shard, epoch) -> the nodes that said in their logs to be its master."""
        result = collections.defaultdict(set)
        for node in self.nodes():
            text = (self.directory / node["name"] / "log").read_text(encoding="utf-8")
            for shard, epoch in re.findall(r"msg=master shard=(\d+) epoch=(\d+)", text):
                result[int(shard), int(epoch)].add(node["name"])
        return result

    def check_one_master_in_each_epoch(self):
        masterships = self.masterships()
        self.assertGreaterEqual(len(masterships), 5, "every shard had a master")
        for (shard, epoch), nodes in masterships.items():
            self.assertEqual(len(nodes), 1, f"shard {shard}, epoch {epoch}")

    def check_nothing_lost(self, load):
        self.assertGreater(load.count(), 1000, "the load did something")
        for address in self.addresses():
            self.assertEqual(load.lost(address), [], address)

    def kill_and_restart(self, load):
        """Kills the busiest master; returns the pauses of its shards, and of the others."""
        victim, shards = self.busiest_master()
        survivor = next(x for x in self.nodes() if x["pid"] != victim["pid"])
        others = {x["shard"] for x in self.client_shards_before} - set(shards)
        begin = time.monotonic()
        self.end(victim["pid"])
        wait_until(lambda: self.others_are_masters(survivor, victim), "all have new masters")
        elected = time.monotonic()
        wait_until(lambda: all(load.pause(x, elected, time.monotonic()) < time.monotonic() - elected
                               for x in set(shards) - {0}), "writes go on")
        end = time.monotonic()
        pauses = [load.pause(x, begin, end) for x in shards if x != 0]
        quiet = [load.pause(x, begin, end) for x in others]
        self.succeeds(self.up())
        wait_until(self.caught_up, f"{victim['name']} is back")
        return pauses, quiet

    def test_no_acknowledged_write_is_lost_when_masters_are_killed(self):
        self.client_shards_before = self.client_shards()
        pauses, quiet = [], []
        with Load(self.client_shards_before, self.addresses()) as load:
            time.sleep(SETTLE)
            for _ in range(KILLS):
                one, other = self.kill_and_restart(load)
                print("pauses of the killed master's shards, ms:",
                      [round(1000 * x) for x in one],
                      "of the others:", [round(1000 * x) for x in other], flush=True)
                pauses += one
                quiet += other
        self.assertGreater(len(pauses), 0)
        print(f"{load.count()} writes acknowledged; {KILLS} kills; longest pause "
              f"{1000 * max(pauses):.0f} ms, of other shards {1000 * max(quiet, default=0):.0f} ms",
              flush=True)
        self.check_nothing_lost(load)
        self.check_one_master_in_each_epoch()

    def test_a_stopped_master_is_replaced_and_comes_back_as_a_slave(self):
        victim, stopped_shards = self.busiest_master()
        others = [node for node in self.nodes() if node["pid"] != victim["pid"]]
        client_shards = self.client_shards()
        with Load(client_shards, self.addresses()) as load:
            time.sleep(SETTLE)
            growth = Growth([node["pid"] for node in self.nodes()])
            growth.start()
            stopped = time.monotonic()
            os.kill(victim["pid"], signal.SIGSTOP)
            try:
                time.sleep(STOPPED)
                shards = self.shards(others[0])
                woken = time.monotonic()
            finally:
                os.kill(victim["pid"], signal.SIGCONT)
            wait_until(self.caught_up, f"{victim['name']} is back")
            grown = growth.end()
            again = self.shards(others[0])
        for shard in shards:
            self.assertNotIn(shard["master"], (None, victim["name"]), shard)
        for shard in again:
            if shard["shard"] in stopped_shards:
                role = next(x["role"] for x in shard["replicas"] if x["node"] == victim["name"])
                self.assertEqual(role, "slave", shard)
        pauses = {x["shard"]: load.pause(x["shard"], stopped, woken) for x in client_shards}
        print(f"{load.count()} writes acknowledged; pauses during the stop, ms:",
              {shard: round(1000 * x) for shard, x in pauses.items()},
              f"of {sorted(stopped_shards)} stopped; nodes grew by {grown >> 10} KiB", flush=True)
        half = stopped + STOPPED / 2
        for shard in pauses:
            self.assertLess(load.pause(shard, half, woken), woken - half,
                            f"shard {shard} goes on while a node is stopped")
        self.assertLess(grown, GROWTH_MAX)
        self.check_nothing_lost(load)
        self.check_one_master_in_each_epoch()

    def refusals(self, address, questions):
        """What one client for each (shard, command) is told; none may be late or answered."""
        def ask(words):
            with Connection(address, timeout=DEADLINE + 5) as connection:
                begin = time.monotonic()
                try:
                    answer = connection.command(*words)
                except RespError as refusal:
                    answer = refusal
                return answer, time.monotonic() - begin

        with ThreadPoolExecutor(len(questions)) as pool:
            answers = list(pool.map(lambda x: ask(x[1]), questions))
        for (shard, words), (answer, took) in zip(questions, answers):
            self.assertIsInstance(answer, RespError, f"shard {shard}: {words}")
            self.assertIn(f"shard {shard}", str(answer))
            self.assertLess(took, DEADLINE + LATE_MAX, f"shard {shard}: {words}: {answer}")
        return [str(answer) for answer, _ in answers]

    def test_a_node_without_a_majority_neither_acknowledges_nor_reads(self):
        survivor, held = self.busiest_master()
        held = sorted(set(held) - {0})
        self.assertTrue(held, "the survivor is master of a client's shard")
        with Load(self.client_shards(), self.addresses()) as load:
            time.sleep(SETTLE)
        keys = {w.shard: next(iter(w.acknowledged)) for w in load.writers}
        readers = [Reader(shard, survivor["resp"], keys[shard]) for shard in held]
        for reader in readers:
            reader.start()
        for node in self.nodes():
            if node["pid"] != survivor["pid"]:
                self.end(node["pid"])
        killed = time.monotonic()

        # As long as the last acknowledged beats count, a master takes writes, and then cannot
        # say what became of them. Not of the keys that are read: a read waits for such a write.
        fresh = {w.shard: f"{{{w.tag}}}:early" for w in load.writers}
        early = self.refusals(survivor["resp"], [(x, ("SET", fresh[x], "x")) for x in held])
        for answer in early:
            self.assertRegex(answer, "^(UNKNOWN|CLUSTERDOWN NOQUORUM) ")
        for reader in readers:
            reader.join()
            self.assertRegex(str(reader.last), f"^CLUSTERDOWN NOQUORUM .*shard {reader.shard}")
            self.assertGreater(len(reader.answered), 0, "it read while there was a majority")
            self.assertLess(reader.answered[-1], killed + LEASE,
                            f"shard {reader.shard}: a read of later than the lease was answered")
        print("writes of before the quorum was missed:", collections.Counter(
            x.split()[0] for x in early), "; last read answered, ms after the kill:",
            [round(1000 * (x.answered[-1] - killed)) for x in readers], flush=True)

        time.sleep(max(0, killed + QUORUM_FRESH - time.monotonic()))
        late = self.refusals(survivor["resp"], [
            (shard, words) for shard, key in keys.items()
            for words in (("SET", key, "late"), ("GET", key))])
        for answer in late:
            self.assertTrue(answer.startswith("CLUSTERDOWN NOQUORUM"), answer)
        self.succeeds(self.up())
        wait_until(self.caught_up, "all are back")
        self.check_nothing_lost(load)
        self.check_one_master_in_each_epoch()


if __name__ == "__main__":
    sys.exit(main())

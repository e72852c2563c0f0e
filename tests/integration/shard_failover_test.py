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
        with Load(self.client_shards(), self.addresses()) as load:
            time.sleep(SETTLE)
            growth = Growth([node["pid"] for node in others])
            growth.start()
            os.kill(victim["pid"], signal.SIGSTOP)
            try:
                time.sleep(STOPPED)
                shards = self.shards(others[0])
            finally:
                os.kill(victim["pid"], signal.SIGCONT)
            grown = growth.end()
            wait_until(self.caught_up, f"{victim['name']} is back")
            again = self.shards(others[0])
        for shard in shards:
            self.assertNotIn(shard["master"], (None, victim["name"]), shard)
        for shard in again:
            if shard["shard"] in stopped_shards:
                role = next(x["role"] for x in shard["replicas"] if x["node"] == victim["name"])
                self.assertEqual(role, "slave", shard)
        print(f"{load.count()} writes acknowledged; others grew by {grown >> 10} KiB", flush=True)
        self.assertLess(grown, GROWTH_MAX)
        self.check_nothing_lost(load)
        self.check_one_master_in_each_epoch()

    def refusal_of(self, words):
        """What one more client of the survivor is told, and after how long."""
        with Connection(words[0], timeout=DEADLINE + 5) as connection:
            begin = time.monotonic()
            try:
                answer = connection.command(*words[1:])
            except RespError as refusal:
                answer = refusal
            return answer, time.monotonic() - begin

    def test_a_node_without_a_majority_neither_acknowledges_nor_reads(self):
        survivor, held = self.busiest_master()
        with Load(self.client_shards(), self.addresses()) as load:
            time.sleep(SETTLE)
        self.assertTrue(set(held) - {0}, "the survivor is master of a client's shard")
        for node in self.nodes():
            if node["pid"] != survivor["pid"]:
                self.end(node["pid"])
        # Beats that were acknowledged before the kill still count for that long.
        time.sleep(2 * max(QUORUM_FRESH, LEASE))
        keys = {w.shard: next(iter(w.acknowledged)) for w in load.writers}
        questions = [(shard, (survivor["resp"], *words)) for shard, key in keys.items()
                     for words in (("SET", key, "x"), ("GET", key))]
        with ThreadPoolExecutor(len(questions)) as pool:
            answers = pool.map(lambda x: (x[0], *self.refusal_of(x[1])), questions)
            for shard, answer, took in answers:
                self.assertIsInstance(answer, RespError, f"shard {shard}")
                self.assertTrue(str(answer).startswith("CLUSTERDOWN NOQUORUM"), answer)
                self.assertIn(f"shard {shard}", str(answer))
                self.assertLess(took, DEADLINE + 5)
        self.succeeds(self.up())
        wait_until(self.caught_up, "all are back")
        self.check_nothing_lost(load)
        self.check_one_master_in_each_epoch()


if __name__ == "__main__":
    sys.exit(main())

"""Many reads of large values at one time cost a door no more than a few of them, and lose
no reply on the way between nodes."""

import json
import re
import sys
import time
import urllib.request
from pathlib import Path

from local_cluster import TIMEOUT, LocalClusterTest, main, troupe
from resp_client import Connection

VALUE_BYTES = 6 << 20
READS = 200
GROWTH_MAX = 256 << 20
READER_PAUSE = 2  # Seconds in which the client takes nothing.
TIMED_READS = 40
# Through another node a value passes two processes more. A reply that is dropped and asked
# for again costs a second, as much as some 50 reads.
SLOWER_MAX = 6


def peak_bytes(pid):
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10


def metric(node, name):
    """The sum over all labels."""
    with urllib.request.urlopen(f"http://{node['http']}/metrics", timeout=TIMEOUT) as page:
        text = page.read().decode()
    return sum(float(x) for x in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE))


def lost_replies(nodes):
    return sum(metric(node, name) for node in nodes
               for name in ("troupe_cluster_link_dropped_notes_total",
                            "troupe_storage_unsent_answers_total"))


class LargeReadsTest(LocalClusterTest):
    def master_of(self, nodes, key):
        with Connection(nodes[0]["resp"], timeout=TIMEOUT) as client:
            slot = client.command("CLUSTER", "KEYSLOT", key)
        shards = json.loads(self.succeeds(troupe(
            "shell", "--connect", nodes[0]["link"], "--json", "-c", "shards")).stdout)
        return next(x["master"] for x in shards for first, last in x["slots"]
                    if x["shard"] != 0 and first <= slot <= last)

    def test_pipelined_reads_of_large_values_arrive_and_do_not_grow_the_nodes(self):
        self.first_up(3)
        nodes = self.nodes()
        value = "x" * VALUE_BYTES
        with Connection(nodes[0]["resp"], timeout=TIMEOUT) as client:
            self.assertEqual(client.command("SET", "large", value), "OK")
        for node in nodes:  # Of one of them the shard's master is here, of others elsewhere.
            with Connection(node["resp"], timeout=TIMEOUT) as client:
                self.assertEqual(client.command("GET", "large"), value)
                before = {x["name"]: peak_bytes(x["pid"]) for x in nodes}
                client.socket.sendall(b"GET large\r\n" * READS)
                time.sleep(READER_PAUSE)
                for _ in range(READS):
                    self.assertTrue(client.read() == value)
            grown = {x["name"]: (peak_bytes(x["pid"]) - before[x["name"]]) >> 20 for x in nodes}
            print(f"{READS} reads at {node['name']}: grown by, MiB: {grown}", flush=True)
            self.assertLess(max(grown.values()), GROWTH_MAX >> 20)

    def test_no_reply_is_lost_between_nodes(self):
        self.first_up(3)
        nodes = self.nodes()
        value = "x" * VALUE_BYTES
        with Connection(nodes[0]["resp"], timeout=TIMEOUT) as client:
            self.assertEqual(client.command("SET", "large", value), "OK")
        before = lost_replies(nodes)
        took = {}
        for node in nodes:
            with Connection(node["resp"], timeout=TIMEOUT) as client:
                self.assertEqual(client.command("GET", "large"), value)
                start = time.monotonic()
                client.socket.sendall(b"GET large\r\n" * TIMED_READS)
                for _ in range(TIMED_READS):
                    self.assertTrue(client.read() == value)
                took[node["name"]] = time.monotonic() - start
        print(f"{TIMED_READS} reads: {took}, master {self.master_of(nodes, 'large')}", flush=True)
        self.assertEqual(lost_replies(nodes), before)
        self.assertLess(max(took.values()), SLOWER_MAX * took[self.master_of(nodes, "large")])


if __name__ == "__main__":
    sys.exit(main())

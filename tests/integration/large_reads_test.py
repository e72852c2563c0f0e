"""Many reads of large values at one time cost a door no more than a few of them."""

import re
import sys
import time
from pathlib import Path

from local_cluster import TIMEOUT, LocalClusterTest, main
from resp_client import Connection

VALUE_BYTES = 6 << 20
READS = 200
GROWTH_MAX = 256 << 20
READER_PAUSE = 2  # Seconds in which the client takes nothing.


def peak_bytes(pid):
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10


class LargeReadsTest(LocalClusterTest):
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


if __name__ == "__main__":
    sys.exit(main())

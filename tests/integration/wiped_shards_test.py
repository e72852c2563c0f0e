"""A node whose shards were wiped under its identity has amnesia: it must not vote again."""

import json
import shutil
import sys
from pathlib import Path

from local_cluster import LocalClusterTest, main, troupe, wait_until
from resp_client import Connection, RespError


class WipedShardsTest(LocalClusterTest):
    def setUp(self):
        super().setUp()
        self.first_up(3)

    def shards(self, node):
        run = troupe("shell", "--connect", node["link"], "--json", "-c", "shards")
        return json.loads(run.stdout) if run.returncode == 0 else []

    def roles(self, asked, name):
        """The roles of a node's replicas, as the asked node knows them."""
        return {replica["role"] for shard in self.shards(asked) for replica in shard["replicas"]
                if replica["node"] == name}

    def start_again(self, node):
        """Starts the node, which becomes ready although some of it is damaged."""
        self.up("--timeout", "20s")
        return next(x for x in self.nodes() if x["name"] == node["name"])

    def settled(self, asked, without):
        shards = self.shards(asked)
        return len(shards) == 5 and all(x["master"] not in (None, without) for x in shards)

    def test_a_wiped_node_votes_for_nobody_and_serves_what_others_hold(self):
        victim, other, third = self.nodes()
        self.end(victim["pid"])
        shards = Path(victim["data_dir"], "shards")
        shutil.rmtree(shards)
        victim = self.start_again(victim)
        wait_until(lambda: self.roles(other, victim["name"]) == {"quarantined"},
                   "the wiped replicas are quarantined")
        self.assertEqual(list(shards.iterdir()), [], "nothing was made anew")
        log = Path(self.directory, victim["name"], "log").read_text(encoding="utf-8")
        self.assertIn("replica is quarantined", log)
        self.assertIn("start the node with an empty data directory", log)

        # The other two go on, and clients of the wiped node are served by them.
        wait_until(lambda: self.settled(other, victim["name"]), "the others are masters")
        with Connection(victim["resp"]) as client:
            for i in range(100):
                self.assertEqual(client.command("SET", f"key:{i}", i), "OK")
                self.assertEqual(client.command("GET", f"key:{i}"), str(i))

        # With a vote or an acknowledgement of the wiped node there would be a majority.
        self.end(third["pid"])
        with Connection(other["resp"]) as client:
            with self.assertRaises(RespError) as refusal:
                while True:
                    client.command("SET", "key:0", "lost")
            self.assertRegex(str(refusal.exception), "^(CLUSTERDOWN|UNKNOWN|TRYAGAIN)")
            with self.assertRaises(RespError):
                client.command("SET", "key:0", "lost")
        self.start_again(third)
        wait_until(lambda: self.settled(other, victim["name"]), "two of three are enough")
        with Connection(other["resp"]) as client:
            self.assertEqual(client.command("GET", "key:99"), "99")


if __name__ == "__main__":
    sys.exit(main())

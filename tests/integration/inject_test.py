"""Faults injected into live nodes from the shell: they strike, are listed, and end."""

import json
import sys
import time
from pathlib import Path

from local_cluster import LocalClusterTest, main, troupe, wait_until
from sharded_load import Load

SETTLE = 1.0  # Seconds of load before and after each fault.


class InjectTest(LocalClusterTest):
    def run_at(self, node, *commands):
        words = [word for command in commands for word in ("-c", command)]
        return troupe("shell", "--connect", node["link"], "--json", *words)

    def ask(self, node, command):
        return json.loads(self.succeeds(self.run_at(node, command)).stdout)

    def node(self, name):
        return next(x for x in self.nodes() if x["name"] == name)

    def others(self, name):
        return [x for x in self.nodes() if x["name"] != name]

    def client_shards(self, node):
        return [x for x in self.ask(node, "shards") if x["slots"]]

    def master_of_most(self):
        masters = [x["master"] for x in self.client_shards(self.nodes()[0])]
        return max(masters, key=masters.count)

    def replaced(self, gone, node):
        """Whether `node` knows a master of each shard that is not `gone`."""
        return all(x["master"] not in (None, gone) for x in self.ask(node, "shards"))

    def whole(self):
        """Whether no replica of any shard lags behind its master."""
        return all(shard["master"] and all(
            replica["role"] in ("master", "slave") and replica["lag"] is not None
            and replica["lag"] < 1000 for replica in shard["replicas"])
            for shard in self.ask(self.nodes()[0], "shards"))

    def check_nothing_lost(self, load):
        self.assertGreater(load.count(), 100, "the load did something")
        for node in self.nodes():
            self.assertEqual(load.lost(node["resp"]), [], node["name"])

    def test_a_node_that_does_not_allow_faults_refuses_them(self):
        self.first_up(1)
        node = self.nodes()[0]
        for command in ("inject partition n1", "inject pause n1 --for 1s", "inject list",
                        "heal"):
            run = self.run_at(node, command)
            if command != "inject partition n1":  # There is nobody to be cut off from.
                self.fails(run, 1, "wrong_state", "n1 was not started with --allow-inject")
            self.assertEqual(run.stdout, "")
        self.assertFalse(self.ask(node, "members")[0]["inject"])
        self.assertEqual(self.ask(node, "stats apps_inject"), [])

    def test_a_master_that_is_cut_off_is_replaced_and_returns(self):
        self.first_up(3, "--allow-inject")
        self.assertTrue(all(x["inject"] for x in self.ask(self.nodes()[0], "members")))
        master = self.master_of_most()
        survivor = self.others(master)[0]
        with Load(self.client_shards(survivor), [x["resp"] for x in self.nodes()]) as load:
            time.sleep(SETTLE)
            told = self.ask(survivor, f"inject partition {master} --for 5min")
            self.assertEqual({x["node"] for x in told}, {"n1", "n2", "n3"})
            wait_until(lambda: self.replaced(master, survivor), f"{master} is replaced")
            time.sleep(SETTLE)
            listed = self.ask(survivor, "inject list")
            self.assertEqual([x["node"] for x in listed], ["n1", "n2", "n3"])
            self.assertEqual({x["kind"] for x in listed}, {"partition"})
            self.assertTrue(all(0 < x["remaining_seconds"] <= 300 for x in listed))
            # The shell of one side reaches the other.
            healed = self.ask(self.node(master), "heal")
            self.assertEqual({x["node"]: x["ended"] for x in healed},
                             {"n1": 1, "n2": 1, "n3": 1})
            wait_until(self.whole, f"{master} is back")
            time.sleep(SETTLE)
        self.assertEqual(self.ask(survivor, "inject list"), [])
        self.check_nothing_lost(load)
        log = (self.directory / master / "log").read_text(encoding="utf-8")
        for line in ("faults may be injected", "fault injected", "injected fault ended"):
            self.assertIn(line, log)

    def test_faults_end_by_themselves(self):
        self.first_up(3, "--allow-inject")
        first = self.nodes()[0]
        self.ask(first, "inject one_way n3 --for 8s")
        self.ask(first, "inject delay n2:n3 20ms --jitter 10ms --for 8s")
        self.ask(first, "inject drop n1:n2 0.5 --for 8s")
        self.assertEqual(len(self.ask(first, "inject list")), 3)
        wait_until(lambda: self.ask(first, "inject list") == [], "the faults have ended")
        wait_until(self.whole, "all are together again")
        stats = {x["name"]: x["value"] for x in self.ask(first, "stats apps_inj")}
        self.assertEqual(stats, {"troupe_apps_injected_faults": 0,
                                 "troupe_apps_injections_total": 1})

    def test_a_stopped_disk_and_a_stopped_process(self):
        self.first_up(3, "--allow-inject")
        master = self.master_of_most()
        survivor = self.others(master)[0]
        self.fails(self.run_at(survivor, f"inject pause {master} --for 11min"), 1, "10 min")
        with Load(self.client_shards(survivor), [x["resp"] for x in self.nodes()]) as load:
            time.sleep(SETTLE)
            self.ask(survivor, f"inject disk_stall {master}")
            # A shard without writes has no syncs to wait for.
            wait_until(lambda: all(x["master"] not in (None, master)
                                   for x in self.client_shards(survivor)),
                       f"{master} hands over")
            self.ask(survivor, f"heal {master}")
            wait_until(self.whole, f"{master} is back")

            begin = time.monotonic()
            self.ask(survivor, f"inject pause {master} --for 2s")
            status = Path(f"/proc/{self.node(master)['pid']}/status")
            wait_until(lambda: "State:\tT" in status.read_text(encoding="ascii"), "it stops")
            wait_until(lambda: "State:\tT" not in status.read_text(encoding="ascii"),
                       "it goes on")
            self.assertGreater(time.monotonic() - begin, 2)
            wait_until(self.whole, f"{master} is back")
        self.check_nothing_lost(load)


if __name__ == "__main__":
    sys.exit(main())

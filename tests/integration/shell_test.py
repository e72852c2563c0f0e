#!/usr/bin/env python3
"""`shell`: commands against real nodes, from scripts and at a terminal."""

import json
import os
import pty
import re
import select
import socket
import subprocess
import time

from local_cluster import (PROGRAMS, TIMEOUT, TROUPE, LocalClusterTest, environment, main, troupe,
                           wait_until)


class Terminal:
    """A shell at a terminal of its own, driven by keys."""

    def __init__(self, *arguments, history):
        self.screen = ""
        self.main, side = pty.openpty()
        self.process = subprocess.Popen(
            [TROUPE, "shell", *arguments], stdin=side, stdout=side, stderr=side,
            env=environment(TERM="vt100", TROUPE_HISTORY=str(history), NO_COLOR="1"),
            start_new_session=True)
        os.close(side)

    def close(self):
        os.close(self.main)
        self.process.kill()
        self.process.wait()

    def type(self, keys):
        self.screen = ""
        os.write(self.main, keys.encode())

    def expect(self, pattern):
        """Reads until `pattern` is on the screen; fails after a while."""
        deadline = time.monotonic() + TIMEOUT
        while not re.search(pattern, self.screen):
            if not select.select([self.main], [], [], deadline - time.monotonic())[0]:
                raise AssertionError(f"no {pattern!r} in {self.screen!r}")
            self.screen += os.read(self.main, 4096).decode(errors="replace")

    def end(self):
        """Reads to the end of the shell; its exit code."""
        while True:
            try:
                if not os.read(self.main, 4096):
                    break
            except OSError:  # Linux's way to say that the other side has closed.
                break
        return self.process.wait(TIMEOUT)


class ShellTest(LocalClusterTest):
    def link(self, number):
        return f"127.0.0.1:{self.base + number}"

    def shell(self, number, *arguments, **options):
        return troupe("shell", "--connect", self.link(number), *arguments, **options)

    def ask(self, number, command):
        return json.loads(self.succeeds(self.shell(number, "--json", "-c", command)).stdout)

    def states(self, number):
        return {member["name"]: member["state"] for member in self.ask(number, "members")}

    def terminal(self, *arguments):
        result = Terminal(*arguments, history=self.folder / "history")
        self.addCleanup(result.close)
        return result

    def counter_up(self, nodes, executions):
        """Nodes that provide test.Counter, and know it of each other."""
        self.first_up(nodes, "--program", PROGRAMS / "counter_app",
                      env=environment(COUNTER_DIR=str(executions)))
        for asked in range(1, nodes + 1):
            wait_until(lambda: len(self.ask(asked, "providers")) == nodes, "all providers")

    def test_members_are_told_by_every_node(self):
        self.first_up(3)
        for asked in (1, 2, 3):
            members = self.ask(asked, "members")
            self.assertEqual([member["name"] for member in members], ["n1", "n2", "n3"])
            for i, member in enumerate(members, 1):
                self.assertEqual(
                    {key: member[key] for key in ("state", "incarnation", "link", "resp", "http")},
                    {"state": "alive", "incarnation": 1, "link": self.link(i),
                     "resp": f"127.0.0.1:{self.base + 100 + i}",
                     "http": f"127.0.0.1:{self.base + 200 + i}"})

    def test_kill_and_restart_are_seen_by_all(self):
        self.first_up(3)
        self.end(self.pids()[1])
        for asked in (1, 3):
            wait_until(lambda: self.states(asked)["n2"] == "dead", "n2 to be seen dead")
        self.succeeds(self.up())
        for asked in (1, 2, 3):
            wait_until(lambda: self.states(asked)["n2"] == "alive", "n2 to be seen alive")
            self.assertEqual(self.ask(asked, "members n2")[0]["incarnation"], 2)

    def test_each_command_answers_with_one_json_value(self):
        self.first_up(1)
        commands = {"members": list, "services": list, "providers": list, "consumers": list,
                    "stats": list, "tree": dict, "status": dict, "help": list, "quit": dict}
        for command, kind in commands.items():
            with self.subTest(command):
                run = self.succeeds(self.shell(1, "--json", "-c", command))
                self.assertEqual(run.stdout.count("\n"), 1)
                self.assertIsInstance(json.loads(run.stdout), kind)
                self.assertEqual(run.stderr, "")

    def test_call_runs_a_method_and_tells_its_reply(self):
        executions = self.folder / "executions"
        executions.mkdir()
        self.counter_up(2, executions)
        answer = self.ask(1, 'call test.Counter CountOnce {"id": "a b"}')
        self.assertEqual(answer["reply"], {"executions": "1"})
        self.assertEqual(answer["attempts"], 1)
        self.assertGreater(answer["took_seconds"], 0.02)  # What the service takes.
        self.assertIn("reply", self.ask(2, "call test.Counter Relay --idempotent"))
        ran = [line for file in executions.iterdir() for line in file.read_text().splitlines()]
        self.assertEqual(sorted(ran), ["Count ", "CountOnce a b"])

    def logged(self, text):
        """The lines of all nodes' logs that have `text`."""
        return [line for log in self.directory.glob("*/log")
                for line in log.read_text("utf-8").splitlines() if text in line]

    def test_one_trace_follows_a_call_over_all_nodes(self):
        # The one node's relay calls the other, or itself; every call is slow enough to log.
        self.first_up(2, "--program", PROGRAMS / "counter_app", env=environment(
            COUNTER_DIR=str(self.folder), TROUPE_CALL_SLOW_AFTER="1 ms",
            TROUPE_SERVICE_SLOW_AFTER="1 ms"))
        for asked in (1, 2):
            wait_until(lambda: len(self.ask(asked, "providers")) == 2, "all providers")
        trace = self.ask(1, "call test.Counter Relay")["trace"]
        self.assertRegex(trace, "^[0-9a-f]{32}$")
        self.assertNotEqual(trace, self.ask(1, "call test.Counter Count")["trace"])
        told = lambda: sorted(re.search('msg="(.*?)".* method=([A-Za-z]+)', line).groups()
                              for line in self.logged(f"trace={trace} "))
        wait_until(lambda: len(told()) == 4, "the lines of both calls")
        self.assertEqual(told(), [("a call was slow", "Count"), ("a call was slow", "Relay"),
                                  ("a handler was slow", "Count"),
                                  ("a handler was slow", "Relay")])

    def test_stats_of_the_last_minutes_have_rates(self):
        self.counter_up(1, self.folder)
        for _ in range(3):
            self.ask(1, "call test.Counter Count")
        rows = self.ask(1, "stats router_provider --minutes 5")
        rows = {row["name"]: row for row in rows if row["labels"].startswith("method=Count,")}
        calls = rows["troupe_router_provider_calls_total"]
        self.assertEqual(calls["value"], 3)
        self.assertAlmostEqual(calls["per_minute"], 3 * 60 / calls["window_seconds"], places=3)
        took = rows["troupe_router_provider_call_seconds"]
        self.assertEqual(took["value"], 3)
        self.assertGreater(took["p50"], 0.02)  # What the service takes.

    def test_call_fails_as_the_service_does_and_names_what_is_wrong(self):
        self.counter_up(1, self.folder)
        run = self.fails(self.shell(1, "-c", "call test.Counter Cuont"), 1, "Cuont")
        trace = re.search(r"\(trace ([0-9a-f]{32})\)", run.stderr).group(1)
        wait_until(lambda: len(self.logged(f"trace={trace} ")) == 2, "what the logs say of it")
        self.fails(self.shell(1, "-c", 'call test.Counter Count {"idd": "1"}'), 1, "idd")
        self.fails(self.shell(1, "-c", "call test.Cuonter Count"), 1, "test.Cuonter")
        self.fails(self.shell(1, "-c", "call test.Counter Count {id}"), 2, "is not JSON")

    def test_stdin_is_read_line_by_line_without_a_prompt(self):
        self.first_up(1)
        run = self.succeeds(self.shell(
            1, "--json", input="# first\nstatus\n\nmembers n1\nquit\ntree\n"))
        status, members = map(json.loads, run.stdout.splitlines()[:2])
        self.assertEqual(status["name"], "n1")
        self.assertEqual(members[0]["name"], "n1")
        self.assertEqual(run.stdout.splitlines()[2:], ['{"quit":true}'])

    def test_the_first_failure_ends_a_script(self):
        self.first_up(1)
        run = self.fails(self.shell(1, input="status\nstatsu\ntree\n"), 2,
                         "error: invalid_argument: unknown command 'statsu'")
        self.assertNotIn("ACTOR", run.stdout)

    def test_a_slip_in_any_command_is_found_before_the_first_runs(self):
        run = self.fails(self.shell(1, "-c", "leave", "-c", "membres"), 2,
                         "error: invalid_argument: unknown command 'membres'; "
                         "did you mean members?")
        self.assertEqual(run.stdout, "")

    def test_bad_flags_and_dead_nodes_have_codes_of_their_own(self):
        self.fails(troupe("shell", "--connect", "nowhere", "-c", "members"), 2, "--connect")
        self.fails(troupe("shell", "--conect", "h:1"), 2, "did you mean --connect?")
        run = self.fails(self.shell(1, "--json", "-c", "members"), 3, "error: unreachable: ",
                         self.link(1))
        self.assertEqual(run.stdout, "")

    def test_a_stranger_behind_the_port_does_not_hold_the_shell(self):
        with socket.create_server(("127.0.0.1", self.base + 1)):
            self.fails(self.shell(1, "--timeout", "300 ms", "-c", "members"), 3,
                       f"error: deadline_exceeded: {self.link(1)}: ")

    def test_a_cluster_that_comes_back_has_the_shards_it_was_founded_with(self):
        self.first_up(1, "--shards", 2)
        before = [(x["shard"], x["slots"]) for x in self.ask(1, "shards")]
        self.assertEqual([shard for shard, _ in before], [0, 1, 2])
        self.succeeds(self.down())
        self.succeeds(self.up())
        # Nothing tells when the catalog's placer has looked; it does at once.
        end = time.monotonic() + 3
        while time.monotonic() < end:
            after = [(x["shard"], x["slots"]) for x in self.ask(1, "shards")]
            self.assertEqual(after, before)

    def test_data_is_set_got_and_deleted_through_any_node(self):
        self.first_up(2, "--shards", 2)
        self.assertIsNone(self.ask(1, "get nowhere"))
        self.assertEqual(self.ask(1, "set 'a key' 'a value'"), "OK")
        self.assertEqual(self.ask(2, "get 'a key'"), "a value")
        self.assertEqual(self.ask(2, "set 'a key' ''"), "OK")
        self.assertEqual(self.ask(1, "get 'a key'"), "")
        self.assertEqual(self.ask(1, "del 'a key'"), 1)
        self.assertEqual(self.ask(2, "del 'a key'"), 0)
        self.assertIsNone(self.ask(2, "get 'a key'"))

    def test_shards_and_slots_tell_of_every_node_the_same(self):
        self.first_up(2, "--shards", 2)
        shards = self.ask(1, "shards")
        self.assertEqual([x["shard"] for x in shards], [0, 1, 2])
        for shard in shards:
            self.assertIn(shard["master"], ("n1", "n2"))
            self.assertEqual(sorted(x["node"] for x in shard["replicas"]), ["n1", "n2"])
            self.assertEqual({x["state"] for x in shard["replicas"]}, {"alive"})
            roles = {x["node"]: x["role"] for x in shard["replicas"]}
            self.assertEqual(roles.pop(shard["master"]), "master")
            self.assertEqual(set(roles.values()), {"slave"})
        self.assertEqual(shards[0]["slots"], [])
        other, = self.ask(2, "shards 2")
        for key in ("shard", "epoch", "master", "slots"):
            self.assertEqual(other[key], shards[2][key])
        slots = self.ask(1, "slots")
        self.assertEqual((slots[0]["first"], slots[-1]["last"]), (0, 16383))
        for one, next_one in zip(slots, slots[1:]):
            self.assertEqual(one["last"] + 1, next_one["first"])
        self.assertEqual(self.ask(2, "slots"), slots)
        found, = self.ask(2, "slots foo")  # Redis: CLUSTER KEYSLOT foo.
        self.assertEqual(found["slot"], 12182)
        self.assertIn({key: found[key] for key in ("first", "last", "shard", "master")}, slots)

    def test_a_shard_without_a_master_shows_where_it_is_placed(self):
        self.first_up(2, "--shards", 1)
        self.end(self.pids()[1])

        def orphan():
            shards = self.ask(1, "shards 1")
            return shards and not shards[0]["master"] and shards[0]
        wait_until(orphan, "shard 1 to have no master")
        wait_until(lambda: self.states(1)["n2"] == "dead", "n2 to be seen dead")
        replicas = {x["node"]: x for x in orphan()["replicas"]}
        self.assertEqual(sorted(replicas), ["n1", "n2"])
        self.assertEqual(replicas["n2"]["state"], "dead")
        self.assertEqual(replicas["n2"]["role"], "unknown")
        self.assertIsNone(replicas["n2"]["durable"])
        self.assertEqual(replicas["n1"]["state"], "alive")
        self.assertIsNotNone(replicas["n1"]["durable"])

    def test_the_tree_has_the_replicas_and_the_links(self):
        self.first_up(2, "--shards", 2)
        tree = {x["name"]: x for x in self.ask(1, "tree")["children"]}
        self.assertEqual([x["name"] for x in tree["shards"]["children"]],
                         ["shard/0", "shard/1", "shard/2"])
        self.assertLessEqual({x["state"] for x in tree["shards"]["children"]},
                             {"master", "slave"})
        self.assertEqual([(x["name"], x["state"]) for x in tree["links"]["children"]],
                         [("n2", "up")])

    def test_what_is_written_wrongly_is_named_with_a_code(self):
        self.first_up(1, "--shards", 1)
        for command, status, text in (
                ("get", 2, "the form is: get KEY"),
                ("get a b", 2, "'b' is too much; the form is: get KEY"),
                ("set a", 2, "the form is: set KEY VALUE"),
                ("set a b c", 2, "'c' is too much"),
                ("del", 2, "the form is: del KEY"),
                ("slots a b", 2, "'b' is too much"),
                ("get 'a", 2, "error: invalid_argument: "),
                ("set a b --fast", 2, "--fast"),
                ("stats --minutes many", 2, "many"),
                ("call test.Counter", 2, "the form is: call SERVICE METHOD"),
                ("inject partition n9", 1, "there is no member n9")):
            with self.subTest(command):
                run = self.fails(self.shell(1, "-c", command), status, "error: ", text)
                self.assertEqual(run.stdout, "")
        # What matches nothing is an empty answer.
        for command in ("members n9", "shards 9", "shards one", "providers no.Service",
                        "stats no_such"):
            with self.subTest(command):
                self.assertEqual(self.ask(1, command), [])
        self.assertIsNone(self.ask(1, "get no-such-key"))

    def test_keys_of_two_slots_are_refused_and_a_wrong_value_is_named(self):
        # The shell's own words take one key; its protocol takes what any client may send.
        self.first_up(1, "--shards", 1)
        host, resp = "127.0.0.1", self.base + 101
        with socket.create_connection((host, resp), TIMEOUT) as client:
            replies = client.makefile("rb")
            for command, reply in (
                    (b"MSET {a}1 x {a}2 y", b"+OK"),
                    (b"MSET a x b y", b"-CROSSSLOT"),
                    (b"INCR {a}1", b"-ERR value is not an integer or out of range"),
                    (b"GET {a}1 {a}2", b"-ERR wrong number of arguments")):
                client.sendall(command + b"\r\n")
                self.assertTrue(replies.readline().startswith(reply), command)
        self.assertEqual(self.ask(1, "get {a}2"), "y")

    def test_leave_ends_the_node_and_nobody_calls_it_dead(self):
        self.first_up(3)
        self.assertEqual(self.ask(2, "leave --yes"), {"left": "n2"})
        wait_until(lambda: self.states(1)["n2"] == "left", "n2 to be seen as left")
        self.assertEqual(self.states(3)["n2"], "left")

    def test_a_prompt_completes_recalls_and_takes_back(self):
        self.first_up(2)
        shell = self.terminal("--connect", self.link(1))
        shell.expect("n1> ")
        shell.type("mem\t2")
        shell.expect("bers 2")
        shell.type("\x7fn\t")
        shell.expect("n1  n2")
        shell.type("2\r")
        shell.expect(r"n2 +alive(.|\n)*n1> ")
        shell.type("abc\x03")
        shell.expect(r"\^C\r\n(.|\n)*n1> ")
        shell.type("\x1b[A\r")  # Arrow up.
        shell.expect(r"n2 +alive(.|\n)*n1> ")
        shell.type("\x04")
        self.assertEqual(shell.end(), 0)
        self.assertEqual((self.folder / "history").read_text("utf-8"),
                         "members n2\nmembers n2\n")

    def test_a_prompt_moves_on_when_its_node_dies(self):
        self.first_up(2)
        shell = self.terminal("--connect", self.link(1))
        shell.expect("n1> ")
        self.end(self.pids()[0])
        shell.type("status\r")
        shell.expect(r"note: n1 is gone; connected to n2 (.|\n)*name +n2(.|\n)*n2> ")
        shell.type("leave\r")
        shell.expect(r"n2 will leave the cluster and end\. Go on\? \[y/N\] ")
        shell.type("\r")
        shell.expect("nothing was done(.|\n)*n2> ")
        shell.type("quit\r")
        self.assertEqual(shell.end(), 0)


if __name__ == "__main__":
    main()

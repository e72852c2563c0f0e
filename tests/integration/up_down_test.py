#!/usr/bin/env python3
"""`up` and `down`: clusters of real processes come, stay, grow and go."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from local_cluster import (TIMEOUT, TROUPE, LocalClusterTest, environment, free_base_port,
                           is_gone, is_locked, main, port_is_free, troupe, wait_until)


class UpTest(LocalClusterTest):
    def test_ten_nodes_started_at_once_are_one_cluster(self):
        run = self.first_up(10)
        self.assertIn("10 nodes are one cluster and ready; 10 started now", run.stdout)
        nodes = self.nodes()
        self.assertEqual([node["name"] for node in nodes], [f"n{i}" for i in range(1, 11)])
        for i, node in enumerate(nodes, 1):
            self.assertEqual(node, {
                "name": f"n{i}", "pid": node["pid"],
                "link": f"127.0.0.1:{self.base + i}",
                "resp": f"127.0.0.1:{self.base + 100 + i}",
                "http": f"127.0.0.1:{self.base + 200 + i}",
                "data_dir": str(self.directory / f"n{i}" / "data")})
            self.assertFalse(is_gone(node["pid"]))
            self.assertEqual(os.getsid(node["pid"]), node["pid"])
            self.assertEqual(Path(node["data_dir"], "LOCK").read_text("utf-8"),
                             f"{node['pid']}\n")
            self.assertTrue(is_locked(node["data_dir"]))
            self.assertFalse(port_is_free(self.base + i))

    def test_a_later_call_needs_the_directory_alone_and_starts_what_is_missing(self):
        self.first_up(3)
        before = self.pids()
        run = self.succeeds(self.up())
        self.assertIn("0 started now", run.stdout)
        self.assertEqual(self.pids(), before)
        self.end(before[1])
        run = self.succeeds(self.up())
        self.assertIn("1 started now", run.stdout)
        after = self.pids()
        self.assertEqual([before[0], before[2]], [after[0], after[2]])
        self.assertNotEqual(before[1], after[1])

    def test_a_larger_number_adds_nodes(self):
        self.first_up(1)
        before = self.pids()
        self.succeeds(self.up("--nodes", 4))
        self.assertEqual(self.pids()[:1], before)
        self.assertEqual(len(self.nodes()), 4)

    def test_what_contradicts_the_directory_is_refused(self):
        self.first_up(2)
        for flag, value in [("--nodes", 1), ("--base-port", self.base + 1),
                            ("--shards", 5), ("--replicas", 1)]:
            self.fails(self.up(flag, value), 2, f"{flag} is {value}", "another --dir")
        self.assertEqual(len(self.nodes()), 2)

    def test_nothing_holds_the_streams_of_up(self):
        reader, writer = os.pipe()
        with subprocess.Popen(
                [TROUPE, "up", "--dir", self.directory, "--nodes", "2", "--base-port",
                 str(self.base)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                pass_fds=[writer], env=environment()) as run:
            os.close(writer)
            # Each ends only when every process that has it open has closed it.
            _, errors = run.communicate(timeout=TIMEOUT)
            self.assertEqual(run.returncode, 0, errors)
        self.assertEqual(os.read(reader, 1), b"")
        os.close(reader)
        for pid in self.pids():
            self.assertFalse(is_gone(pid))
            self.assertEqual(os.readlink(f"/proc/{pid}/fd/0"), "/dev/null")

    def test_concurrent_calls_start_each_node_once(self):
        command = [TROUPE, "up", "--dir", str(self.directory), "--nodes", "3", "--base-port",
                   str(self.base)]
        runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 text=True, env=environment()) for _ in range(3)]
        said = [run.communicate(timeout=TIMEOUT)[0] for run in runs]
        self.assertEqual([run.returncode for run in runs], [0, 0, 0], said)
        started = sorted(text.split(";")[1].split()[0] for text in said)
        self.assertEqual(started, ["0", "0", "3"])

    def test_relative_directories_work(self):
        self.succeeds(troupe("up", "--dir", "a b/c", "--nodes", 1, "--base-port", self.base,
                             cwd=self.folder))
        self.directory = self.folder / "a b" / "c"
        self.assertEqual(self.nodes()[0]["data_dir"], str(self.directory / "n1" / "data"))
        self.succeeds(troupe("down", "--dir", "c/", cwd=self.folder / "a b"))
        self.assertTrue(is_gone(self.pids()[0]))

    def test_variables_of_the_caller_do_not_name_the_nodes(self):
        self.succeeds(self.up("--nodes", 2, "--base-port", self.base,
                              env=environment(TROUPE_NODE_NAME="x", TROUPE_LOG_LEVEL="debug")))


class UpTroubleTest(LocalClusterTest):
    def test_a_port_in_use_is_named_and_nothing_is_remembered(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", self.base + 102))
            other.listen(1)
            self.fails(self.up("--nodes", 3, "--base-port", self.base), 1, "in_use",
                       f"n2 cannot have 127.0.0.1:{self.base + 102} as its resp port")
        self.assertFalse((self.directory / "cluster.json").exists())
        self.first_up(1)

    def test_a_node_that_ends_early_is_named_with_the_end_of_its_log(self):
        program = self.folder / "program"
        program.write_text("#!/bin/sh\necho no luck today >&2\nexit 3\n", encoding="utf-8")
        program.chmod(0o755)
        run = self.up("--nodes", 1, "--base-port", self.base, "--program", program)
        self.fails(run, 1, "n1 exited with code 3", "no luck today")

    def test_nodes_that_never_become_ready_are_named_and_can_be_ended(self):
        program = self.folder / "program"
        # The subshell has the arguments of the script, but is no node of its own.
        program.write_text("#!/bin/sh\n(while :; do sleep 0.1; done) &\nwait\n",
                           encoding="utf-8")
        program.chmod(0o755)
        run = self.up("--nodes", 2, "--base-port", self.base, "--program", program,
                      "--timeout", "1 s")
        self.fails(run, 1, "deadline_exceeded", "n1 does not answer")
        pids = self.pids()
        self.assertIn("2 nodes ended", self.succeeds(self.down()).stdout)
        self.assertTrue(all(map(is_gone, pids)))

    def test_a_program_that_cannot_run_is_named(self):
        self.fails(self.up("--nodes", 1, "--base-port", self.base, "--program", "/no/such"), 2,
                   "cannot run /no/such: No such file or directory", "--program")
        self.assertFalse(self.directory.exists())

    def test_a_directory_with_other_things_is_left_alone(self):
        self.directory.mkdir()
        (self.directory / "thesis.txt").write_text("dear", encoding="utf-8")
        self.fails(self.up("--nodes", 1, "--base-port", self.base), 1, "thesis.txt")
        self.assertEqual(os.listdir(self.directory), ["thesis.txt"])

    def test_a_damaged_memory_is_named(self):
        self.directory.mkdir()
        (self.directory / "cluster.json").write_text("{", encoding="utf-8")
        self.fails(self.up(), 1, "corrupt", "cluster.json")

    def test_a_first_call_without_a_number_makes_nothing(self):
        self.fails(self.up(), 2, "--nodes 3")
        self.assertFalse(self.directory.exists())


class ForeignClusterTest(LocalClusterTest):
    """What belongs to another cluster is refused, and both are named."""

    def cluster_ids(self, directory):
        """The ids that the nodes of `directory` have told in their logs."""
        return {found for log in directory.glob("*/log")
                for found in re.findall(r"msg=cluster id=(\w+)", log.read_text("utf-8"))}

    def refusals(self, log):
        return [line for line in log.read_text("utf-8").splitlines()
                if "level=warn" in line and "a link was refused" in line]

    def second_cluster(self, nodes):
        directory = self.folder / "other"
        base = free_base_port()
        self.addCleanup(troupe, "down", "--dir", directory)
        self.succeeds(troupe("up", "--dir", directory, "--nodes", nodes, "--base-port", base))
        return directory, base

    def test_a_node_with_a_cluster_of_its_own_warns_of_a_foreign_seed(self):
        self.first_up(1)
        other, base = self.second_cluster(1)
        self.succeeds(troupe("down", "--dir", other))
        ours, theirs = self.cluster_ids(self.directory), self.cluster_ids(other)
        log, seed_log = self.folder / "joiner.log", self.directory / "n1" / "log"
        with open(log, "wb") as output, subprocess.Popen(
                [TROUPE, "node", "--config", other / "n1" / "troupe.toml",
                 "--join", f"127.0.0.1:{self.base + 1}"],
                stdout=output, stderr=output, env=environment()) as node:
            self.addCleanup(node.kill)
            wait_until(lambda: self.refusals(log), "a warning of who dials")
            # Whom it has dialled says so, too.
            wait_until(lambda: self.refusals(seed_log), "a warning of the seed")
            node.terminate()
            node.wait(TIMEOUT)
        for text in [*ours, *theirs, "foreign_cluster", f"127.0.0.1:{self.base + 1}",
                     "empty data directory"]:
            self.assertIn(text, self.refusals(log)[0])
        self.assertIn("foreign_cluster", self.refusals(seed_log)[0])

    def test_up_with_a_data_directory_of_another_cluster_names_both_at_once(self):
        self.first_up(2)
        other, _ = self.second_cluster(2)
        ours, theirs = self.cluster_ids(self.directory), self.cluster_ids(other)
        self.succeeds(self.down())
        self.succeeds(troupe("down", "--dir", other))
        shutil.rmtree(self.directory / "n2" / "data")
        shutil.copytree(other / "n2" / "data", self.directory / "n2" / "data")
        self.fails(self.up(), 1, "foreign_cluster", *ours, *theirs,
                   "move away the data directory")

    def test_up_that_waits_in_vain_tells_what_the_nodes_have_warned_of(self):
        self.first_up(2)
        run = self.up("--nodes", 3, "--timeout", "15 s",
                      env=environment(TROUPE_CLUSTER_NAME="other"))
        self.fails(run, 1, "deadline_exceeded", "n1 warned:", "n3 warned:",
                   "a link was refused", "check [cluster] name")


class NameTest(LocalClusterTest):
    def impostor(self):
        """The words that start a node which says to be n2, too."""
        base = free_base_port()
        return ("node", "--name", "n2", "--data-dir", self.folder / "impostor",
                "--join", f"127.0.0.1:{self.base + 1}",
                "--listen", f"127.0.0.1:{base + 1}", "--resp", f"127.0.0.1:{base + 101}",
                "--http", f"127.0.0.1:{base + 201}")

    def test_a_founder_that_comes_back_stays_whoever_took_its_name(self):
        self.first_up(2)
        self.end(self.pids()[1])
        log = self.folder / "impostor.log"
        with log.open("wb") as out, subprocess.Popen(
                [TROUPE, *map(str, self.impostor())], stdout=out, stderr=out,
                env=environment()) as impostor:
            self.addCleanup(impostor.kill)
            wait_until(lambda: "phase=ready" in log.read_text("utf-8"), "the impostor joins")
            self.succeeds(self.up())
            told = Path(self.directory, "n2", "log")
            wait_until(lambda: "the name n2 belongs" in told.read_text("utf-8")
                       or impostor.poll() is not None, "one of them says so")
            self.assertFalse(is_gone(self.pids()[1]))
            impostor.kill()

    def test_a_new_node_with_the_name_of_a_live_member_ends_and_that_one_stays(self):
        self.first_up(2)
        pids = self.pids()
        run = troupe(*self.impostor())
        self.fails(run, 1, "already_exists", "the name n2 belongs to the live member",
                   f"127.0.0.1:{self.base + 2}", "--name")
        self.assertIn("0 started now", self.succeeds(self.up()).stdout)
        self.assertEqual(self.pids(), pids)

    def test_a_node_that_lost_its_disk_comes_back_under_its_name_without_a_warning(self):
        self.first_up(4)
        self.end(self.pids()[3])
        shutil.rmtree(self.directory / "n4" / "data")
        self.assertIn("1 started now", self.succeeds(self.up()).stdout)
        for log in self.directory.glob("*/log"):
            self.assertNotIn("the name n4 belongs", log.read_text("utf-8"))


class DownTest(LocalClusterTest):
    def test_all_nodes_are_gone_and_their_ports_free(self):
        self.first_up(5)
        pids, ports = self.pids(), self.ports()
        self.end(pids[4])
        os.kill(pids[2], signal.SIGSTOP)
        self.succeeds(self.down())
        self.assertTrue(all(map(is_gone, pids)))
        self.assertTrue(all(map(port_is_free, ports)))
        self.assertIn("0 nodes ended", self.succeeds(self.down()).stdout)

    def test_the_same_cluster_comes_back_again_and_again(self):
        self.first_up(4)
        for _ in range(5):
            self.succeeds(self.down())
            self.succeeds(self.up())
        self.assertEqual(len(self.nodes()), 4)

    def test_a_process_that_has_a_dead_nodes_number_is_spared(self):
        self.first_up(1)
        node = self.nodes()[0]
        self.end(node["pid"])
        with subprocess.Popen(["sleep", "600"]) as stranger:
            self.addCleanup(stranger.kill)
            Path(node["data_dir"], "LOCK").write_text(f"{stranger.pid}\n", encoding="utf-8")
            self.succeeds(self.down())
            self.assertIsNone(stranger.poll())
            stranger.kill()

    def test_without_a_cluster_it_says_so(self):
        self.fails(self.down(), 1, "there is no cluster in")


class HangupTest(LocalClusterTest):
    def test_a_terminal_that_is_closed_lets_its_node_leave(self):
        self.first_up(2)
        pid, peer = self.pids()
        log = self.directory / "n1" / "log"
        os.kill(pid, signal.SIGHUP)
        wait_until(lambda: "phase=leaving" in log.read_text("utf-8"), "it leaves")
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGHUP)  # A shell and the system both tell.
        wait_until(lambda: is_gone(pid), "it has left")
        self.assertNotIn("ended before it had left", log.read_text("utf-8"))
        self.assertFalse(is_gone(peer))


class NodeTroubleTest(LocalClusterTest):
    def test_a_second_node_on_a_data_directory_is_refused_and_the_first_goes_on(self):
        self.first_up(1)
        pid = self.pids()[0]
        run = troupe("node", "--config", self.directory / "n1" / "troupe.toml")
        self.fails(run, 1, "in_use", f"process {pid}", "--data-dir")
        self.assertIn("0 started now", self.succeeds(self.up()).stdout)

    def test_a_bad_config_file_is_refused_with_its_line(self):
        file = self.folder / "bad.toml"
        file.write_text("[link]\nhartbeat_interval = \"1 s\"\n", encoding="utf-8")
        run = troupe("node", "--config", file)
        self.fails(run, 2, "bad.toml:2", "did you mean link.heartbeat_interval?")

    def test_a_bad_flag_is_refused_with_its_form(self):
        self.fails(troupe("node", "--link.idle_after", "5"), 2,
                   "flag --link.idle_after", "needs a unit")
        self.fails(troupe("node", "--link.idle_aftr", "5 s"), 2,
                   "did you mean --link.idle_after?")

    def test_a_foreign_data_directory_is_refused(self):
        (self.folder / "thesis.txt").write_text("dear", encoding="utf-8")
        run = troupe("node", "--data-dir", self.folder, "--listen", f"127.0.0.1:{self.base}")
        self.fails(run, 1, "thesis.txt", "--data-dir")


class CommandLineTest(LocalClusterTest):
    def test_no_command_shows_the_help(self):
        run = self.fails(troupe(), 2)
        for command in ("node", "up", "down", "version"):
            self.assertIn(f"\n  {command} ", run.stderr)

    def test_a_mistyped_command_is_guessed(self):
        self.fails(troupe("dwon"), 2, "did you mean down?")

    def test_help_succeeds(self):
        for command in ("node", "up", "down", "version"):
            self.assertIn("Usage: troupe " + command, self.succeeds(troupe(command, "--help")).stdout)


if __name__ == "__main__":
    main()

"""Chaos runs on the loopback interface: short scenarios, and what a run leaves behind."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from local_cluster import TIMEOUT, TROUPE, environment, free_base_port, is_gone, main, wait_until

MALL = str(Path(TROUPE).with_name("mall"))
SCENARIOS = Path(__file__).resolve().parent.parent / "chaos"

SKIPPED = 77
LOSSY = """
[cluster]
shards = 3
ack = "async"
[clients]
count = 12
timeout = "150 ms"
[run]
seconds = 7
[[fault]]
at = "2 s"
kind = "isolate"
target = "n1"
for = "1 s"
[[fault]]
at = "2800 ms"
kind = "kill"
target = "n1"
for = "3 s"
"""


def namespaces():
    return sorted(x.name for x in Path("/run/netns").glob("tc*-*"))


def processes_of(folder):
    """The numbers of processes that were started with a file below `folder`."""
    result = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"node" in words and any(str(folder).encode() in word for word in words):
            result.append(int(path.parent.name))
    return result


class ChaosTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="troupe chaos "))
        self.addCleanup(shutil.rmtree, self.folder)
        self.directory = self.folder / "runs"
        self.addCleanup(self.end_all)

    def end_all(self):
        for pid in processes_of(self.folder):
            os.kill(pid, signal.SIGKILL)

    def words(self, scenario, *more, program=TROUPE):
        return [program, "chaos", "run", str(scenario), "--dir", str(self.directory),
                "--base-port", str(free_base_port()), *more]

    def run_chaos(self, scenario, *more, program=TROUPE):
        return subprocess.run(self.words(scenario, *more, program=program),
                              capture_output=True, text=True, timeout=TIMEOUT, check=False,
                              env=environment())

    def begin(self, scenario):
        """A run in the background, once its faults have begun."""
        run = subprocess.Popen(self.words(scenario), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env=environment())
        self.addCleanup(run.communicate)
        for line in run.stdout:
            if re.match(r"#\d+ at ", line):
                break
        return run

    def scenario(self, text):
        path = self.folder / "own.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def notes(self):
        """Where runs of this test are noted: other tests' are left out."""
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        if os.geteuid() == 0:
            place = Path("/run/troupe-chaos")
        elif runtime.startswith("/"):
            place = Path(runtime, "troupe-chaos")
        else:
            place = Path(f"/tmp/troupe-chaos-{os.geteuid()}-runs")
        result = []
        for note in place.glob("run-*"):
            try:
                if str(self.folder) in note.read_text(encoding="utf-8"):
                    result.append(note)
            except FileNotFoundError: # Another test's, which has ended.
                pass
        return result

    def kept(self):
        return sorted(x.name for x in self.directory.iterdir() if x.is_dir())

    def skip_without_rights(self, run):
        if run.returncode == SKIPPED:
            last = run.stdout.splitlines()[-1]
            self.assertTrue(last.startswith("SKIPPED: "), last)
            self.skipTest(last)

    def passes(self, name, program=TROUPE):
        run = self.run_chaos(SCENARIOS / name, program=program)
        print(run.stdout, run.stderr, flush=True)
        self.skip_without_rights(run)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("0 violations", run.stdout)
        self.assertEqual(processes_of(self.folder), [])
        self.assertEqual(self.kept(), [])
        page = (self.directory / f"{Path(name).stem}-7.html").read_text(encoding="utf-8")
        self.assertIn("<svg", page)
        self.assertNotRegex(page, r"(src|href)=")
        return run.stdout

    def test_killed_masters(self):
        self.passes("kill_master.toml")

    def test_an_app_judges_what_its_own_load_saw(self):
        said = self.passes("sale_kill.toml", program=MALL)
        orders = int(re.search(r"; (\d+) operations of the app", said)[1])
        self.assertGreater(orders, 0)

    def test_stopped_masters(self):
        self.passes("pause_master.toml")

    def test_all_killed_at_once(self):
        self.passes("kill_all.toml")

    def test_starved_masters(self):
        self.passes("starve.toml")

    def test_growth_beyond_its_bound_is_found(self):
        # A node that has just begun holds less than one that has served clients.
        run = self.run_chaos(self.scenario(
            "[run]\nseconds = 2\n[expect]\nproperties = [\"bounded\"]\n"
            "more_memory = \"0 B\"\n"))
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertRegex(run.stdout, r"bounded: n\d holds .* of memory, and held")

    def test_full_disks(self):
        self.passes("disk_full.toml")

    def test_partitions(self):
        before = namespaces()
        for name in ("partition_halves.toml", "one_way.toml"):
            self.passes(name)
        self.assertEqual(namespaces(), before)

    def test_nodes_in_namespaces_have_clocks_of_their_own(self):
        before = namespaces()
        run = self.begin(SCENARIOS / "one_way.toml")
        nodes = processes_of(self.folder)
        if not nodes:
            self.skipTest("there are no namespaces here")
        ahead = {Path(f"/proc/{x}/timens_offsets").read_text(encoding="utf-8") for x in nodes}
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(TIMEOUT), 2)
        self.assertEqual(len(ahead), len(nodes), ahead)
        self.assertEqual(processes_of(self.folder), [])
        self.assertEqual(namespaces(), before)

    def test_a_bad_network(self):
        self.passes("loss_delay.toml")

    def test_a_weak_mode_is_found_to_lose_what_it_acknowledged(self):
        # The master of some shard acknowledges while it is cut off; then it is killed, and
        # the others go on without it. How much it acknowledges in that time is up to the
        # machine: one run of some is enough.
        for seed in range(1, 7):
            run = self.run_chaos(self.scenario(LOSSY), "--seed", str(seed))
            self.skip_without_rights(run)
            if run.returncode != 0:
                break
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertIn("nothing_lost: ", run.stdout)
        self.assertEqual(self.kept(), [f"own-{seed}"])
        self.assertIn(str(self.directory / f"own-{seed}"), run.stdout)
        self.assertEqual(processes_of(self.folder), [])

    def test_a_run_that_is_killed_is_cleared_by_the_next(self):
        run = self.begin(SCENARIOS / "kill_master.toml")
        run.kill()
        run.wait()
        left = processes_of(self.folder)
        self.assertNotEqual(left, [], "nodes outlive a run that is killed")
        refused = self.run_chaos(self.scenario("[run]\nseconds = 1\n"))
        self.assertIn("cleared what a killed run left", refused.stdout)
        wait_until(lambda: all(map(is_gone, left)), "the nodes of the killed run are gone")
        histories = list(self.directory.glob("kill_master-7/histories/*.jsonl"))
        self.assertGreater(sum(x.stat().st_size for x in histories), 0)

    def test_a_run_that_is_ended_cleans_up_and_keeps_its_histories(self):
        run = self.begin(SCENARIOS / "kill_master.toml")
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(TIMEOUT), 2)
        self.assertEqual(processes_of(self.folder), [])
        self.assertNotEqual(
            list(self.directory.glob("kill_master-7/histories/*.jsonl")), [])

    def test_a_closed_terminal_ends_a_run_as_a_signal_does(self):
        run = self.begin(SCENARIOS / "kill_master.toml")
        run.send_signal(signal.SIGHUP)
        self.assertEqual(run.wait(TIMEOUT), 2)
        self.assertEqual(processes_of(self.folder), [])
        self.assertEqual(self.notes(), [])

    def test_a_killed_run_is_cleared_by_the_next_in_another_directory(self):
        run = self.begin(SCENARIOS / "kill_master.toml")
        run.kill()
        run.wait()
        left = processes_of(self.folder)
        self.assertNotEqual(left, [])
        self.assertNotEqual(self.notes(), [])
        self.directory = self.folder / "other"
        told = self.run_chaos(self.scenario("[run]\nseconds = 1\n"))
        self.assertIn("cleared what a killed run left", told.stdout)
        wait_until(lambda: all(map(is_gone, left)), "the nodes of the killed run are gone")
        self.assertEqual(self.notes(), [])

    def test_a_page_that_cannot_be_written_hides_no_verdict(self):
        run = self.run_chaos(self.scenario("[run]\nseconds = 1\n"), "--report", "/dev/full")
        self.assertEqual(run.returncode, 2, run.stdout + run.stderr)
        self.assertIn("0 violations", run.stdout)
        self.assertIn("cannot write the report /dev/full", run.stdout)
        self.assertNotEqual(list(self.directory.glob("own-1/histories/*.jsonl")), [])
        self.assertFalse((self.directory / "own-1/running").exists())
        self.assertEqual(self.notes(), [])

    def test_a_kind_that_the_nemesis_never_draws_makes_a_run_vacuous(self):
        run = self.run_chaos(self.scenario(
            "[run]\nseconds = 2\n[nemesis]\nkinds = [\"kill\", \"pause\"]\n"
            "between = [\"1100 ms\", \"1200 ms\"]\n"))
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertIn("effective: ", run.stdout)
        self.assertIn("with this seed none is drawn", run.stdout)

    def test_a_directory_in_use_is_refused(self):
        run = self.begin(SCENARIOS / "kill_master.toml")
        other = self.run_chaos(SCENARIOS / "kill_all.toml")
        self.assertEqual(other.returncode, 2, other.stderr)
        self.assertIn("name another directory with --dir", other.stderr)
        run.send_signal(signal.SIGTERM)
        run.wait(TIMEOUT)

    def test_bad_input_is_named_and_leaves_nothing(self):
        cases = [
            ("[[fault]]\nat = \"1 s\"\nkind = \"kil\"\n", "own.toml:3: "),
            ("[expect]\nproperties = [\"lost\"]\n", "own.toml:2: "),
            ("[cluster]\nnode = 3\n", "own.toml:2: "),
        ]
        for text, place in cases:
            run = self.run_chaos(self.scenario(text))
            self.assertEqual(run.returncode, 2, run.stderr)
            self.assertIn(place, run.stderr)
            self.assertIn("Known: ", run.stderr)
            self.assertFalse(self.directory.exists())
        run = self.run_chaos(SCENARIOS / "kill_all.toml", "--report", "/no/such/page.html")
        self.assertEqual(run.returncode, 2, run.stderr)
        self.assertIn("--report", run.stderr)
        self.assertFalse(self.directory.exists())


if __name__ == "__main__":
    sys.exit(main())

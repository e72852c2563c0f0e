"""A call survives its provider: kill -9 of one of three, with 64 calls under way."""

import collections
import os
import signal
import subprocess
import sys

from local_cluster import PROGRAMS, LocalClusterTest, environment, main

CALLS = 3000
IN_FLIGHT = 64
DEADLINE_MS = 1000  # [call] deadline; the default.
SLACK_MS = 1000     # How late a busy machine may tell it.


class CallFailover(LocalClusterTest):
    def setUp(self):
        super().setUp()
        self.executions_dir = self.folder / "executions"
        self.executions_dir.mkdir()
        self.succeeds(self.up(
            "--nodes", 3, "--base-port", self.base, "--program", PROGRAMS / "counter_app",
            env=environment(COUNTER_DIR=str(self.executions_dir))))

    def load_with_a_kill(self, method):
        """Calls through n1 and kills n3 in the middle. Returns (id, result, ms) of each."""
        caller, *_, victim = self.nodes()
        command = [str(PROGRAMS / "counter_app"), "load", "--connect", caller["link"],
                   "--method", method, "--calls", str(CALLS), "--in-flight", str(IN_FLIGHT),
                   "--prefix", f"{method}-"]
        lines = []
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as load:
            for line in load.stdout:
                lines.append(line.split())
                if len(lines) == CALLS // 3:
                    os.kill(victim["pid"], signal.SIGKILL)
        self.assertEqual(load.returncode, 0)
        self.assertEqual(len(lines), CALLS)
        return [(call, result, int(took)) for call, result, took in lines], victim["pid"]

    def executions(self):
        """pid -> how often each call was executed there."""
        return {int(file.name): collections.Counter(
                    line.split()[1] for line in file.read_text().splitlines())
                for file in self.executions_dir.iterdir()}

    def check_common(self, results, victim):
        executions = self.executions()
        self.assertEqual(len(executions), 3, "calls went to all three providers")
        self.assertGreater(sum(executions[victim].values()), CALLS // 20)
        for counts in executions.values():
            self.assertLessEqual(max(counts.values()), 1, "no provider runs a call twice")
        for call, result, took in results:
            self.assertLess(took, DEADLINE_MS + SLACK_MS, f"{call} {result}")
        return executions

    def test_idempotent_calls_all_succeed(self):
        results, victim = self.load_with_a_kill("Count")
        self.check_common(results, victim)
        self.assertEqual({result for _, result, _ in results}, {"ok"})

    def test_other_calls_run_on_at_most_one_provider(self):
        results, victim = self.load_with_a_kill("CountOnce")
        executions = self.check_common(results, victim)
        everywhere = sum(executions.values(), collections.Counter())
        self.assertLessEqual(max(everywhere.values()), 1)
        self.assertLessEqual({result for _, result, _ in results}, {"ok", "link_lost"})
        for call, result, _ in results:
            if result == "ok":
                self.assertEqual(everywhere[call], 1, call)


if __name__ == "__main__":
    sys.exit(main())

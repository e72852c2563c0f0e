"""Scenarios of chaos runs, in virtual time: `troupe sim --scenario FILE`."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from local_cluster import TIMEOUT, TROUPE, environment, main

SCENARIOS = Path(__file__).resolve().parent.parent / "chaos"
NOT_SIMULATED = {"loss", "duplicate", "reorder", "disk_full", "starve"}


def sim(scenario, *flags):
    return subprocess.run(
        [TROUPE, "sim", "--scenario", scenario, *flags], env=environment(), timeout=TIMEOUT,
        capture_output=True, text=True, check=False)


def kinds_of(scenario):
    return re.findall(r'^kind = "(.*)"$', scenario.read_text(encoding="utf-8"), re.M)


class SimScenarioTest(unittest.TestCase):
    def own(self, text):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name, "own.toml")
        path.write_text(text, encoding="utf-8")
        return path

    def test_each_scenario_runs_or_names_what_cannot_be(self):
        scenarios = sorted(SCENARIOS.glob("*.toml"))
        self.assertGreaterEqual(len(scenarios), 6)
        for scenario in scenarios:
            with self.subTest(scenario.name):
                run = sim(scenario, "--json", "--twice")
                strange = [x for x in kinds_of(scenario) if x in NOT_SIMULATED]
                if strange:
                    line = next(i for i, x in enumerate(
                        scenario.read_text(encoding="utf-8").splitlines(), 1)
                        if x == f'kind = "{strange[0]}"')
                    self.assertEqual(run.returncode, 2, run.stderr)
                    self.assertIn(f"{scenario}:{line}: ", run.stderr)
                    self.assertIn(f"unknown fault '{strange[0]}'", run.stderr)
                    self.assertIn("Known: ", run.stderr)
                    continue
                self.assertEqual(run.returncode, 0, run.stderr)
                told = json.loads(run.stdout)
                self.assertEqual(told["seed"], 7) # As the files say.
                self.assertEqual(sum(told["faults"].values()), len(kinds_of(scenario)))

    def test_flags_win_and_every_seed_has_its_run(self):
        run = sim(SCENARIOS / "kill_master.toml", "--seeds", "3..4", "--seconds", "4", "--json")
        self.assertEqual(run.returncode, 0, run.stderr)
        told = [json.loads(x) for x in run.stdout.splitlines()]
        self.assertEqual([x["seed"] for x in told], [3, 4])
        self.assertNotEqual(told[0]["hash"], told[1]["hash"])
        for x in told: # The second kill would come after the end.
            self.assertEqual(x["faults"], {"kill": 1})

    def test_what_cannot_be_is_refused(self):
        kill = SCENARIOS / "kill_master.toml"
        cases = [
            (kill, ["--cores-only"], "leave --cores-only out"),
            (kill, ["--faults", "kill"], "exclude each other"),
            (self.own('[cluster]\nack = "async"\n'), [], 'ack must be "quorum"'),
            (self.own('[[fault]]\nat = "1 s"\nkind = "kil"\n'), [], "own.toml:3: "),
            (self.own('[[fault]]\nat = "1 s"\nkind = "kill"\ntarget = "n4"\n'), [],
             "own.toml:4: "),
            (self.own('[[fault]]\nat = "1 s"\nkind = "kill"\ntarget = "n3"\n'),
             ["--nodes", "2", "--replicas", "2"], "own.toml:4: there is no n3"),
            (self.own('[run]\nseconds = 5\n[[fault]]\nat = "6 s"\nkind = "kill"\n'), [],
             "own.toml:4: "),
            (kill, ["--keep-faults", "99"], "plans no fault 99"),
            ("/no/such/file.toml", [], "/no/such/file.toml"),
        ]
        for scenario, flags, words in cases:
            run = sim(scenario, *flags)
            self.assertEqual(run.returncode, 2, run.stderr)
            self.assertIn(words, run.stderr)

    def test_sizes_that_cores_alone_have_not_are_refused(self):
        for flags, words in [(["--nodes", "5", "--replicas", "3"], "give one of them"),
                             (["--shards", "2"], "leave --shards out")]:
            run = subprocess.run([TROUPE, "sim", "--cores-only", *flags], env=environment(),
                                 timeout=TIMEOUT, capture_output=True, text=True, check=False)
            self.assertEqual(run.returncode, 2, run.stderr)
            self.assertIn(words, run.stderr)


if __name__ == "__main__":
    sys.exit(main())

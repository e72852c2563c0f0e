"""Redis's own tools and two cluster clients work against any node, under each redirect."""

import functools
import json
import shutil
import subprocess
import sys
from pathlib import Path

from local_cluster import TIMEOUT, LocalClusterTest, environment, main, troupe

HERE = Path(__file__).parent


@functools.cache
def python_with_redis():
    """Debian's interpreter has Debian's python3-redis; ours may be another one."""
    for python in (sys.executable, "/usr/bin/python3"):
        if run(python, "-c", "import redis.cluster").returncode == 0:
            return python
    sys.exit("python3-redis is not there; run tools/setup.sh")


@functools.cache
def has_ioredis():
    return (shutil.which("node") is not None
            and run("node", "-e", "require('ioredis')", cwd=HERE / "ioredis").returncode == 0)


def run(*command, **options):
    return subprocess.run([*map(str, command)], capture_output=True, text=True,
                          timeout=TIMEOUT, check=False, **options)


class RedisClients(LocalClusterTest):
    def start(self, redirect):
        self.succeeds(self.up("--nodes", 3, "--base-port", self.base,
                              env=environment(TROUPE_DOOR_REDIRECT=redirect)))

    def resp_ports(self):
        return [int(node["resp"].rsplit(":", 1)[1]) for node in self.nodes()]

    def shards(self):
        shown = self.succeeds(troupe("shell", "--connect", self.nodes()[0]["link"],
                                     "--json", "-c", "shards"))
        return json.loads(shown.stdout)

    def master_count(self):
        """Of the shards that have slots."""
        return len({shard["master"] for shard in self.shards() if shard["slots"]})

    def cli(self, port, *words, follow=False):
        answer = self.succeeds(run("redis-cli", "-p", port, *(["-c"] if follow else []),
                                   *words))
        return answer.stdout.rstrip("\n")

    def benchmark(self, port, tests, *options):
        ran = self.succeeds(run("redis-benchmark", "-p", port, "-t", tests, "-n", 2000, "-q",
                                *options))
        shown = ran.stdout + ran.stderr
        for word in ("rror", "MOVED", "WARNING"):
            self.assertNotIn(word, shown)
        runs = tests.split(",") + ["ping"] * tests.count("ping")  # PING runs in two forms.
        self.assertEqual(shown.count("requests per second"), len(runs), shown)

    def check_following_clients(self):
        """Those that know of clusters: they work under every redirect."""
        for port in self.resp_ports():
            with self.subTest(port=port):
                for i in range(20):
                    self.assertEqual(
                        self.cli(port, "set", f"cli:{i}", port, follow=True), "OK")
                    self.assertEqual(self.cli(port, "get", f"cli:{i}", follow=True), str(port))
                self.benchmark(port, "set,get,incr", "--cluster", "-r", 1000)
                self.benchmark(port, "set,get", "--cluster", "-P", 16)
                self.succeeds(run(python_with_redis(), HERE / "redis_py_client.py", port,
                                  self.master_count()))
                if has_ioredis():
                    self.succeeds(run("node", HERE / "ioredis" / "cluster_client.js",
                                      "127.0.0.1", port))
        if not has_ioredis():
            print("ioredis: skipped; npm ci in tests/integration/ioredis installs it",
                  file=sys.stderr)

    def check_plain_clients(self):
        """Those that know of one server: they are served by any."""
        for port in self.resp_ports():
            with self.subTest(port=port):
                for i in range(20):
                    self.assertEqual(self.cli(port, "set", f"plain:{i}", port), "OK")
                    self.assertEqual(self.cli(port, "get", f"plain:{i}"), str(port))
                self.benchmark(port, "ping,set,get,incr,mset")
                self.benchmark(port, "set,get", "-P", 16, "-r", 1000)

    def test_auto(self):
        self.start("auto")
        self.check_plain_clients()
        self.check_following_clients()

    def test_always(self):
        self.start("always")
        self.check_following_clients()
        answers = {self.cli(port, "set", "plain", 1).split()[0] for port in self.resp_ports()}
        self.assertEqual(answers, {"OK", "MOVED"})

    def test_never(self):
        self.start("never")
        self.check_plain_clients()
        self.assertEqual(self.cli(self.resp_ports()[0], "cluster", "slots").split()[0], "0")
        self.check_following_clients()


if __name__ == "__main__":
    sys.exit(main())

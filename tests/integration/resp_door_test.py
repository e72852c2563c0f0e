"""The RESP door under bad and greedy clients: each gets a clear error, and the node goes on
serving everyone else."""

import contextlib
import os
import random
import socket
import sys

from local_cluster import TIMEOUT, LocalClusterTest, environment, main, wait_until

CLIENTS_MAX = 40


class RespDoor(LocalClusterTest):
    def setUp(self):
        super().setUp()
        self.succeeds(self.up("--nodes", 1, "--base-port", self.base, env=environment(
            TROUPE_DOOR_CLIENTS_MAX=str(CLIENTS_MAX), TROUPE_DOOR_UNREAD_MAX="4 MiB",
            TROUPE_DOOR_OUTPUT_MAX="64 KiB")))
        self.port = int(self.nodes()[0]["resp"].rsplit(":", 1)[1])

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT)
        self.addCleanup(client.close)
        return client

    def answer(self, data, count=1):
        """The first lines that the door answers to these bytes."""
        client = self.connect()
        client.sendall(data)
        with client.makefile("rb") as lines:
            return [lines.readline().decode().rstrip("\r\n") for _ in range(count)]

    def everything(self, data):
        """All that the door answers to these bytes, until it closes the connection."""
        client = self.connect()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            client.sendall(data)
        received = b""
        while chunk := client.recv(65536):
            received += chunk
        return received.decode()

    def check_serves(self):
        self.assertEqual(self.answer(b"SET k v\r\nGET k\r\n", 3), ["+OK", "$1", "v"])

    def test_breaches_of_the_protocol_are_named_and_end_the_connection(self):
        for data, error in [
                (b"*1\r\n:1\r\n", "-ERR Protocol error: expected '$', got ':'\r\n"),
                (b"*-x\r\n", "-ERR Protocol error: invalid multibulk length\r\n"),
                (b"*99999999999\r\n", "-ERR Protocol error: invalid multibulk length\r\n"),
                (b"*2\r\n$3\r\nGET\r\n$99999999999\r\n",
                 "-ERR Protocol error: invalid bulk length\r\n"),
                (b"*2\r\n$3\r\nGET\r\n$-5\r\n",
                 "-ERR Protocol error: invalid bulk length\r\n"),
                (b"set k \"v\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"),
                (b"x" * 100_000, "-ERR Protocol error: too big inline request\r\n"),
                (b"PING\r\n*1\r\n!\r\n",
                 "+PONG\r\n-ERR Protocol error: expected '$', got '!'\r\n")]:
            with self.subTest(data=data[:40]):
                self.assertEqual(self.everything(data), error)
                self.check_serves()

    def test_wrong_commands_are_named_and_cost_nothing_else(self):
        for data, error in [
                (b"GET\r\n", "-ERR wrong number of arguments for 'get' command"),
                (b"SET k\r\n", "-ERR wrong number of arguments for 'set' command"),
                (b"MSET {x}a 1 {x}b\r\n", "-ERR wrong number of arguments for 'mset' command"),
                (b"MSET a 1 b 2\r\n",
                 "-CROSSSLOT Keys in request don't hash to the same slot"),
                (b"SELECT 1\r\n", "-ERR SELECT is not allowed in cluster mode"),
                (b"HELLO 3\r\n", "-NOPROTO unsupported protocol version")]:
            with self.subTest(data=data):
                self.assertEqual(self.answer(data + b"PING\r\n", 2), [error, "+PONG"])
        self.assertTrue(self.answer(b"NOSUCH a b\r\n")[0].startswith(
            "-ERR unknown command 'NOSUCH'"))
        self.check_serves()

    def test_garbage_does_no_harm(self):
        noise = random.Random(7)
        for _ in range(30):
            client = self.connect()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                client.sendall(noise.randbytes(noise.randrange(1, 50_000)))
            client.close()
        self.check_serves()

    def test_replies_keep_the_order_of_a_pipeline(self):
        commands = [f"SET {{p}}{i % 7} {i}\r\nGET {{p}}{i % 7}\r\nPING\r\nNOSUCH\r\n"
                    for i in range(2000)]
        client = self.connect()
        with client.makefile("rb") as lines:
            for commands_sent in range(0, len(commands), 500):
                client.sendall("".join(commands[commands_sent:commands_sent + 500]).encode())
                for i in range(commands_sent, commands_sent + 500):
                    self.assertEqual(lines.readline(), b"+OK\r\n")
                    self.assertEqual(lines.readline(), b"$%d\r\n" % len(str(i)))
                    self.assertEqual(lines.readline(), b"%d\r\n" % i)
                    self.assertEqual(lines.readline(), b"+PONG\r\n")
                    self.assertTrue(lines.readline().startswith(b"-ERR unknown command"))

    def test_what_was_sent_before_half_a_close_is_answered(self):
        client = self.connect()
        client.sendall(b"SET half 1\r\nGET half\r\n")
        client.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := client.recv(65536):
            received += chunk
        self.assertEqual(received, b"+OK\r\n$1\r\n1\r\n")

    def test_too_many_clients_are_told_so(self):
        silent = [self.connect() for _ in range(CLIENTS_MAX)]
        for client in silent:
            client.sendall(b"PING\r\n")
            self.assertEqual(client.recv(64), b"+PONG\r\n")
        self.assertEqual(self.everything(b""), "-ERR max number of clients reached\r\n")
        for client in silent:
            client.close()
        wait_until(lambda: self.answer(b"PING\r\n") == ["+PONG"], "a free place")

    def test_a_client_that_does_not_read_is_stopped_and_the_node_stays_small(self):
        pid = self.nodes()[0]["pid"]
        self.assertEqual(self.answer(b"SET big %b\r\n" % (b"x" * 60_000)), ["+OK"])
        before = resident_bytes(pid)
        greedy = self.connect()
        greedy.settimeout(2)
        with contextlib.suppress(TimeoutError, BrokenPipeError, ConnectionResetError):
            while True:
                greedy.sendall(b"GET big\r\n" * 1000)
        self.assertLess(resident_bytes(pid) - before, 64 << 20)
        self.check_serves()


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    sys.exit(main())

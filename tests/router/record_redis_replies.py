#!/usr/bin/env python3
"""Records what a real Redis 7 replies to the commands of redis_replies.txt, in place.

    redis-server --port 6799 --save '' &
    tests/router/record_redis_replies.py --port 6799

Each section begins with an empty database, WHICH IS FLUSHED: use a server of your own."""

import argparse
import pathlib
import socket

REPLIES = pathlib.Path(__file__).with_name("redis_replies.txt")


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.stream = self.socket.makefile("rb")

    def ask(self, command):
        self.socket.sendall(command.encode() + b"\r\n")
        return self.reply()

    def reply(self):
        line = self.stream.readline()
        kind, count = line[:1], line[1:].strip()
        if kind == b"$" and int(count) >= 0:
            line += self.stream.read(int(count) + 2)
        if kind == b"*":
            line += b"".join(self.reply() for _ in range(int(count)))
        return line


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    redis = Connection(parser.parse_args().port)
    lines = []
    for line in REPLIES.read_text().splitlines():
        if line.startswith("< "):
            continue
        lines.append(line)
        if line.startswith("# "):
            redis.ask("FLUSHALL")
        elif line.startswith("> "):
            reply = redis.ask(line[2:]).decode()
            lines.append("< " + reply.replace("\r", "\\r").replace("\n", "\\n"))
    REPLIES.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

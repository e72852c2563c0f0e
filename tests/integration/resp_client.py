"""A small Redis client that says what it knows: answered, refused, or fate unknown."""

import socket

SLOTS = 16384


class RespError(Exception):
    """The server answered with an error."""


class Connection:
    """One connection; every command ends by `timeout`, with OSError when it broke."""

    def __init__(self, address, timeout=10):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout)
        self.socket.settimeout(timeout)
        self.reader = self.socket.makefile("rb")

    def close(self):
        self.reader.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def command(self, *words):
        encoded = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(encoded)
                            + b"".join(b"$%d\r\n%s\r\n" % (len(x), x) for x in encoded))
        return self.read()

    def read(self):
        line = self.reader.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the connection ended")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            raise RespError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self.read_bulk(int(rest))
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        raise ConnectionError(f"no reply of Redis: {line!r}")

    def read_bulk(self, size):
        data = self.reader.read(size + 2)
        if len(data) != size + 2:
            raise ConnectionError("the connection ended")
        return data[:-2].decode()


def crc16(data):
    """CRC16/XMODEM, as Redis Cluster uses it."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def slot_of(key):
    """The slot of a key without a hash tag."""
    return crc16(key.encode()) % SLOTS

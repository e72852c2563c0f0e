"""Reads and writes through redis-py's cluster client. Arguments: port of any node, and how
many masters the map must show."""

import sys

from redis.cluster import RedisCluster
from redis.exceptions import RedisClusterException, ResponseError


def check(got, expected, what):
    if got != expected:
        sys.exit(f"{what}: {got!r} instead of {expected!r}")


def strings(client):
    for i in range(200):
        check(client.set(f"py:{i}", i), True, "SET")
    for i in range(200):
        check(client.get(f"py:{i}"), str(i).encode(), "GET")
    check(client.set("py:0", "x", nx=True), None, "SET NX of a key that exists")
    check(client.set("py:expires", "x", px=100_000), True, "SET PX")
    check(0 < client.pttl("py:expires") <= 100_000, True, "PTTL")
    check(client.persist("py:expires"), True, "PERSIST")
    check(client.ttl("py:expires"), -1, "TTL")
    check(client.append("py:expires", "yz"), 3, "APPEND")
    check(client.strlen("py:expires"), 3, "STRLEN")
    check(client.type("py:expires"), b"string", "TYPE")
    check(client.delete("py:expires"), 1, "DEL")
    check(client.exists("py:expires"), 0, "EXISTS")


def many_keys(client):
    check(client.mset({"{py}a": 1, "{py}b": 2}), True, "MSET")
    check(client.mget("{py}a", "{py}b", "{py}c"), [b"1", b"2", None], "MGET")
    try:
        client.mset({"py:1": 1, "py:2": 2})
    except (ResponseError, RedisClusterException):
        return
    sys.exit("MSET of two slots did not fail")


def counters(client):
    client.delete("{py}counter")
    pipeline = client.pipeline()
    for _ in range(100):
        pipeline.incr("{py}counter")
    check(pipeline.execute(), list(range(1, 101)), "INCR in a pipeline")


def main(port, master_count):
    client = RedisCluster(host="127.0.0.1", port=int(port))
    check(len(client.get_primaries()), int(master_count), "number of primaries")
    strings(client)
    many_keys(client)
    counters(client)


if __name__ == "__main__":
    main(*sys.argv[1:])

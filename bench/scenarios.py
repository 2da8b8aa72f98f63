"""The scenarios as data: what the generator plays (bench/load/scenario.hpp) against which servers,
and the one figure of the result that servers are compared by."""

import itertools
import os
from dataclasses import dataclass, field

DELIVERY = "us_per_delivery"
ROUND_TRIP = "us_per_round_trip"
VISIT = "us_per_visit"
MEMORY = "user_kib_per_client"

EVERYBODY = ("troupe", "node", "epoll", "uwebsockets", "bun", "socketioxide", "python")
PAIR = ("troupe", "node")
LIMIT = ("troupe", "node", "epoll", "uwebsockets")


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    kind: str
    settings: dict
    figure: str = DELIVERY
    # Names of peers.PEERS; "troupe:threads=2" is one with arguments of its own.
    servers: tuple = PAIR
    is_quick: bool = False
    takes_all_cores: bool = False
    seconds: float = 2
    rounds: int = 2  # Of `all`, where no goal reads the figure.
    # Of every server here; "tls" stands for a certificate that is made for the run.
    options: tuple = ()
    # Settings of the generator's that only one of the servers needs.
    settings_for: dict = field(default_factory=dict)
    # Where the page has it; its kind unless said.
    section: str = ""

    @property
    def part(self):
        return self.section or self.kind


def fanout(clients, under_way, size, senders=1):
    name = f"fanout-{clients}-{under_way}-{size}" + (f"-from{senders}" if senders > 1 else "")
    return name, dict(clients=clients, under_way=under_way, bytes=size, senders=senders)


def matrix():
    """Fan-out: clients x under way x bytes x senders; where everybody is asked, what is quick."""
    everybody = {(1000, 16, 64, 1), (1000, 1, 64, 1)}
    limits = {(1000, 16, 64, 50), (1000, 16, 1024, 1), (10000, 4, 64, 1), (100, 1, 64, 1)}
    quick = {(1000, 16, 64, 1), (1000, 16, 64, 50), (1000, 1, 64, 1), (1000, 16, 1024, 1)}
    grid = set(itertools.product((100, 1000, 10000), (1, 16), (64, 1024), (1, 50)))
    for key in sorted(grid | {(10000, 4, 64, 1)}):
        clients, under_way, size, senders = key
        name, settings = fanout(*key)
        yield Scenario(
            name, f"fan-out to {clients:,}, {under_way} under way, {size:,} B, "
            f"{senders} sender{'s' if senders > 1 else ''}", "fanout", settings,
            servers=EVERYBODY if key in everybody else LIMIT if key in limits else PAIR,
            is_quick=key in quick, rounds=2 if key in everybody | limits else 1)


def latency():
    for rate, senders, clients, quick in ((20, 1, 1000, True), (100, 10, 1000, True),
                                          (500, 10, 1000, False), (1000, 50, 100, False)):
        yield Scenario(f"rate-{rate}-to-{clients}",
                       f"{rate:,} messages/s from {senders} to {clients:,}", "rate",
                       dict(clients=clients, rate=rate, senders=senders), seconds=5,
                       servers=LIMIT if clients == 1000 and rate <= 100 else PAIR, is_quick=quick)
    yield Scenario("slow-readers", "100 messages/s of 1 KiB to 1,000, 10 more never read", "rate",
                   dict(clients=1000, rate=100, senders=10, bytes=1024, slow_readers=10), seconds=6)
    yield Scenario("mixed", "50 messages/s to 900 WebSocket and 100 polling clients, 10 never read",
                   "rate", dict(clients=1000, pollers=100, rate=50, senders=10, slow_readers=10),
                   seconds=5)


def rooms():
    name, settings = fanout(10, 1, 64)
    yield Scenario(name, "fan-out to 10, 1 under way: what rooms of 10 are compared with",
                   "fanout", settings, servers=("troupe", "node"))
    yield Scenario("rooms", "1,000 rooms of 10, 10,000 clients, 1 under way", "fanout",
                   dict(clients=10000, rooms=1000, senders=10))
    yield Scenario("rooms-16", "1,000 rooms of 10, 1,000 clients each in 10, 16 under way",
                   "fanout", dict(clients=1000, rooms=1000, rooms_each=10, senders=10,
                                  under_way=16))
    yield Scenario("rooms-overlapping", "the same, each event to 5 rooms that overlap", "fanout",
                   dict(clients=1000, rooms=1000, rooms_each=10, senders=10, under_way=16,
                        targets=5))
    yield Scenario("room-1000", "a room of 1,000, 16 under way", "fanout",
                   dict(clients=1000, rooms=1, under_way=16))


def echoes():
    for clients in (1, 100):
        yield Scenario(f"echo-{clients}", f"echo, {clients} client{'s'[:clients - 1]}", "echo",
                       dict(clients=clients), ROUND_TRIP, servers=("troupe", "node", "epoll"),
                       is_quick=clients == 100)
        yield Scenario(f"ack-{clients}", f"echo as an ack, {clients} client{'s'[:clients - 1]}",
                       "echo", dict(clients=clients, ack=1), ROUND_TRIP,
                       servers=EVERYBODY if clients == 100 else PAIR)


def others():
    yield Scenario("binary", "fan-out of 1 KiB attachments to 1,000, 16 under way", "fanout",
                   dict(clients=1000, under_way=16, bytes=1024, binary=1))
    yield Scenario("polling", "long-polling fan-out to 100, 1 under way", "fanout",
                   dict(clients=100, pollers=100), servers=("troupe", "node", "python"),
                   is_quick=True)
    yield Scenario("polling-16", "long-polling fan-out to 100, 16 under way", "fanout",
                   dict(clients=100, pollers=100, under_way=16))
    yield Scenario("churn", "connect, join, leave; 16 at a time", "churn", dict(under_way=16),
                   VISIT, servers=("troupe", "node", "bun", "socketioxide"), is_quick=True)
    yield Scenario("idle", "10,000 idle connections", "idle", dict(clients=10000), MEMORY,
                   servers=EVERYBODY, seconds=0.5)
    yield Scenario("idle-1000", "1,000 idle connections", "idle", dict(clients=1000), MEMORY,
                   is_quick=True, seconds=0.5)


def carriers():
    """The same events over TLS, compressed, and in MessagePack."""
    of_100 = dict(clients=100)
    for under_way in (1, 16):
        yield Scenario(f"tls-{under_way}", f"fan-out to 1,000 over TLS, {under_way} under way",
                       "fanout", dict(clients=1000, under_way=under_way, tls=1),
                       options=("tls",), section="carriers")
    yield Scenario("tls-echo", "echo over TLS, 100 clients", "echo", of_100 | dict(tls=1),
                   ROUND_TRIP, options=("tls",), section="carriers")
    deflate = dict(bytes=1024, deflate=1)
    yield Scenario("deflate-16", "fan-out of 1 KiB to 1,000, compressed, 16 under way", "fanout",
                   dict(clients=1000, under_way=16) | deflate, options=("deflate=1",),
                   section="carriers")
    yield Scenario("deflate-echo", "echo of 1 KiB, compressed, 100 clients", "echo",
                   of_100 | deflate, ROUND_TRIP, options=("deflate=1",), section="carriers")
    yield Scenario("msgpack-16", "fan-out to 1,000 in MessagePack, 16 under way", "fanout",
                   dict(clients=1000, under_way=16, msgpack=1), options=("msgpack=1",),
                   section="carriers")
    yield Scenario("msgpack-echo", "echo in MessagePack, 100 clients", "echo",
                   of_100 | dict(msgpack=1), ROUND_TRIP, options=("msgpack=1",),
                   section="carriers")


# What must not cost, beside the server without it; and what the generator does differently then.
OPTIONS = {
    "troupe:rooms=100000": ("100,000 rooms besides", dict(rooms_besides=100)),
    "troupe:namespaces=1000": ("1,000 namespaces", dict(nsp="/n500")),
    "troupe:recovery=1": ("connection state recovery on", dict(recovery=1)),
    "troupe:metrics=1": ("counters read ten times a second", {}),
    "troupe:limits=1": ("limits on", {}),
}


def options():
    """Troupe beside itself, in turn, on the main path."""
    yield Scenario("options", "fan-out to 1,000, 16 under way, with options on", "fanout",
                   dict(clients=1000, under_way=16), servers=("troupe", *OPTIONS),
                   settings_for={server: own for server, (_, own) in OPTIONS.items()},
                   section="options")


def cores():
    settings = dict(clients=1000, under_way=16, senders=10)
    for threads in sorted({1, 2, len(os.sched_getaffinity(0))}):
        yield Scenario(f"cores-{threads}", f"fan-out to 1,000, {threads} "
                       f"shard{'s'[:threads - 1]}, on all cores", "fanout", settings,
                       servers=(f"troupe:threads={threads}",), takes_all_cores=True)
    yield Scenario("cores-2-10000", "fan-out to 10,000, 2 shards, on all cores", "fanout",
                   settings | dict(clients=10000), servers=("troupe:threads=2",),
                   takes_all_cores=True)


SCENARIOS = [one for part in (matrix, latency, rooms, echoes, others, carriers, options,
                               cores)
             for one in part()]

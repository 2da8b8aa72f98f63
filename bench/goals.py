"""What Troupe wants to reach, and whether a run shows it."""

from dataclasses import dataclass
from typing import Callable, Optional

from results import Asked, Results, Spread
from scenarios import DELIVERY, MEMORY, OPTIONS, ROUND_TRIP, VISIT


@dataclass(frozen=True)
class Goal:
    what: str
    wanted: str
    known_limit: str
    measured: Callable[[Results], Optional[Spread]]
    holds: Callable[[float], bool]
    unit: str


def fewer_than_node(what, scenario, times, known_limit, figure=DELIVERY):
    return Goal(what, f"{times:g} times fewer than Node", known_limit,
                lambda of: of.ratio(scenario, "troupe", "node", figure),
                lambda value: value >= times, "x fewer")


def beside(what, scenario, other, times, figure=DELIVERY):
    return Goal(what, f"at most {times:g} of it", "-",
                lambda of: of.ratio(scenario, other, "troupe", figure),
                lambda value: value <= times, "x")


def divided(own, theirs):
    """Of what did not run side by side."""
    if not own or not theirs:
        return None
    return Spread(own.median / theirs.median, own.least / theirs.most, own.most / theirs.least)


def across(of, scenario, other):
    return divided(of.spread(scenario, "troupe", DELIVERY), of.spread(other, "troupe", DELIVERY))


def costs_nothing(what, server):
    return Goal(what, "at most 1.05 of the main path", "-",
                lambda of: of.ratio("options", "troupe", server, DELIVERY),
                lambda value: value <= 1.05, "x")


def events_of_busiest(of, scenario, server):
    """Events a second that the busiest shard could serve if it had a core of its own."""
    pairs = [(one.get("events_per_s"), one.get("server_cores_by_thread"))
             for one in of.reports(scenario, server)]
    return Spread.of([events / threads[0] for events, threads in pairs if events and threads])


def speed_up(of):
    return divided(events_of_busiest(of, "cores-2", "troupe:threads=2"),
                   events_of_busiest(of, "cores-1", "troupe:threads=1"))


GOALS = [
    fewer_than_node("fan-out 1,000 x 64 B, 16 under way", "fanout-1000-16-64", 24, "23-25"),
    fewer_than_node("same, 50 senders", "fanout-1000-16-64-from50", 30, "30-36"),
    fewer_than_node("same, 1 under way", "fanout-1000-1-64", 2.4, "2.4-2.6"),
    fewer_than_node("fan-out 10,000 x 64 B, 4 under way", "fanout-10000-4-64", 8, "8.2"),
    fewer_than_node("fan-out 1,000 x 1 KiB, 16 under way", "fanout-1000-16-1024", 14, "15"),
    fewer_than_node("20 messages/s to 1,000, CPU", "rate-20-to-1000", 3, "3.5"),
    Goal("20 messages/s to 1,000, p99", "at most half of Node's", "-",
         lambda of: of.ratio("rate-20-to-1000", "node", "troupe", "delivery_p99_ms"),
         lambda value: value <= 0.5, "x"),
    fewer_than_node("echo, 100 clients", "echo-100", 4, "4.6", ROUND_TRIP),
    fewer_than_node("echo with ack, 100 clients", "ack-100", 4, "-", ROUND_TRIP),
    fewer_than_node("long-polling fan-out to 100", "polling", 5, "-"),
    fewer_than_node("churn, CPU per connect and disconnect", "churn", 8, "10", VISIT),
    Goal("idle connection, user memory", "at most 2.0 KiB", "0.1-2",
         lambda of: of.spread("idle", "troupe", MEMORY) or
         of.spread("idle-1000", "troupe", MEMORY), lambda value: value <= 2.0, "KiB"),
    Goal("100 messages/s from 10 to 1,000, p99", "under 10 ms", "8",
         lambda of: of.spread("rate-100-to-1000", "troupe", "delivery_p99_ms"),
         lambda value: value < 10, "ms"),
    Goal("rooms of 10, beside a fan-out to 10", "at most 1", "-",
         lambda of: across(of, "rooms", "fanout-10-1-64"), lambda value: value <= 1, "x"),
    Goal("a room of 1,000, beside a fan-out to 1,000", "at most 1", "-",
         lambda of: across(of, "room-1000", "fanout-1000-16-64"), lambda value: value <= 1, "x"),
    Goal("2 shards beside 1 (of the busiest shard's CPU)", "at least 1.7 times", "2",
         speed_up, lambda value: value >= 1.7, "x"),
    beside("beside the bare epoll loop, 16 under way", "fanout-1000-16-64", "epoll", 1.1),
    beside("beside the bare epoll loop, 1 under way", "fanout-1000-1-64", "epoll", 1.1),
    beside("beside uWebSockets' pub/sub, 16 under way", "fanout-1000-16-64", "uwebsockets", 1.1),
] + [costs_nothing(what, server) for server, (what, _) in OPTIONS.items()]


def read_by_goals():
    """The pairs (scenario, server) whose figures decide a goal."""
    asked = Asked()
    for goal in GOALS:
        goal.measured(asked)
    return asked.pairs


def verdict(goal, of):
    """The measured value as text, and `hit`, `missed` or `not measured`."""
    value = goal.measured(of)
    if value is None:
        return "-", "not measured"
    return value.text(goal.unit), "hit" if goal.holds(value.median) else "missed"

"""How many rounds of what, and how long they take."""

import goals
import peers

ROUNDS_OF_GOALS = 5  # One round is decided by the machine's mood.
ROUNDS_OF_SOME = 3
WHOLE = (["all"], ["goals"])  # What docs/performance.md is written from.
CONNECTS_PER_SECOND = {"troupe": 4000, "epoll": 15000, "uwebsockets": 6000}
OTHER_CONNECTS_PER_SECOND = 1200


def rounds(scenarios, servers_of, asked, names):
    """By scenario and server. `asked`: what the user wants of each, if anything."""
    read = goals.read_by_goals()

    def count(scenario, server):
        if asked or not names:
            return asked or 1
        if names not in WHOLE:
            return ROUNDS_OF_SOME
        return ROUNDS_OF_GOALS if (scenario.name, server) in read else scenario.rounds

    return {one.name: {server: count(one, server) for server in servers_of[one.name]}
            for one in scenarios}


def seconds_of(scenario, server, seconds):
    """Of one round, about: starting, connecting, warming up, measuring, ending."""
    rate = CONNECTS_PER_SECOND.get(peers.base_of(server), OTHER_CONNECTS_PER_SECOND)
    connecting = scenario.settings.get("clients", 0) / rate
    settling = 4 if scenario.kind == "idle" else 0
    return 0.8 + connecting + settling + 1.25 * (seconds or scenario.seconds)


def minutes(scenarios, planned, seconds):
    return sum(count * seconds_of(one, server, seconds) for one in scenarios
               for server, count in planned[one.name].items()) / 60

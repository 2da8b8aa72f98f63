#!/usr/bin/env python3
"""Troupe beside other Socket.IO servers: server CPU, latency, memory. `./dev bench` calls it.

    run.py                  the quick part, under five minutes; Troupe, Node and the bare limit
    run.py all              everything, about half an hour; writes docs/performance.md
    run.py NAME...          scenarios by name or pattern ("fanout-1000-*")
    run.py --list           their names
    run.py --page FILE      writes docs/performance.md from results kept in FILE

Server and generator have a core each; servers run in turn, so that what disturbs the machine
disturbs all. Results also go to BUILD/bench/results.json. No figure here is a test.
"""

import argparse
import datetime
import fnmatch
import resource
import sys
import time

import goals
import measure
import page
import peers
import plan
from results import Results
from scenarios import SCENARIOS

QUICK_SERVERS = {"troupe", "node", "epoll"}


def chosen_scenarios(names):
    if not names:
        return [one for one in SCENARIOS if one.is_quick]
    if names == ["all"]:
        return SCENARIOS
    if names == ["goals"]:
        read = {scenario for scenario, _ in goals.read_by_goals()}
        return [one for one in SCENARIOS if one.name in read]
    chosen = [one for one in SCENARIOS
              if any(fnmatch.fnmatch(one.name, pattern) for pattern in names)]
    if not chosen:
        sys.exit(f"no scenario is called {' '.join(names)}; see --list")
    return chosen


def present_servers(scenarios, allowed, build):
    """Those that can run, by name, and those that cannot, with the reason."""
    wanted = {peers.base_of(server) for one in scenarios for server in one.servers} & allowed
    peers.install(wanted)
    missing = {name: why for name in peers.PEERS if name in wanted
               and (why := peers.PEERS[name](build).missing())}
    return wanted - missing.keys(), missing


def play(scenario, servers, rounds, seconds, build, into):
    for turn in range(max(rounds.values(), default=0)):
        for server in servers if turn % 2 == 0 else reversed(servers):
            if turn >= rounds[server]:
                continue
            try:
                report = measure.run(scenario, server, build, seconds or scenario.seconds)
            except measure.Failure as failure:
                report = {"error": str(failure)}
            into.add(scenario.name, server, report)


def show(scenario, servers, results):
    print(f"{scenario.title}  [{scenario.name}]")
    for server in servers:
        ratio = results.ratio(scenario.name, "troupe", server, scenario.figure)
        own = results.spread(scenario.name, server, scenario.figure)
        line = f"  {page.label(server):24}"
        line += f"{ratio.median:7.2f}x" if ratio and server != "troupe" else " " * 8
        if own:
            line += f"  {page.figure(own)} {page.UNITS[scenario.figure]}"
        tail = results.spread(scenario.name, server, "delivery_p99_ms")
        if tail:
            line += f", p99 {page.figure(tail)} ms"
        limits = results.limits(scenario.name, server)
        if "generator" in limits:
            line += "  (the generator was the bottleneck)"
        for error in sorted(set(results.errors(scenario.name, server))):
            line += f"  FAILED: {error}"
        print(line, flush=True)


def show_goals(results):
    print("\nGoals")
    for goal in goals.GOALS:
        value, outcome = goals.verdict(goal, results)
        if outcome != "not measured":
            print(f"  {outcome:7} {goal.what}: {value}; wanted: {goal.wanted}")


def parse():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*")
    options.add_argument("--rounds", type=int)
    options.add_argument("--seconds", type=float, help="of each measurement")
    options.add_argument("--servers", help="only these, with commas between")
    options.add_argument("--build", default=str(page.ROOT / "build/release"))
    options.add_argument("--list", action="store_true")
    options.add_argument("--page", metavar="FILE")
    return options.parse_args()


def main():
    chosen = parse()
    if chosen.list:
        print("\n".join(f"{one.name:28} {one.title}" for one in SCENARIOS))
        return
    if chosen.page:
        page.write(Results.read(chosen.page))
        return
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    scenarios = chosen_scenarios(chosen.names)
    allowed = set(chosen.servers.split(",")) if chosen.servers else (
        set(peers.PEERS) if chosen.names else QUICK_SERVERS)
    present, missing = present_servers(scenarios, allowed, chosen.build)
    servers_of = {one.name: [server for server in one.servers if peers.base_of(server) in present]
                  for one in scenarios}
    rounds = plan.rounds(scenarios, servers_of, chosen.rounds, chosen.names)
    counts = sorted({count for of_one in rounds.values() for count in of_one.values()})
    results = Results({
        "date": datetime.date.today().isoformat(), "machine": measure.machine(),
        "rounds_each": counts, "rounds": {}, "missing": missing,
        "versions": {name: peers.PEERS[name](chosen.build).version() for name in peers.PEERS
                     if name in present}})
    for name, why in missing.items():
        print(f"missing: {peers.PEERS[name].label}: {why}")

    expected = plan.minutes(scenarios, rounds, chosen.seconds)
    print(f"{sum(sum(of_one.values()) for of_one in rounds.values())} measurements, about "
          f"{expected:.0f} minutes", flush=True)
    begin = time.monotonic()
    for scenario in scenarios:
        servers = servers_of[scenario.name]
        play(scenario, servers, rounds[scenario.name], chosen.seconds, chosen.build, results)
        show(scenario, servers, results)
        results.write(f"{chosen.build}/bench/results.json")
    show_goals(results)
    print(f"\n{(time.monotonic() - begin) / 60:.0f} minutes; {chosen.build}/bench/results.json")
    if chosen.names in plan.WHOLE:
        page.write(results)
        print(f"written: {page.PAGE}")


main()

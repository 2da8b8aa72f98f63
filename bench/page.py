"""docs/performance.md: puts a run's tables and plots between the page's markers
(`<!-- bench NAME -->` to `<!-- /bench -->`); the prose around them is written by hand."""

import re
from pathlib import Path

import plots
from goals import GOALS, events_of_busiest, verdict
from peers import PEERS, base_of
from scenarios import DELIVERY, MEMORY, OPTIONS, SCENARIOS

NOT_MEASURED = "Not measured in this run."

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/performance.md"
PLOTS = ROOT / "docs/performance"
RESULTS = PLOTS / "results.json"
UNITS = {DELIVERY: "us a delivery", "us_per_round_trip": "us a round trip",
         "us_per_visit": "us a visit", MEMORY: "KiB a connection"}


def label(server):
    extra = server.partition(":")[2].replace(":", " ")
    return PEERS[base_of(server)].label + (f" ({extra})" if extra else "")


def table(head, rows):
    if not rows:
        return NOT_MEASURED
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def figure(value):
    return value.text() if value else "-"


def machine(of):
    about = of.content
    lines = [f"Measured {about['date']} on {about['machine']['cpu']}, "
             f"{about['machine']['cores']} cores, {about['machine']['system']}, Linux "
             f"{about['machine']['kernel']}. Rounds of each figure: "
             f"{', '.join(map(str, about['rounds_each']))}, the most where a goal reads it; "
             "servers in turn; medians, in brackets the least and the most.", ""]
    lines += [f"- {PEERS[name].label}: {version}" for name, version in about["versions"].items()]
    lines += [f"- missing: {PEERS[name].label} ({why})" for name, why in about["missing"].items()]
    return "\n".join(lines)


def goals(of):
    rows = []
    for goal in GOALS:
        value, outcome = verdict(goal, of)
        rows.append((goal.what, goal.wanted, goal.known_limit, value,
                     f"**{outcome}**" if outcome == "missed" else outcome))
    return table(("scenario", "goal", "known limit", "measured", ""), rows)


def measured(of, parts):
    rows = []
    for scenario in SCENARIOS:
        if scenario.part not in parts:
            continue
        for server in of.rounds.get(scenario.name, {}):
            errors = of.errors(scenario.name, server)
            ratio = of.ratio(scenario.name, "troupe", server, scenario.figure)
            rows.append((scenario.title, label(server),
                         figure(of.spread(scenario.name, server, scenario.figure)),
                         figure(ratio) if server != "troupe" and ratio else "",
                         ", ".join(of.limits(scenario.name, server)) if not errors
                         else f"{len(errors)} of its rounds failed: {errors[0]}"))
    return table(("scenario", "server", "CPU, us", "Troupe = 1", "bottleneck"), rows)


def options(of):
    rows = [(OPTIONS[server][0] if server in OPTIONS else "the main path",
             figure(of.spread("options", server, DELIVERY)),
             figure(of.ratio("options", "troupe", server, DELIVERY)) if ":" in server else "",
             ", ".join(of.limits("options", server)))
            for server in of.rounds.get("options", {})]
    return table(("option", "CPU, us", "main path = 1", "bottleneck"), rows)


def latency(of):
    rows = []
    for scenario in SCENARIOS:
        if scenario.kind != "rate":
            continue
        for server in of.rounds.get(scenario.name, {}):
            rows.append((scenario.title, label(server), *(
                figure(of.spread(scenario.name, server, f"delivery_{part}_ms"))
                for part in ("p50", "p99", "p999")),
                figure(of.spread(scenario.name, server, "events_per_s"))))
    return table(("scenario", "server", "p50, ms", "p99, ms", "p99.9, ms", "messages/s"), rows)


def memory(of):
    rows = [(scenario.title, label(server),
             figure(of.spread(scenario.name, server, MEMORY)),
             figure(of.spread(scenario.name, server, "us_per_connect")),
             figure(of.spread(scenario.name, server, "connects_per_s")))
            for scenario in SCENARIOS if scenario.kind == "idle"
            for server in of.rounds.get(scenario.name, {})]
    return table(("scenario", "server", "KiB each", "CPU to connect, us", "connects/s"), rows)


def cores(of):
    """The model: an event costs the broadcaster's shard `s` once, and each delivery `d`."""
    two = of.spread("cores-2", "troupe:threads=2", "events_per_s")
    shares = [(one["server_cores_by_thread"], one["events_per_s"])
              for one in of.reports("cores-2", "troupe:threads=2")
              if len(one.get("server_cores_by_thread", ())) > 1]
    one = events_of_busiest(of, "cores-1", "troupe:threads=1")
    if not two or not shares or not one:
        return NOT_MEASURED
    serial = sorted((threads[0] - threads[1]) / events for threads, events in shares)
    serial_us = serial[len(serial) // 2] * 1e6
    whole_us = 1e6 / one.median
    parallel_us = whole_us - serial_us
    rows = [(str(n), f"{whole_us / (serial_us + parallel_us / n):.1f}")
            for n in (1, 2, 4, 8, 16, 32, 64)]
    return (f"An event to 1,000 costs one shard {whole_us:.0f} us of CPU; of that, {serial_us:.1f} "
            "us more fall on the busier of two shards than on the other: the broadcaster's part, "
            "which more shards do not share.\n\n" + table(("shards", "times the events"), rows))


def plot(of, name, title, unit, figure_name, scenarios, is_logarithmic=False):
    groups = []
    for scenario in scenarios:
        rows = [(server, label(server), value.median)
                for server in of.rounds.get(scenario.name, {})
                if (value := of.spread(scenario.name, server, figure_name))]
        if rows:
            groups.append((scenario.title if len(scenario.title) < 38 else scenario.name, rows))
    drawing = plots.bars(title, unit, groups, is_logarithmic)
    if drawing is None:
        return ""
    PLOTS.mkdir(parents=True, exist_ok=True)
    (PLOTS / f"{name}.svg").write_text(drawing)
    return f"![{title}](performance/{name}.svg)"


def drawn(of):
    named = {one.name: one for one in SCENARIOS}
    main = [named[name] for name in ("fanout-1000-16-64", "fanout-1000-1-64",
                                     "fanout-1000-16-1024", "fanout-10000-4-64")]
    every = [one for one in SCENARIOS if one.kind == "fanout" and one.name.startswith("fanout")]
    return {
        "plot-fanout": plot(of, "fanout", "Server CPU per delivered message", "us", DELIVERY,
                            main, True),
        "plot-matrix": plot(of, "matrix", "Fan-out: clients - under way - bytes", "us", DELIVERY,
                            every, True),
        "plot-latency": plot(of, "latency", "Time to delivery, p99", "ms", "delivery_p99_ms",
                             [one for one in SCENARIOS if one.kind == "rate"], True),
        "plot-carriers": plot(of, "carriers", "TLS, compression, MessagePack: CPU per delivery",
                              "us", DELIVERY,
                              [one for one in SCENARIOS if one.part == "carriers"], True),
        "plot-memory": plot(of, "memory", "User memory of an idle connection", "KiB", MEMORY,
                            [one for one in SCENARIOS if one.kind == "idle"]),
    }


def write(of):
    """Regenerates the page, its plots and the results beside them."""
    of.write(RESULTS)
    parts = {"machine": machine(of), "goals": goals(of), "fanout": measured(of, {"fanout"}),
             "others": measured(of, {"rate", "echo", "churn"}), "latency": latency(of),
             "memory": memory(of), "cores": cores(of), "options": options(of),
             "carriers": measured(of, {"carriers"})} | drawn(of)

    def fill(match):
        return f"{match[1]}\n{parts[match[2]]}\n{match[3]}"

    PAGE.write_text(re.sub(r"(<!-- bench (\S+) -->)\n.*?(<!-- /bench -->)", fill,
                           PAGE.read_text(), flags=re.DOTALL))

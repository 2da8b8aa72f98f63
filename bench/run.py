#!/usr/bin/env python3
"""Fan-out of Troupe beside Node's socket.io: server CPU per delivered message.

Both servers get one core, the generator another; runs alternate, medians and spread are printed.
Usage: bench/run.py [--rounds N] [--seconds S] [--clients N] [--build DIR]
"""
import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing listens on {port}")


def start(name, build):
    port = free_port()
    command = {
        "troupe": [f"{build}/bench/bench-server", str(port)],
        "node": ["node", f"{root}/tests/e2e/bench_reference.mjs", str(port)],
    }[name]
    server = subprocess.Popen(["taskset", "-c", "0", *command], stdout=subprocess.DEVNULL)
    wait_for(port)
    return server, port


def measure(name, build, clients, under_way, size, seconds, senders):
    server, port = start(name, build)
    try:
        line = subprocess.run(
            ["taskset", "-c", "1", f"{build}/bench/fanout_load", str(port), str(server.pid),
             str(clients), str(under_way), str(size), str(seconds), str(senders)],
            check=True, capture_output=True, text=True).stdout
        return json.loads(line)
    finally:
        server.terminate()
        server.wait()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=float, default=4)
    options.add_argument("--clients", type=int, default=1000)
    options.add_argument("--build", default=f"{root}/build/release")
    chosen = options.parse_args()
    print(f"fan-out to {chosen.clients} WebSocket clients; server CPU per delivered message, us, "
          f"median of {chosen.rounds} (least to most)")
    for under_way, size, senders in ((1, 64, 1), (16, 64, 1), (16, 64, 50), (16, 1024, 1)):
        results = {"troupe": [], "node": []}
        for _ in range(chosen.rounds):
            for name, got in results.items():
                got.append(measure(name, chosen.build, chosen.clients, under_way, size,
                                   chosen.seconds, senders))
        medians = {}
        for name, got in results.items():
            costs = [one["us_per_delivery"] for one in got]
            medians[name] = statistics.median(costs)
            last = got[-1]
            print(f"  {under_way:3} under way, {size:5} B, {senders:2} senders  {name:6} "
                  f"{medians[name]:7.3f} ({min(costs):.3f} to {max(costs):.3f})  "
                  f"{statistics.median(one['deliveries_per_s'] for one in got):10.0f}/s  "
                  f"server {last['server_cpu']:.2f} generator {last['generator_cpu']:.2f} cores  "
                  f"connect {last['connect_us']:.0f} us, {last['idle_kib_per_client']:.1f} KiB")
        print(f"      Node needs {medians['node'] / medians['troupe']:.1f} times as much")


main()

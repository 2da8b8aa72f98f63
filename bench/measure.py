"""Runs one scenario against one server, each on cores of its own."""

import functools
import json
import os
import platform
import socket
import subprocess
import time
from pathlib import Path

import peers

START_SECONDS_MAX = 20
RUN_SECONDS_MAX = 240


class Failure(Exception):
    """A run that gives no figure; says why."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def split_cores(takes_all):
    """Cores of the server and of the generator, apart where there are enough."""
    cores = sorted(os.sched_getaffinity(0))
    if takes_all:
        return set(cores), set(cores)
    return {cores[0]}, set(cores[1:2] or cores)


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), platform.machine())
    return {"cpu": model, "cores": len(os.sched_getaffinity(0)), "kernel": platform.release().split("-")[0],
            "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())}


@functools.cache
def certificate(build):
    """A PEM file with a key and its certificate, of our own making."""
    folder = Path(build, "bench/tls").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    key, signed = folder / "key.pem", folder / "certificate.pem"
    try:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out", signed,
                        "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as failed:
        raise Failure("openssl makes no certificate") from failed
    both = folder / "both.pem"
    both.write_bytes(signed.read_bytes() + key.read_bytes())
    return both


class Server:
    """A running server; ends it with the block."""

    def __init__(self, name, options, build, cores):
        self.port = free_port()
        command = peers.PEERS[peers.base_of(name)](build).command(
            self.port, *peers.arguments_of(name), *options)
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=peers.environment(),
            preexec_fn=lambda: os.sched_setaffinity(0, cores))

    def __enter__(self):
        end = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                time.sleep(0.02)
        self.__exit__()
        raise Failure("the server does not start")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run(scenario, server, build, seconds):
    """The generator's figures for one run."""
    server_cores, generator_cores = split_cores(scenario.takes_all_cores)
    options = [f"tls={certificate(build)}" if one == "tls" else one for one in scenario.options]
    with Server(server, options, build, server_cores) as running:
        settings = scenario.settings | scenario.settings_for.get(server, {}) | {
            "port": running.port, "pid": running.process.pid, "seconds": seconds}
        try:
            ran = subprocess.run(
                [str(Path(build, "bench/bench-load")), scenario.kind,
                 *(f"{name}={value}" for name, value in settings.items())],
                capture_output=True, text=True, timeout=RUN_SECONDS_MAX, check=False,
                preexec_fn=lambda: os.sched_setaffinity(0, generator_cores))
        except subprocess.TimeoutExpired as late:
            raise Failure("the generator does not end") from late
    if ran.returncode != 0:
        raise Failure(ran.stderr.strip().removeprefix("bench-load: ") or "the generator broke off")
    return json.loads(ran.stdout)

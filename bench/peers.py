"""The servers that are measured: how each is started, what it needs, and which version it is."""

import glob
import os
import platform
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS_FOLDER = HERE / "peers"
OXIDE = PEERS_FOLDER / "socketioxide"
SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's packages are its own, not another Python's.


def output(*command):
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else None


def npm_version(package):
    path = PEERS_FOLDER / "node_modules" / package / "package.json"
    if not path.exists():
        return None
    return output("node", "-p", f"require({str(path)!r}).version")


def bun():
    """npm's package brings the program for this machine; its install script is not needed."""
    machine = {"x86_64": "x64", "aarch64": "aarch64"}.get(platform.machine(), "none")
    found = glob.glob(f"{PEERS_FOLDER}/node_modules/@oven/bun-linux-{machine}/bin/bun")
    return found[0] if found else None


class Troupe:
    label = "Troupe"

    def __init__(self, build):
        self.program = Path(build, "bench/bench-server")

    def command(self, port, *arguments):
        return [str(self.program), str(port), *arguments]

    def missing(self):
        return None if self.program.exists() else "bench-server is not built"

    def version(self):
        commit = output("git", "-C", str(HERE), "describe", "--always", "--dirty")
        return commit or "of no known commit"


class Epoll(Troupe):
    label = "bare epoll"

    def __init__(self, build):
        super().__init__(build)
        self.program = Path(build, "bench/bench-epoll")

    def version(self):
        return "bare epoll loop (bench/servers/epoll_broadcaster.cpp)"


class Node:
    label = "Node socket.io"

    def __init__(self, _build):
        pass

    def command(self, port, *arguments):
        return ["node", str(PEERS_FOLDER / "node_server.mjs"), str(port), *arguments]

    def missing(self):
        if not shutil.which("node"):
            return "no node"
        return None if npm_version("socket.io") else "npm ci has not run in bench/peers"

    def version(self):
        return (f"socket.io {npm_version('socket.io')}, ws {npm_version('ws')}, "
                f"Node {output('node', '--version')}")


class Bun:
    label = "Bun socket.io"

    def __init__(self, _build):
        pass

    def command(self, port):
        return [bun(), str(PEERS_FOLDER / "bun_server.mjs"), str(port)]

    def missing(self):
        return None if bun() else "npm's package bun has no program for this machine"

    def version(self):
        return (f"socket.io {npm_version('socket.io')}, bun-engine "
                f"{npm_version('@socket.io/bun-engine')}, Bun {output(bun(), '--version')}")


class UWebSockets(Bun):
    label = "uWebSockets pub/sub"

    def command(self, port):
        return [bun(), str(PEERS_FOLDER / "uwebsockets_server.mjs"), str(port)]

    def version(self):
        return f"uWebSockets as Bun {output(bun(), '--version')} carries it, protocol by hand"


class Python:
    label = "python-socketio"

    def __init__(self, _build):
        pass

    def command(self, port):
        return [SYSTEM_PYTHON, str(PEERS_FOLDER / "python_server.py"), str(port)]

    def missing(self):
        return None if self.version() else "no python3-socketio and python3-aiohttp"

    def version(self):
        versions = output(SYSTEM_PYTHON, "-c", "import aiohttp, importlib.metadata as m\n"
                          "print(m.version('python-socketio'), aiohttp.__version__)")
        if not versions:
            return None
        own, aiohttp = versions.split()
        return f"python-socketio {own}, aiohttp {aiohttp}, {output(SYSTEM_PYTHON, '--version')}"


class Socketioxide:
    label = "socketioxide"
    program = OXIDE / "target/release/bench-socketioxide"

    def __init__(self, _build):
        pass

    def command(self, port):
        return [str(self.program), str(port)]

    def missing(self):
        return None if self.program.exists() else "no cargo, or one too old for it (1.88)"

    def version(self):
        text = (OXIDE / "Cargo.toml").read_text()
        pinned = dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line)
        return f"socketioxide {pinned['socketioxide'].strip(chr(34) + '=')}, axum"


PEERS = {"troupe": Troupe, "node": Node, "epoll": Epoll, "uwebsockets": UWebSockets, "bun": Bun,
         "socketioxide": Socketioxide, "python": Python}


def install(names):
    """Brings what the package managers pin; whoever cannot be had is missing afterwards."""
    lock = PEERS_FOLDER / "package-lock.json"
    placed = PEERS_FOLDER / "node_modules/.package-lock.json"
    if {"node", "bun", "uwebsockets"} & names and shutil.which("npm"):
        if not placed.exists() or placed.stat().st_mtime < lock.stat().st_mtime:
            subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                           cwd=PEERS_FOLDER, check=False)
    if "socketioxide" in names and shutil.which("cargo"):
        subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=OXIDE,
                       check=False)


def base_of(server):
    """The peer of "troupe:threads=2"."""
    return server.split(":", 1)[0]


def arguments_of(server):
    return server.split(":")[1:]


def environment():
    # Colours and update checks of the peers' own are not wanted.
    return os.environ | {"NO_COLOR": "1", "NODE_ENV": "production"}

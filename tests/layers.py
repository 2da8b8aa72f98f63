#!/usr/bin/env python3
"""The layer check: reads every #include line and refuses an edge that the design does not have.

    layers.py ROOT                       edges, third-party headers, file names, cycles
    layers.py ROOT --compile COMPILER --include DIR [FLAG...]
                                         the same, and headers alone through the compiler
    layers.py --self-test                the check must refuse wrong trees
"""

import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# Whom each folder may include, itself aside. `public` are the headers directly below troupe/.
EDGES = {
    "protocol": set(),
    "transport": set(),
    "actors": {"protocol"},
    "runtime": {"actors", "transport", "protocol", "public"},
    "harness": {"public", "runtime", "actors", "transport", "protocol"},
    "node": {"public"},
    "examples": {"public", "harness"},
    "bench": {"public", "protocol", "transport", "actors", "runtime", "harness", "tests"},
    "tests": {"public", "protocol", "transport", "actors", "runtime", "harness", "node"},
}

SYSTEM = r"(sys/|netinet/|arpa/|netdb\.h|unistd\.h|fcntl\.h|poll\.h|sys/epoll\.h)"
ASIO = r"boost/(asio|beast)[/.]"
THREADS = r"(thread|mutex|shared_mutex|condition_variable|future|pthread\.h)$"
# What each folder must not include of the rest of the world, with the reason.
BANNED = {
    "protocol": [(ASIO, "protocol is sans-I/O"), (SYSTEM, "protocol is sans-I/O"),
                 (r"caf/", "protocol knows no actors"), (THREADS, "protocol has no threads"),
                 (r"boost/json[/.].*", "Boost.JSON is <troupe/json.hpp>'s alone")],
    "transport": [(r"caf/", "transport knows no actors")],
    "actors": [(ASIO, "actors do no I/O"), (SYSTEM, "actors hold no descriptors"),
               (r"(thread|pthread\.h)$", "actors start no threads")],
    "runtime": [],
    "harness": [],
}
ALLOWED = {("protocol/socketio/boost_json_conversion.hpp", r"boost/json[/.].*")}
CAF_HEADER = "actors/caf.hpp"
# Puts its own in the place of CAF's scheduler and clock.
KNOWS_CAF = {CAF_HEADER, "harness/seeded_system.cpp"}
PRIVATE_TO_NODE = {"node", "examples", "bench"}
NAMES_BANNED = re.compile(r"(^|_)(utils?|helpers?|common|managers?|info|impl|data)(_|$)")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


class tree:
    """The sources below one root, and what they include."""

    def __init__(self, root):
        self.root = Path(root)
        self.files = {}
        for layer in EDGES:
            for path in sorted((self.root / layer).rglob("*")):
                relative = path.relative_to(self.root)
                if path.suffix in (".hpp", ".cpp", ".h") and "node_modules" not in relative.parts:
                    self.files[str(relative)] = self.includes(path)

    @staticmethod
    def includes(path):
        lines = path.read_text(errors="replace").splitlines()
        found = ((number, INCLUDE.match(line)) for number, line in enumerate(lines, 1))
        return [(number, match[1] == '"', match[2]) for number, match in found if match]

    def resolve(self, file, is_quoted, name):
        """The layer and, where it is known, the file of ours behind an include; else (None, None)."""
        if name.startswith("troupe/"):
            rest = name[len("troupe/"):]
            layer = rest.split("/")[0]
            return ("public", self.public(rest)) if layer == rest else (layer, rest)
        beside = os.path.normpath(os.path.join(os.path.dirname(file), name))
        for candidate in [beside] * is_quoted + [name]:
            if candidate in self.files:
                return candidate.split("/")[0], candidate
        return None, None

    def public(self, name):
        """The file that <troupe/NAME> stands for: one forwarded from a layer, of the same name."""
        return next((file for file in (f"runtime/{name}", f"runtime/public/{name}", f"harness/{name}")
                     if file in self.files), None)


def check_edges(sources):
    for file, includes in sources.files.items():
        layer = file.split("/")[0]
        for number, is_quoted, name in includes:
            target, target_file = sources.resolve(file, is_quoted, name)
            where = f"{file}:{number}: <{name}>"
            if target is None:
                yield from check_foreign(layer, file, name, where)
            elif target != layer and target not in EDGES[layer]:
                yield f"{where}: {layer} must not include {target}"
            elif target_file and not name.startswith("troupe/") and layer not in ("tests", "node", "bench"):
                if layer in EDGES and target not in PRIVATE_TO_NODE:
                    yield f"{where}: write <troupe/{target_file}>"


def check_foreign(layer, file, name, where):
    if name.startswith("caf/") and layer not in PRIVATE_TO_NODE | {"tests"} and file not in KNOWS_CAF:
        yield f"{where}: CAF comes in through <troupe/{CAF_HEADER}> only"
    if layer in PRIVATE_TO_NODE and re.match(ASIO, name) and layer == "node":
        yield f"{where}: the node uses the public headers only"
    for pattern, reason in BANNED.get(layer, []):
        if re.match(pattern, name):
            if (file, pattern) in ALLOWED:
                continue
            yield f"{where}: {reason}"


def check_own_header_first(sources):
    for file, includes in sources.files.items():
        own = f"troupe/{file[:-4]}.hpp"
        if file.endswith(".cpp") and file.split("/")[0] in BANNED and own[7:] in sources.files:
            if not includes or includes[0][2] != own:
                yield f"{file}: its own header comes first, which proves that it stands alone"


def check_names(sources):
    for file in sources.files:
        for part in Path(file).with_suffix("").parts:
            if NAMES_BANNED.search(part):
                yield f"{file}: `{part}` says nothing; name the concept"


def check_cycles(sources):
    graph = {file: [target for _, quoted, name in includes
                    if (target := sources.resolve(file, quoted, name)[1]) in sources.files]
             for file, includes in sources.files.items()}
    done = set()
    for start in graph:
        path, pending = [], [(start, iter(graph[start]))]
        while pending:
            file, targets = pending[-1]
            path = [entry for entry, _ in pending]
            target = next((t for t in targets if t not in done), None)
            if target is None:
                done.add(pending.pop()[0])
            elif target in path:
                yield "include cycle: " + " -> ".join(path[path.index(target):] + [target])
                done.add(target)
            else:
                pending.append((target, iter(graph[target])))


def check(root):
    sources = tree(root)
    if not sources.files:
        return [f"{root}: no sources"]
    return [fault for step in (check_edges, check_own_header_first, check_names, check_cycles) for fault in step(sources)]


def compile_headers(root, compiler, include, flags):
    """Each public header and each without a source, alone: a source includes its own first."""
    files = tree(root).files
    headers = [f"<troupe/{file}>" for file in files
               if file.endswith(".hpp") and file.split("/")[0] in BANNED
               and file.replace(".hpp", ".cpp") not in files]
    headers += [f"<troupe/{path.name}>" for path in sorted(Path(include).glob("troupe/*.hpp"))]

    def compile_one(header):
        ran = subprocess.run([compiler, "-std=c++20", "-fsyntax-only", "-x", "c++", "-I", include,
                              *flags, "-"], input=f"#include {header}\n", text=True,
                             capture_output=True)
        return f"{header} does not stand alone:\n{ran.stderr}" if ran.returncode else None

    jobs = int(os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL") or os.cpu_count())
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return [fault for fault in pool.map(compile_one, headers) if fault]


WRONG_TREES = {
    "an upward edge": {"protocol/a.hpp": "#include <troupe/transport/b.hpp>", "transport/b.hpp": ""},
    "a sideways edge": {"transport/a.cpp": "#include <troupe/protocol/b.hpp>", "protocol/b.hpp": ""},
    "actors on transport": {"actors/a.hpp": "  #  include <troupe/transport/b.hpp>"},
    "a quoted way round": {"actors/a.cpp": '#include "../transport/b.hpp"', "transport/b.hpp": ""},
    "a layer's header in the node": {"node/main.cpp": "#include <troupe/actors/b.hpp>"},
    "a layer's header in an example": {"examples/chat.cpp": "#include <troupe/runtime/b.hpp>"},
    "production on the harness": {"runtime/a.cpp": "#include <troupe/harness/b.hpp>"},
    "asio in protocol": {"protocol/a.cpp": "#include <boost/asio/buffer.hpp>"},
    "a socket in protocol": {"protocol/a.cpp": "#include <sys/socket.h>"},
    "a thread in protocol": {"protocol/a.cpp": "#include <thread>"},
    "json in a protocol header": {"protocol/a.hpp": "#include <boost/json.hpp>"},
    "beast in actors": {"actors/a.cpp": "#include <boost/beast.hpp>"},
    "caf in transport": {"transport/a.cpp": "#include <caf/all.hpp>"},
    "caf past its header": {"actors/a.cpp": "#include <caf/actor.hpp>"},
    "a banned name": {"actors/string_utils.cpp": ""},
    "a banned folder": {"runtime/common/a.cpp": ""},
    "a cycle": {"actors/a.hpp": "#include <troupe/actors/b.hpp>",
                "actors/b.hpp": "#include <troupe/actors/c.hpp>",
                "actors/c.hpp": "#include <troupe/actors/a.hpp>"},
    "a source that hides its header's needs": {
        "actors/a.hpp": "", "actors/a.cpp": "#include <string>\n#include <troupe/actors/a.hpp>"},
    "an empty tree": {},
}
RIGHT_TREE = {
    "protocol/a.hpp": "#include <string>\n#include <boost/system/result.hpp>",
    "protocol/a.cpp": "#include <troupe/protocol/a.hpp>\n#include <boost/describe.hpp>",
    "protocol/socketio/boost_json_conversion.hpp": "#include <boost/json.hpp>",
    "transport/b.cpp": "#include <boost/beast.hpp>\n#include <sys/socket.h>\n#include <thread>",
    "actors/caf.hpp": "#include <caf/all.hpp>",
    "actors/c.hpp": "#include <troupe/actors/caf.hpp>\n#include <troupe/protocol/a.hpp>",
    "runtime/server.hpp": "#include <troupe/actors/c.hpp>\n#include <thread>",
    "node/main.cpp": '#include <troupe/server.hpp>\n#include <CLI/CLI.hpp>\n#include "page.hpp"',
    "node/page.hpp": "",
    "tests/actors/c_test.cpp": "#include <tests/catch.hpp>\n#include <troupe/actors/c.hpp>",
    "tests/catch.hpp": "",
}


def self_test():
    def faults_of(files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text + "\n")
            return check(root)

    faults = [f"passed, but has {what}" for what, files in WRONG_TREES.items() if not faults_of(files)]
    return faults + [f"refused for no reason: {fault}" for fault in faults_of(RIGHT_TREE)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", nargs="?", default=".")
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--compile")
    parser.add_argument("--include")
    options, flags = parser.parse_known_args()
    faults = self_test() if options.self_test else check(options.root)
    if options.compile and not faults:
        faults = compile_headers(options.root, options.compile, options.include, flags)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

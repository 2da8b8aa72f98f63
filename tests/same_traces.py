#!/usr/bin/env python3
"""A run is a function of its seed and the revision, not of how that was compiled: every build of
one revision must tell the same hashes. Each keeps its own as BUILD_FOLDER/trace_hashes.json, and is
compared with the builds beside it; `./dev test` makes three, of two compilers.

    same_traces.py TROUPE_FAULT BUILD_FOLDER
    same_traces.py --self-test
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SEEDS = 40
KEPT = "trace_hashes.json"


def traces_of(program):
    """{revision, hashes: by seed} of the standard mix."""
    command = [program, "run", "--seeds", str(SEEDS), "--keep-going", "--report", "json"]
    runs = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout)
    return {"revision": runs[0]["revision"],
            "hashes": {str(run["seed"]): run["hash"] for run in runs}}


def is_exact(revision):
    """Whether it names one state of the sources: there is a commit, and nothing beside it."""
    return "(" in revision and "dirty" not in revision


def compare(build, own):
    """Keeps `own`; what was found about each build beside it, and whether all are the same."""
    (build / KEPT).write_text(json.dumps(own, indent=1) + "\n")
    found, same = [], True
    for kept in sorted(build.parent.glob(f"*/{KEPT}")):
        other = json.loads(kept.read_text())
        if kept.parent == build or other["revision"] != own["revision"]:
            continue
        hashes = own["hashes"].items()
        differing = [seed for seed, told in hashes if other["hashes"].get(seed) != told]
        same = same and not differing
        found.append(f"{kept.parent.name}: " + (f"seeds {', '.join(differing)} differ" if differing
                                                else f"the same in {len(hashes)} seeds"))
    return found, same


def main(program, build):
    own = traces_of(program)
    if len(own["hashes"]) != SEEDS:
        print(f"expected {SEEDS} runs", file=sys.stderr)
        return 1
    if not is_exact(own["revision"]):
        (build / KEPT).unlink(missing_ok=True)
        print(f"{own['revision']}: nothing to compare, the sources are of no commit")
        return 0
    found, same = compare(build, own)
    print("\n".join(found) or "no other build of this revision is there")
    return 0 if same else 1


def self_test():
    def told(revision, *hashes):
        return {"revision": revision, "hashes": {str(seed): one for seed, one in enumerate(hashes)}}

    with tempfile.TemporaryDirectory() as root:
        builds = [Path(root, name) for name in ("debug", "old", "release")]
        for build in builds:
            build.mkdir()
        outcomes = [compare(builds[0], told("1 (a)", "x", "y")),
                    compare(builds[1], told("1 (b)", "z")),
                    compare(builds[2], told("1 (a)", "x", "y")),
                    compare(builds[2], told("1 (a)", "x", "z"))]
    assert outcomes == [([], True), ([], True), (["debug: the same in 2 seeds"], True),
                        (["debug: seeds 1 differ"], False)], outcomes
    assert is_exact("1.0 (abc)") and not is_exact("1.0 (abc-dirty)") and not is_exact("1.0")
    return 0


if __name__ == "__main__":
    sys.exit(self_test() if sys.argv[1:] == ["--self-test"]
             else main(sys.argv[1], Path(sys.argv[2]).resolve()))

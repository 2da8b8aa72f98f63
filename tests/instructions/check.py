#!/usr/bin/env python3
"""Instructions of the server's hot path, by callgrind, against the recorded baseline.

    check.py PROGRAM COMPILER [--record]     COMPILER as in the baseline: GNU-12

Instructions, not time: the same on a busy machine. They do change with the compiler, so each has
its own baseline and a narrow margin; one without is held against the first by a wide one. Fewer is
never a failure. --record writes what was counted as the baseline; say in the commit why it rose.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BASELINE = Path(__file__).with_name("baseline.json")
MARGIN = 1.10
MARGIN_OF_ANOTHER_COMPILER = 1.60


def count(program):
    """Instructions a unit of work, by the name of the stretch."""
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run(
            ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no",
             f"--callgrind-out-file={folder}/out", program],
            capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            sys.exit(f"the program failed under valgrind:\n{ran.stdout}\n{ran.stderr}")
        counted = {}
        for path in sorted(Path(folder).glob("out*")):
            text = path.read_text(errors="replace")
            name = re.search(r"^desc: Trigger: Client Request: (.*) (\d+)$", text, re.MULTILINE)
            total = re.search(r"^totals: (\d+)", text, re.MULTILINE)
            if name and total and total[1] != "0":
                counted[name[1]] = int(total[1]) / int(name[2])
        return counted


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("compiler")
    options.add_argument("--record", action="store_true")
    chosen = options.parse_args()
    counted = count(chosen.program)
    if not counted:
        sys.exit("nothing was counted")
    recorded = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if chosen.record:
        recorded[chosen.compiler] = {name: round(value) for name, value in counted.items()}
        BASELINE.write_text(json.dumps(recorded, indent=2) + "\n")
        return 0
    own = recorded.get(chosen.compiler)
    baseline = own or next(iter(recorded.values()))
    margin = MARGIN if own else MARGIN_OF_ANOTHER_COMPILER
    if not own:
        print(f"no baseline for {chosen.compiler}: held against {next(iter(recorded))}'s, "
              f"by {margin:g}")
    failed = False
    for name in sorted(baseline.keys() | counted.keys()):
        if name not in baseline or name not in counted:
            print(f"FAILED {name}: not in the baseline, or not counted")
            failed = True
            continue
        ratio = counted[name] / baseline[name]
        failed |= ratio > margin
        print(f"{'FAILED' if ratio > margin else 'ok':6} {name}: {counted[name]:.0f} instructions "
              f"each, {ratio:.3f} of the baseline's {baseline[name]}")
    return failed


if __name__ == "__main__":
    sys.exit(main())

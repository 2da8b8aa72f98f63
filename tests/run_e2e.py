#!/usr/bin/env python3
"""Runs the end-to-end tests, as many files at a time as there are cores; the results go into
FOLDER/NAME.tap for tally.py.

    run_e2e.py FOLDER FILE...

A file that fails is run once more, alone, when the others are done: servers, clients and a browser
share the machine with whatever else runs there, and now and then one waits in vain. What fails only
once is not hidden: its first results stay as NAME.first.tap, and tally.py names it. Not run again:
what a sanitizer reported, and anything if many files fail, since that is no accident.
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

AGAIN_MAX = 5
FILE_TIMEOUT_S = 1200
REPORT = re.compile(r"Sanitizer|runtime error:")


def results_of(folder, path):
    return folder / f"{path.name.removesuffix('.test.mjs')}.tap"


def run(folder, path):
    """Runs one file, prints what it said. True if it passed."""
    results = results_of(folder, path)
    command = ["node", "--test", "--test-reporter=spec", "--test-reporter-destination=stdout",
               "--test-reporter=tap", f"--test-reporter-destination={results}", str(path)]
    try:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace",
                               timeout=FILE_TIMEOUT_S, check=False)
        text, passed = ended.stdout, ended.returncode == 0
        if ended.returncode < 0:
            text += f"\n{path.name}: ended by signal {-ended.returncode}"
    except subprocess.TimeoutExpired as late:
        text, passed = f"{late.stdout or ''}\n{path.name}: not done after {FILE_TIMEOUT_S} s", False
    # The summary of each file would drown the tests; its failures are above it in full.
    print(re.sub(r"^ℹ (?!fail [1-9]).*\n", "", text, flags=re.MULTILINE).rstrip(), flush=True)
    if not passed and re.search(r"^# fail 0$", results.read_text(errors="replace"), re.MULTILINE):
        with results.open("a") as more:  # Every test passed, and yet it did not end in order.
            more.write("# fail 1\n")
    return passed


def is_worth_another(folder, path):
    return not REPORT.search(results_of(folder, path).read_text(errors="replace"))


def main(folder, paths):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.tap"):
        old.unlink()
    for path in paths:  # Empty counts as a failure: of a file that never came to its turn, too.
        results_of(folder, path).touch()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = dict(zip(paths, pool.map(lambda path: run(folder, path), paths)))
    failed = [path for path in paths if not passed[path]]
    again = [path for path in failed if is_worth_another(folder, path)]
    if len(failed) > AGAIN_MAX:
        again = []
    for path in again:
        print(f"\n{path.name} failed: once more, alone", flush=True)
        results = results_of(folder, path)
        results.rename(results.with_suffix(".first.tap"))
        results.touch()
        passed[path] = run(folder, path)
    return 0 if all(passed.values()) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))

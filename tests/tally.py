"""Adds up the test logs below the given build folders: `N passed, M failed`, 1 on a failure.

Counts a Catch2 case, another ctest test and an end-to-end test as one each. A folder without logs
counts as one failure, since its build broke off, and so does a filter that nothing matches. An
end-to-end test that failed and then passed (run_e2e.py) is named as unstable and is no failure.
"""

import re
import sys
from pathlib import Path


def tally_ctest(log):
    """Catch2 says how many cases ran; of any other test ctest's verdict is all there is."""
    text = log.read_text(errors="replace")
    passed, failures = 0, []
    for block in re.split(r"^\d+/\d+ Testing: ", text, flags=re.MULTILINE)[1:]:
        name = block.split("\n", 1)[0]
        cases = re.search(r"^All tests passed \(.* in (\d+) test case", block, re.MULTILINE)
        mixed = re.search(r"^test cases:\s*(\d+) \|(.*)$", block, re.MULTILINE)
        if cases:
            passed += int(cases[1])
        elif mixed and (ran := re.search(r"(\d+) passed", mixed[2])):
            passed += int(ran[1])
        if not re.search(r"^Test Passed\.$", block, re.MULTILINE):
            broken = mixed and re.search(r"(\d+) failed", mixed[2])
            failures += [f"unit tests: {name}"] * (int(broken[1]) if broken else 1)
        elif not cases and not mixed:
            passed += 1
    return passed, failures


def tally_tap(results):
    """The closing comment counts; a failing suite that only has failing tests is not one itself."""
    text = results.read_text(errors="replace")
    count = {key: int(n) for key, n in re.findall(r"^# (pass|fail|cancelled) (\d+)$", text, re.MULTILINE)}
    if "pass" not in count:
        return 0, [f"end-to-end: {results.name} broke off"]
    found = re.findall(r"^ *not ok \d+ - (.*)\n(?:(?! *(?:not )?ok ).*\n)*? *failureType: '(\w+)'",
                       text, re.MULTILINE)
    names = [f"end-to-end: {name}" for name, kind in found if kind != "subtestsFailed"]
    bad = count["fail"] + count["cancelled"]
    return count["pass"], (names + ["end-to-end tests: see above"] * bad)[:bad]


def logs_of(folder):
    yield folder / "Testing/Temporary/LastTest.log", tally_ctest
    for path in sorted(folder.glob("e2e/*.tap")):
        if not path.name.endswith(".first.tap"):
            yield path, tally_tap


def main(folders):
    passed, failures, unstable = 0, [], []
    for folder in map(Path, folders):
        found = False
        for path, tally in logs_of(folder):
            if path.exists():
                found = True
                more, bad = tally(path)
                passed += more
                failures += [f"{folder}: {name}" for name in bad]
        for path in sorted(folder.glob("e2e/*.first.tap")):
            _, bad = tally_tap(path)
            unstable += [f"{folder}: {name}" for name in bad]
        if not found:
            failures.append(f"{folder}: not built")
    if passed == 0 and not failures:
        failures.append("nothing ran")
    print()
    for name in unstable:
        print(f"unstable, failed at first: {name}")
    for failure in failures:
        print(f"failed: {failure}")
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Adds up the test logs below the given build folders: `N passed, M failed`, 1 on a failure.

Counts a Catch2 case, another ctest test and an end-to-end test as one each. A folder without logs
counts as one failure, since its build broke off, and so does a filter that nothing matches.
"""

import re
import sys
from pathlib import Path


def tally_ctest(text):
    """Catch2 says how many cases ran; of any other test ctest's verdict is all there is."""
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


def tally_tap(text):
    """The closing comment counts; a failing suite that only has failing tests is not one itself."""
    count = {key: int(n) for key, n in re.findall(r"^# (pass|fail|cancelled) (\d+)$", text, re.MULTILINE)}
    if "pass" not in count:
        return 0, ["end-to-end tests: the runner broke off"]
    names = []
    for block in re.split(r"^ *# Subtest: ", text, flags=re.MULTILINE):
        match = re.search(r"^ *not ok \d+ - (.*)$", block, re.MULTILINE)
        if match and "failureType: 'subtestsFailed'" not in block:
            names.append(f"end-to-end: {match[1]}")
    bad = count["fail"] + count["cancelled"]
    return count["pass"], (names + ["end-to-end tests: see above"] * bad)[:bad]


def main(folders):
    passed, failures = 0, []
    for folder in map(Path, folders):
        found = False
        for path, tally in [(folder / "Testing/Temporary/LastTest.log", tally_ctest),
                            (folder / "e2e.tap", tally_tap)]:
            if path.exists():
                found = True
                more, bad = tally(path.read_text(errors="replace"))
                passed += more
                failures += [f"{folder}: {name}" for name in bad]
        if not found:
            failures.append(f"{folder}: not built")
    if passed == 0 and not failures:
        failures.append("nothing ran")
    print()
    for failure in failures:
        print(f"failed: {failure}")
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

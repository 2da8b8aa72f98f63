#!/usr/bin/env python3
"""The C++ of the README and of the pages in docs/ must stand in the examples, which are built and
run, line by line; the README's table of options must name those that troupe-node has.

    readme_snippets.py ROOT
"""

import re
import sys
from pathlib import Path

# The examples take their port from the command line; the README names the usual one.
SAME = [("troupe::server io{options};", "troupe::server io{{.port = 3000}};")]


def blocks(text):
    return re.findall(r"^```cpp\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def lines(text):
    for ours, readme in SAME:
        text = text.replace(ours, readme)
    return [line.strip() for line in text.splitlines() if line.strip()]


def stands_in(block, source):
    return any(source[i:i + len(block)] == block for i in range(len(source) - len(block) + 1))


def check(root):
    readme = (root / "README.md").read_text()
    sources = {path.stem: lines(path.read_text()) for path in (root / "examples").glob("*.cpp")}
    snippets = [lines(block) for block in blocks(readme)]
    if not any(len(block) == 5 and stands_in(block, sources["five_lines"]) for block in snippets):
        yield "README.md: the five lines are not those of examples/five_lines.cpp"
    for page in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        for block in map(lines, blocks(page.read_text())):
            if not any(stands_in(block, source) for source in sources.values()):
                yield f"{page.relative_to(root)}: in no example:\n" + "\n".join(block)
    there = set(re.findall(r'(?:add(?:_milliseconds)?\(app, "|add_flag\("--)([a-z-]+)"',
                           (root / "node/settings.cpp").read_text()))
    cells = re.findall(r"^\| (`--[^|]*)\|", readme, re.MULTILINE)
    told = set(re.findall(r"`--([a-z-]+)`", " ".join(cells)))
    if not there or there != told:
        yield f"README.md: options {sorted(told)}, troupe-node has {sorted(there)}"


if __name__ == "__main__":
    faults = list(check(Path(sys.argv[1])))
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)

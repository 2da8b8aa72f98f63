#!/usr/bin/env python3
"""The headers that the reference is made of: what the public headers include, near and far, and
what the guide to the harness names. Paths from the project's root, a line each.

    headers.py BUILD_INCLUDE_FOLDER      build/release/include
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDED = re.compile(r"#include <troupe/([\w/]+\.hpp)>")


def main(include):
    guide = (ROOT / "docs/harness.md").read_text()
    forwards = "".join(path.read_text() for path in sorted(include.glob("troupe/*.hpp")))
    waiting = INCLUDED.findall(forwards) + re.findall(r"<troupe/(harness/[\w/]+\.hpp)>", guide)
    found = set()
    while waiting:
        name = waiting.pop()
        path = ROOT / name
        if name in found or not path.exists():
            continue
        found.add(name)
        waiting += INCLUDED.findall(path.read_text())
    print("\n".join(sorted(found)))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())

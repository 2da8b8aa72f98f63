#!/usr/bin/env python3
"""What somebody else gets of `cmake --install`: a consumer is built against the installed tree, by
find_package and by pkg-config, after the tree was moved; the program runs.

    installed.py BUILD_FOLDER COMPILER
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CONSUMER = Path(__file__).parent / "consumer"


def run(*command, **more):
    done = subprocess.run([str(part) for part in command], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **more)
    if done.returncode != 0:
        print(*command, done.stdout, sep="\n", file=sys.stderr)
        sys.exit(1)
    return done.stdout


def install(build, scratch):
    """Installs below `first`, then moves the whole: an installed tree knows no absolute path."""
    shutil.rmtree(scratch, ignore_errors=True)
    run("cmake", "--install", build, "--prefix", scratch / "first")
    return (scratch / "first").rename(scratch / "moved")


def by_find_package(prefix, scratch, compiler):
    run("cmake", "-S", CONSUMER, "-B", scratch / "package", "-G", "Ninja", "-DTROUPE_FROM=package",
        f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_CXX_COMPILER={compiler}")
    run("cmake", "--build", scratch / "package")
    run(scratch / "package" / "consumer")
    run(scratch / "package" / "simulated")


def by_pkg_config(prefix, scratch, compiler):
    package, = prefix.rglob("troupe.pc")
    flags = run("pkg-config", "--cflags", "--libs", "troupe",
                env={**os.environ, "PKG_CONFIG_PATH": str(package.parent)}).split()
    compiled = scratch / "by_pkg_config"
    run(compiler, "-std=c++20", CONSUMER / "main.cpp", "-o", compiled, *flags)
    run(compiled)


def main(build, compiler):
    scratch = build / "installed"
    prefix = install(build, scratch)
    by_find_package(prefix, scratch, compiler)
    by_pkg_config(prefix, scratch, compiler)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2])

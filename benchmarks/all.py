"""Run the scripts of README's first table in turn: ``python -m benchmarks.all --rounds 9``.

Each script runs in its own process. A script that fails becomes a row that says so, and the exit
status is then 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator

from benchmarks import common

SCRIPTS = (
    "kernel_start",
    "restore",
    "run",
    "adopt",
    "new_notebook",
    "install",
    "startup",
    "saving",
    "disk",
    "many",
    "memory",
    "metadata",
)


def rows_of(script: str, rounds: int) -> Iterator[common.Row]:
    """Run one script and yield its rows as they arrive."""
    words = [f"benchmarks.{script}", "--json", "--rounds", str(rounds)]
    with subprocess.Popen(
        [sys.executable, "-m", *words], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("{"):
                yield common.Row(**json.loads(line))
    if process.returncode:
        yield common.Row(f"{script}: failed", "", "", f"status {process.returncode}", "")


def main() -> int:
    """Print one table and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scripts", nargs="*", help="scripts to run (default: all)")
    parser.add_argument("--rounds", type=int, default=common.ROUNDS, help="default: %(default)s")
    options = parser.parse_args()
    print(common.HEAD)
    failed = 0
    for script in options.scripts or SCRIPTS:
        for row in rows_of(script, options.rounds):
            print(row.line(), flush=True)
            failed += ": failed" in row.wait
    load, python = os.getloadavg()[0], sys.version.split()[0]
    print(
        f"\nMedians of {options.rounds} alternating rounds, bytecode written, Python {python}, ",
        end="",
    )
    print(f"{os.cpu_count()} cores, load {load:.1f} at the end.")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())

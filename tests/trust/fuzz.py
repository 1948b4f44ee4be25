"""Fuzz everything that reads foreign input, with atheris: ``python -m tests.trust.fuzz``.

The arguments are targets (default: all) and ``--seconds N`` for each. It prints the number of
inputs per target; the exit status is 1 if one raised an error that is not nbenv's.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support import hostile


def _seeds(name: str, folder: Path) -> None:
    """Write almost valid inputs to start from: their mutations reach deeper than random bytes."""
    lines = [*hostile.LINES.values(), hostile.GOOD_LINE]
    records = [hostile.record(), *hostile.HARMLESS.values()]
    texts: dict[str, list[str]] = {
        "line": lines,
        "requirement": [*hostile.REQUIREMENTS.values(), "six[a]>=1; os_name == 'x'"],
        "address": [*hostile.ADDRESSES.values(), *(each.partition(" @ ")[2] for each in lines)],
        "words": ["install x.ipynb 'a>=1' --index a=b", "!pip install x && {y}", "'"],
        "installer": ["error: No solution found\n  cause: because", "error: Failed to build"],
        "path": ["a/b.ipynb", "RTC:../x", "C:\\x", "%2e%2e/x"],
        "pip-configuration": ["[global]\nindex-url = https://u:p@x\nextra-index-url =\n  a\n  b"],
        "record": [json.dumps(each) for each in records],
        "notebook": [
            json.dumps({"cells": [], "metadata": {"nbenv": each}, "nbformat": 4}, indent=1)
            for each in records
        ],
    }
    for number, text in enumerate(texts[name]):
        (folder / str(number)).write_bytes(text.encode("utf-8", "surrogatepass")[:20_000])


def _fuzz(name: str, seconds: int) -> None:
    """Fuzz one target in this process, which atheris ends."""
    import atheris

    with atheris.instrument_imports(include=["nbenv", "packaging"]):
        from tests.support.fuzzing import run

    with tempfile.TemporaryDirectory() as folder:
        _seeds(name, Path(folder))
        options = [f"-max_total_time={seconds}", "-max_len=20000", "-timeout=20"]
        options += [f"-artifact_prefix={tempfile.gettempdir()}/nbenv-fuzz-{name}-", folder]
        atheris.Setup([sys.argv[0], *options], lambda data: run(name, data) and None)
        atheris.Fuzz()


def main() -> int:
    """Fuzz each target in its own process and return the exit status."""
    words = argparse.ArgumentParser()
    words.add_argument("targets", nargs="*")
    words.add_argument("--seconds", type=int, default=60)
    words.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = words.parse_args()
    if options.here:
        _fuzz(options.targets[0], options.seconds)
        return 0
    from tests.support.fuzzing import TARGETS  # late: a fuzzing process imports it instrumented

    failed = [name for name in options.targets or TARGETS if not _passes(name, options.seconds)]
    return int(bool(failed))


def _passes(name: str, seconds: int) -> bool:
    command = [sys.executable, "-m", "tests.trust.fuzz", name, "--here", f"--seconds={seconds}"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    counts = re.findall(r"Done (\d+) runs", done.stderr)
    print(f"{name:18} {counts[-1] if counts else '?':>9} inputs", flush=True)
    if done.returncode or not counts:
        print(done.stdout[-3000:], done.stderr[-3000:], sep="\n", flush=True)
    return done.returncode == 0 and bool(counts)


if __name__ == "__main__":
    raise SystemExit(main())

"""Save a notebook as another program does, at a random moment of each change by nbenv.

Run as ``python -m tests.support.saver KIND NOTEBOOK SECONDS``: for each line on standard input, it
waits up to that long, saves the notebook with the next number in its first cell, and prints it.
Its view of the metadata is the one of the beginning, as in a front end that did not reload.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["KINDS", "saved_number"]


def _in_place(path: Path, data: bytes) -> None:
    """Save as Jupyter Server does: truncate the file, and write it."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _slowly(path: Path, data: bytes) -> None:
    """Save in place, in pieces, as over a slow network."""
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(data), len(data) // 5 + 1):
            file.write(data[start : start + len(data) // 5 + 1])
            time.sleep(0.01)


def _over_the_old(path: Path, data: bytes) -> None:
    """Open the file without truncating it, and write some time later."""
    with path.open("rb+") as file:
        time.sleep(0.03)
        file.write(data)
        file.truncate()


def _by_rename(path: Path, data: bytes) -> None:
    scratch = path.with_suffix(".saver")
    scratch.write_bytes(data)
    scratch.replace(path)


KINDS: dict[str, Callable[[Path, bytes], None]] = {
    "in place": _in_place,
    "slowly": _slowly,
    "over the old": _over_the_old,
    "by rename": _by_rename,
}


def saved_number(path: Path) -> int:
    """Return the number of the last save that the file holds."""
    number = json.loads(path.read_bytes())["cells"][0]["source"]
    assert isinstance(number, str)
    return int(number)


def _main(kind: str, path: Path, seconds: float) -> None:
    notebook = json.loads(path.read_bytes())
    for number, _ in enumerate(sys.stdin, 1):
        notebook["cells"][0]["source"] = str(number)
        data = json.dumps(notebook, indent=1).encode()
        time.sleep(random.uniform(0, seconds))
        KINDS[kind](path, data)
        print(number, flush=True)


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))

"""Disk space of the tenth notebook with the same packages, as a share of the first one's.

Every file below ``NBENV_HOME`` counts, each inode once. Each kernel imports pandas first, so
bytecode counts too. Files linked from uv's cache count for the first notebook.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from benchmarks import common

NOTEBOOKS = 10
PACKAGES = ("pandas", "matplotlib", "openpyxl")


def newly_taken(folder: str, seen: set[tuple[int, int]]) -> int:
    """Return the bytes on disk of all files not yet in `seen`, and add them to it."""
    total = 0
    for base, folders, names in os.walk(folder):
        for name in (*folders, *names):
            found = os.lstat(os.path.join(base, name))
            if (found.st_dev, found.st_ino) not in seen:
                seen.add((found.st_dev, found.st_ino))
                total += found.st_blocks * 512
    return total


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure once: the ten notebooks take the place of rounds."""
    del rounds
    with common.scratch() as folder:
        first = common.write_notebook(folder / "1.ipynb")
        common.nbenv("install", str(first), *PACKAGES)
        taken, seen = [], set[tuple[int, int]]()
        for number in range(1, NOTEBOOKS + 1):
            notebook = folder / f"{number}.ipynb"
            if number > 1:
                shutil.copyfile(first, notebook)
                common.nbenv("restore", str(notebook))
            common.ours_first_reply(notebook, "import pandas")
            common.settle()
            taken.append(newly_taken(os.environ["NBENV_HOME"], seen))
        count = len(common.environment_of(first).installed())
    mine, other = (f"{size / 1e6:.2f} MB" for size in (taken[-1], taken[0]))
    wait = f"disk of the tenth notebook with the same {count} distributions"
    share = f"{100 * taken[-1] / taken[0]:.1f}%"
    yield common.Row(wait, mine, f"the first: {other}", share, "≤ 5%", "≤ 2%")


common.main(rows, __name__)

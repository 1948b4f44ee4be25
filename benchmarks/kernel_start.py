"""Start of a kernel whose environment is ready, compared with plain ipykernel in it.

The second row compares the same notebook with and without 100 MB of outputs.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from benchmarks import common

LARGE = 100_000_000


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure and yield the rows."""
    with common.scratch() as folder:
        small = common.write_notebook(folder / "bench.ipynb")
        common.nbenv("install", str(small), "pandas")
        large = folder / "large.ipynb"
        shutil.copyfile(small, large)
        common.with_outputs(large, LARGE)
        common.nbenv("restore", str(large))
        plain = [common.environment_of(small).python, "-m", "ipykernel_launcher"]
        found = common.alternate(
            rounds,
            {
                "nbenv": lambda: common.ours_first_reply(small),
                "nbenv, 100 MB": lambda: common.ours_first_reply(large),
                "plain ipykernel": lambda: common.first_reply(plain, {}),
            },
        )
    names = ("nbenv", "plain ipykernel")
    yield found.row("ready environment: start to first reply", names, "≤ 1.05", "< 1.00")
    names = ("nbenv, 100 MB", "nbenv")
    wait = "the same, notebook of 100 MB with outputs"
    yield found.row_of_difference(wait, names, "≤ +0.050 s", "no growth")


common.main(rows, __name__)

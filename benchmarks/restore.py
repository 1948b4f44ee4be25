"""Restore with a warm cache until pandas is imported, over the same by hand with raw uv.

Of the same locked files. Before each round no environment of either is on disk: neither the
notebook's nor one that was made ready ahead of time.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator

from benchmarks import common


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure."""
    with common.scratch() as folder:
        notebook = common.write_notebook(folder / "bench.ipynb")
        common.nbenv("install", str(notebook), "pandas")
        place = folder / "plain"

        def clear() -> None:
            common.settle()
            common.remove_environments()
            shutil.rmtree(place, ignore_errors=True)

        def by_hand() -> float:
            start = time.perf_counter()
            python = common.synced(place, notebook)
            made = time.perf_counter() - start
            command = [python, "-m", "ipykernel_launcher"]
            return made + common.first_reply(command, {}, "import pandas")

        actions = {
            "nbenv": lambda: common.ours_first_reply(notebook, "import pandas"),
            "uv venv + uv pip sync + ipykernel": by_hand,
        }
        found = common.alternate(rounds, actions, clear)
    wait = "restore, warm cache, until pandas is imported"
    ours, theirs = actions
    yield found.row(wait, (ours, theirs), "≤ 0.6", "≤ 0.35")


common.main(rows, __name__)

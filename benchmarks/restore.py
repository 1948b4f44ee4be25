"""Restore with a warm cache until pandas is imported, compared with raw uv by hand.

Both install the same lock. Every environment, including the spare that nbenv prepares in advance,
is removed before each measurement.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator

from benchmarks import common


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure and yield the rows."""
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

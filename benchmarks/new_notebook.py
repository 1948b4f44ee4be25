"""First kernel of a brand-new notebook, compared with a plain kernel of the same ipykernel.

Each round makes a new notebook once all background work has ended. The plain kernel's environment
is ready, with its bytecode written.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from benchmarks import common


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure and yield the rows."""
    with common.scratch() as folder:
        known = common.write_notebook(folder / "known.ipynb")
        common.nbenv("install", str(known), "six")
        plain = [common.synced(folder / "plain", known), "-m", "ipykernel_launcher"]
        numbers = itertools.count()

        def new() -> float:
            notebook = common.write_notebook(folder / f"new-{next(numbers)}.ipynb")
            return common.ours_first_reply(notebook)

        actions = {"nbenv": new, "plain ipykernel": lambda: common.first_reply(plain, {})}
        found = common.alternate(rounds, actions)
    wait = "brand-new notebook: start to first reply"
    yield found.row(wait, ("nbenv", "plain ipykernel"), "≤ 1.15", "≤ 1.05")


common.main(rows, __name__)

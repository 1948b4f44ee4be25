"""``nbenv adopt``: of a notebook, compared with making its environment by hand; and of a folder.

The wheels are cached, and no environment is on disk. By hand means ``uv venv`` and ``uv pip
install`` of what the notebook imports, which somebody has to find out and which nothing records.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import common

CODE = "import numpy, pandas\nimport matplotlib.pyplot\nfrom sklearn.linear_model import Ridge"
NEEDS = ("numpy", "pandas", "matplotlib", "scikit-learn")
PARTS = ("import pandas", "import numpy", CODE, "import matplotlib.pyplot")
"""The cells of the notebooks of a course, in turn."""
SIZE = 8
"""The notebooks of the course."""


def course(folder: Path) -> Path:
    """Write a course."""
    folder.mkdir()
    for number in range(SIZE):
        common.write_notebook(folder / f"{number}.ipynb", PARTS[number % len(PARTS)])
    return folder


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure and yield the rows."""
    with common.scratch() as folder:
        numbers = itertools.count()

        def fresh(action: Callable[[Path], object]) -> Callable[[], float]:
            """Return a measurement of an action in a folder of its own."""

            def measured() -> float:
                place = folder / str(next(numbers))
                place.mkdir()
                found = common.timed(lambda: action(place))
                shutil.rmtree(place)
                return found

            return measured

        def by_hand(place: Path) -> None:
            common.uv("venv", "--python", common.base_python(), place / "env")
            python = place / "env" / "bin" / "python"
            common.uv("pip", "install", "--python", python, "ipykernel", *NEEDS)

        def adopt(place: Path, *options: str) -> None:
            common.nbenv("adopt", str(common.write_notebook(place / "a.ipynb", CODE)), *options)

        def together(place: Path) -> None:
            common.nbenv("adopt", str(course(place / "course")))

        def one_by_one(place: Path) -> None:
            for path in sorted(course(place / "course").glob("*.ipynb")):
                common.nbenv("adopt", str(path))

        def clear() -> None:
            common.settle()
            common.remove_environments()

        found = common.alternate(
            rounds,
            {
                "nbenv adopt": fresh(adopt),
                "uv venv + uv pip install": fresh(by_hand),
                "dry run": fresh(lambda place: adopt(place, "--dry-run")),
            },
            clear,
        )
        names = ("nbenv adopt", "uv venv + uv pip install")
        row = found.row("`nbenv adopt` of a notebook with four packages, cached", names, "", "")
        yield common.Row(row.wait, row.ours, row.theirs, row.ours, "≤ 2 s", row.towards)
        dry = f"{found.median('dry run'):.3f} s"
        yield common.Row("`nbenv adopt --dry-run` of the same", dry, "", dry, "≤ 0.4 s")
        names = ("nbenv adopt FOLDER", "one by one")
        found = common.alternate(
            max(1, rounds // 3),
            dict(zip(names, (fresh(together), fresh(one_by_one)), strict=True)),
            clear,
        )
        yield found.row(f"`nbenv adopt` of a folder of {SIZE} notebooks", names, "≤ 0.7", "≤ 0.5")


common.main(rows, __name__)

"""An environment in one file: making it, its size, and its first start where it was unpacked.

Compared with ``uv venv``, ``uv pip sync`` of the same lock, and venv-pack.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import common

PACKAGES = ("pandas", "pyarrow", "tabulate")
OURS, THEIRS = "nbenv", "uv + venv-pack"


def make_theirs(notebook: Path, folder: Path, out: Path) -> None:
    """Make the same environment with raw uv, and pack it."""
    place = folder / "venv"
    shutil.rmtree(place, ignore_errors=True)
    common.synced(place, notebook)
    command = [common.tool("venv-pack"), "-q", "-f", "-p", str(place), "-o", str(out)]
    subprocess.run(command, check=True)


def first_start(archive: Path, folder: Path) -> float:
    """Return the seconds to unpack an archive and import pandas with its Python."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()

    def start() -> None:
        subprocess.run(["tar", "-xf", archive, "-C", folder], check=True)
        python = folder / "bin" / "python"
        subprocess.run([python, "-c", "import pandas"], check=True, env=clean_environ())

    return common.timed(start)


def clean_environ() -> dict[str, str]:
    """Return variables of a machine that has a Python on its search path."""
    return {"PATH": f"{os.path.dirname(common.base_python())}:{os.defpath}"}


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure with a notebook of packages that Spark's workers often have."""
    with common.scratch() as folder:
        notebook = common.write_notebook(folder / "work.ipynb")
        common.nbenv("install", str(notebook), *PACKAGES)
        ours, theirs = folder / "ours.tar.gz", folder / "theirs.tar.gz"
        makes: dict[str, Callable[[], float]] = {
            OURS: lambda: common.timed(
                lambda: common.nbenv("pack", "--archive", str(ours), str(notebook))
            ),
            THEIRS: lambda: common.timed(lambda: make_theirs(notebook, folder, theirs)),
        }
        made = common.alternate(rounds, makes)
        yield made.row("make an archive of pandas and pyarrow", (OURS, THEIRS), "≤ 1.0", "≤ 0.8")
        sizes = [path.stat().st_size / 1e6 for path in (ours, theirs)]
        yield common.Row(
            "its size", f"{sizes[0]:.1f} MB", f"{THEIRS}: {sizes[1]:.1f} MB",
            f"{sizes[0] / sizes[1]:.2f}", "≤ 1.0",
        )  # fmt: skip
        starts: dict[str, Callable[[], float]] = {
            OURS: lambda: first_start(ours, folder / "there"),
            THEIRS: lambda: first_start(theirs, folder / "there"),
        }
        started = common.alternate(rounds, starts)
        yield started.row("unpack it and import pandas", (OURS, THEIRS), "≤ 1.3", "≤ 1.0")


common.main(rows, __name__)

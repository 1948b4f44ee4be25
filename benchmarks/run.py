"""``nbenv run`` compared with ``juv exec``: environment ready, or not built but wheels cached.

The notebook has one cell, which imports pandas. juv runs the cells as a script, without a kernel.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks import common


def of_juv(folder: Path) -> Path:
    """Write the same notebook for juv, with its requirements in the first cell."""
    needs = '# /// script\n# requires-python = ">=3.10"\n# dependencies = ["pandas"]\n# ///\n'
    return common.write_notebook(folder / "juv.ipynb", f"{needs}import pandas")


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure and yield the rows."""
    program = common.tool("juv")
    with common.scratch() as folder:
        # uv keeps a script's environment in its cache, and `clear` removes it: use a private one.
        os.environ["UV_CACHE_DIR"] = str(folder / "cache")
        ours, theirs = common.write_notebook(folder / "bench.ipynb"), of_juv(folder)
        common.nbenv("install", str(ours), "pandas")

        def juv() -> None:
            command = [program, "exec", "--quiet", "--python", common.base_python(), str(theirs)]
            subprocess.run(command, check=True, env=common.peer_environ())

        def clear() -> None:
            common.settle()
            common.remove_environments()
            shutil.rmtree(folder / "cache" / "environments-v2", ignore_errors=True)

        actions = {
            "nbenv run": lambda: common.timed(lambda: common.nbenv("run", str(ours))),
            "juv exec": lambda: common.timed(juv),
        }
        names = ("nbenv run", "juv exec")
        found = common.alternate(rounds, actions)
        yield found.row("`nbenv run`, environment ready", names, "≤ 1.4", "≤ 1.0")
        found = common.alternate(rounds, actions, clear)
        wait = "the same, not built yet, wheels cached"
        yield found.row(wait, names, "≤ 0.6", "≤ 0.4")


common.main(rows, __name__)

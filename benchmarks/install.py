"""``%nbenv install`` of a cached package, compared with ``uv pip install`` and ``%pip install``.

Timed until the cell has ended and the next one can run. uv installs into the same environment, pip
into a virtual environment made from the same lock. The last row is an install that is already
satisfied.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from benchmarks import common

X = "tabulate"


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure and yield the rows."""
    with common.scratch() as folder, contextlib.ExitStack() as stack:
        notebook = common.write_notebook(folder / "bench.ipynb")
        common.nbenv("install", str(notebook), "pandas")
        with_pip = common.synced(folder / "plain", notebook)
        common.uv("pip", "install", "--python", with_pip, "pip")
        command = [with_pip, "-m", "ipykernel_launcher"]
        own = common.kernel(common.LAUNCHER, common.launcher_environ(notebook))
        manager, ours = stack.enter_context(own)
        other, pips = stack.enter_context(common.kernel(command, {}))
        kernels = [common.process_of(each) for each in (manager, other)]
        python = common.environment_of(notebook).python

        def cell() -> float:
            seconds = common.timed(lambda: common.run_cell(ours, f"%nbenv install {X}"))
            common.run_cell(ours, f"%nbenv uninstall {X}")
            return seconds

        def uv() -> float:
            install = ("pip", "install", "--python", python, X)
            seconds = common.timed(lambda: common.uv(*install))
            common.uv("pip", "uninstall", "--python", python, X)
            return seconds

        def pip() -> float:
            seconds = common.timed(lambda: common.run_cell(pips, f"%pip install -q {X}"))
            common.run_cell(pips, f"%pip uninstall -q -y {X}")
            return seconds

        names = ("%nbenv install", "uv pip install", "%pip install")
        actions = dict(zip(names, (cell, uv, pip), strict=True))
        found = common.alternate(rounds, actions, lambda: common.settle(kernels))
        wait = "`%nbenv install X`, cached, until the next cell may run"
        yield found.row_of_difference(wait, names[:2], "≤ +0.6 s", "≤ +0.25 s")
        yield found.row("the same", (names[0], names[2]), "≤ 0.6", "≤ 0.3")

        common.run_cell(ours, f"%nbenv install {X}")
        common.run_cell(pips, f"%pip install -q {X}")
        actions = {
            names[0]: lambda: common.timed(lambda: common.run_cell(ours, f"%nbenv install {X}")),
            names[2]: lambda: common.timed(lambda: common.run_cell(pips, f"%pip install -q {X}")),
        }
        found = common.alternate(rounds, actions, lambda: common.settle(kernels))
        row = found.row("", (names[0], names[2]), "≤ 150 ms", "≤ 60 ms")
        milliseconds = f"{1000 * found.median(names[0]):.0f} ms"
        wait = "an install that is already satisfied"
        yield common.Row(wait, row.ours, row.theirs, milliseconds, row.must, row.towards)


common.main(rows, __name__)

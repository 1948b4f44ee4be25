"""``envs``, ``prune --dry-run`` and a kernel's start on a machine with 10,000 environments.

Each environment has its state, a marker with a real record, an interpreter and a few files; a tenth
of the notebooks no longer exist. `envs` and `prune` are compared with a tenth as many environments
and include Python's own start; the kernel's start is compared with a machine without other
environments.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks import common
from nbenv.environments import layout, ownership, store
from nbenv.environments.store import State
from nbenv.home import paths, private_files

MANY = 10_000
FEW = MANY // 10
LONG_AGO = 1_000_000_000
FILES = 3


def know(folder: Path, count: int, value: Mapping[str, object]) -> None:
    """Register `count` environments of one notebook each; a tenth of the notebooks do not exist."""
    (folder / "notebooks").mkdir(parents=True)
    for number in range(count):
        notebook, identifier = folder / "notebooks" / f"{number}.ipynb", f"known-{number:08x}"
        state = State(str(notebook), identifier, dict(value))
        private_files.write_json(paths.state_path(paths.key(str(notebook))), vars(state))
        if number % 10:
            notebook.touch()
        _make(identifier, str(notebook), value)


def _make(identifier: str, notebook: str, value: Mapping[str, object]) -> None:
    place = paths.environment_path(identifier)
    packages = Path(layout.packages_path(place, str(value["python"])))
    os.makedirs(os.path.dirname(place), exist_ok=True)
    ownership.sign(Path(place))
    packages.mkdir(parents=True)
    os.mkdir(os.path.dirname(layout.python_path(place)))
    os.symlink(sys.executable, layout.python_path(place))
    Path(place, "pyvenv.cfg").write_text("version = 3.11.7\n", encoding="utf-8")
    for number in range(FILES):
        (packages / f"module_{number}.py").touch()
    marker = {"notebook": notebook, "value": value, "changed": os.stat(packages).st_mtime_ns}
    private_files.write_json(paths.marker_path(place), marker)
    os.utime(place, (LONG_AGO, LONG_AGO))


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure and yield the rows."""
    with common.scratch() as folder:
        homes = {count: str(folder / f"home-{count}") for count in (MANY, FEW, 0)}
        notebook = common.write_notebook(folder / "bench.ipynb")

        def into(count: int) -> None:
            os.environ["NBENV_HOME"] = homes[count]

        for count in homes:
            into(count)
            verb = ("restore",) if count != MANY else ("install", "six")
            common.nbenv(verb[0], str(notebook), *verb[1:])
            state = store.read_state(str(notebook))
            assert state is not None and state.record is not None
            know(folder / str(count), count, state.record)

        def command(count: int, *words: str) -> Callable[[], float]:
            def action() -> float:
                into(count)
                return common.timed(lambda: common.nbenv(*words))

            return action

        def start(count: int) -> Callable[[], float]:
            def action() -> float:
                into(count)
                return common.ours_first_reply(notebook)

            return action

        names = (f"{MANY} known", f"{FEW} known")
        for words in (("envs",), ("prune", "--dry-run")):
            actions = {name: command(c, *words) for name, c in zip(names, homes, strict=False)}
            found = common.alternate(rounds, actions)
            row = found.row(f"`{' '.join(words)}`, {MANY:,} environments known", names, "", "")
            took = f"{found.median(names[0]):.2f} s"
            yield common.Row(row.wait, row.ours, row.theirs, took, "≤ 1 s", "linear")
        actions = {names[0]: start(MANY), "none other known": start(0)}
        found = common.alternate(rounds, actions)
        wait = f"kernel start with {MANY:,} environments known"
        yield found.row(wait, (names[0], "none other known"), "no growth", "")
        for home in homes.values():
            shutil.rmtree(home)


common.main(rows, __name__)

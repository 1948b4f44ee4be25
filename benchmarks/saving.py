"""Save of a 10 MB notebook with nbenv's hooks, compared with a save without them.

It calls Jupyter Server's contents manager in this process: over a socket the noise would exceed the
difference. The notebook has an environment, and the record in the file is either the newest or a
newer one waits to be saved.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from jupyter_server.services.contents.largefilemanager import LargeFileManager

from benchmarks import common
from nbenv.environments import store
from nbenv.server.save_hooks import merge, note_saved

SIZE = 10_000_000


def manager(root: Path, hooked: bool) -> LargeFileManager:
    """Return a server's contents manager, with or without nbenv's hooks."""
    made = LargeFileManager(root_dir=str(root))
    if hooked:
        made.register_pre_save_hook(merge)
        made.register_post_save_hook(note_saved)
    return made


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure and yield the rows."""
    with common.scratch() as folder:
        notebook = common.write_notebook(folder / "bench.ipynb")
        common.with_outputs(notebook, SIZE)
        shown = nbformat.read(notebook, as_version=4)
        common.nbenv("install", str(notebook), "pandas")
        recorded = nbformat.read(notebook, as_version=4)
        state = store.read_state(str(notebook))
        assert state is not None

        def save(content: Any, hooked: bool, unsaved: bool = False) -> Callable[[], float]:
            contents = manager(folder, hooked)

            def action() -> float:
                store.save_state(replace(state, saved=not unsaved))
                model = {"type": "notebook", "content": copy.deepcopy(content)}
                return common.timed(lambda: contents.save(model, notebook.name))

            return action

        names = ("with the hooks", "with the hooks, a newer record waits", "without")
        actions = dict(
            zip(
                names,
                (save(recorded, True), save(shown, True, unsaved=True), save(recorded, False)),
                strict=True,
            )
        )
        found = common.alternate(rounds, actions)
    wait = "save of a 10 MB notebook"
    yield found.row(wait, (names[0], names[2]), "≤ 1.02", "1.00")
    yield found.row("the same, a newer record waits", (names[1], names[2]), "≤ 1.02", "1.00")


common.main(rows, __name__)

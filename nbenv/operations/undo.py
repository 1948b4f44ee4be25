"""Go back to the environment before the last change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from nbenv.core.lock import Change
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.relock import resolved
from nbenv.engine.summaries import outcome_of
from nbenv.engine.transaction import ChangeOptions, change, obtain
from nbenv.environments.store import Store
from nbenv.errors import (
    InstallerError,
    InterpreterError,
    NbenvError,
)
from nbenv.installer.resolve import ResolveOptions
from nbenv.progress import Outcome, Steps

__all__ = ["undo"]


def undo(target: NotebookRef) -> Steps[Outcome]:
    """Go back to the environment before the last change."""
    store = Store()

    def edit(document: NotebookSnapshot) -> Steps[Spec]:
        notebook = document.target.notebook
        known, before = store.last(notebook)
        while known and before == document.value:  # a change that was killed before it was recorded
            store.drop_last(notebook)
            known, before = store.last(notebook)
        if not known:
            raise NbenvError("There is no change of this notebook's environment to undo.")
        if before is not None:
            return Spec.from_record(before)
        empty = replace(document.spec, requirements=(), editable=(), indexes=())
        folder = document.target.folder
        found = yield from obtain(empty.python, False, folder)
        return (yield from resolved(empty, found, folder, ResolveOptions()))

    try:
        spec, synced = yield from change(target, edit, ChangeOptions(locked=True, remembered=False))
    except (InstallerError, InterpreterError) as error:
        raise NbenvError(
            "The environment before the last change cannot be had here any more.",
            error.why or error.what,
            "Nothing was changed.",
        ) from None
    store.drop_last(target.following(synced.environment).notebook)
    return outcome_of(spec, synced, f"Went back: {_undone(synced.changes)}.")


def _undone(changes: Iterable[Change]) -> str:
    changes = list(changes)
    return ", ".join(map(str, changes[:3])) + (" …" if len(changes) > 3 else "") or "no change"

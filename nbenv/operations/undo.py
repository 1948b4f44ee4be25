"""Go back to the environment before the last change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nbenv.core.lock import Change
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.engine.relock import resolve_anew
from nbenv.engine.summaries import outcome_of
from nbenv.engine.transaction import ChangeOptions, Edited, change, obtain_python
from nbenv.environments import history
from nbenv.errors import InstallerError, InterpreterError, NbenvError
from nbenv.installer.resolve import ResolveOptions
from nbenv.progress import Outcome, Steps

__all__ = ["undo"]

_SHOWN = 3
"""Changes that the summary names."""


def undo(ref: NotebookRef) -> Steps[Outcome]:
    """Go back to the environment before the last change; again goes further back."""
    options = ChangeOptions(is_locked=True, remembered=False)
    try:
        done = yield from change(ref, _former, options)
    except (InstallerError, InterpreterError) as error:
        raise NbenvError(
            "The environment before the last change is no longer available here.",
            error.why or error.what,
            "Nothing was changed.",
        ) from None
    history.drop_last(ref.following(done.synced.environment.identifier).notebook)
    return outcome_of(done.spec, done.synced, f"Went back: {_shown_changes(done.synced.changes)}.")


def _former(snapshot: NotebookSnapshot) -> Steps[Edited[None]]:
    """Return the spec before the last change."""
    notebook = snapshot.ref.notebook
    known, before = history.last(notebook)
    while known and before == snapshot.record:  # a change that was killed before it was recorded
        history.drop_last(notebook)
        known, before = history.last(notebook)
    if not known:
        raise NbenvError("There is no change of this notebook's environment to undo.")
    if before is not None:
        return Edited(parse_record(before), None)
    empty = replace(snapshot.spec, requirements=(), editable=(), indexes=())
    interpreter = yield from obtain_python(empty.python, fetch=False)
    options = ResolveOptions()
    return Edited((yield from resolve_anew(empty, interpreter, snapshot.ref.folder, options)), None)


def _shown_changes(changes: Sequence[Change]) -> str:
    more = " …" if len(changes) > _SHOWN else ""
    return (", ".join(map(str, changes[:_SHOWN])) or "no change") + more

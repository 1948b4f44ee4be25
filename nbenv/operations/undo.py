"""Undo the last change of a notebook's environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nbenv.core.lock import Change, Lock
from nbenv.core.spec import Spec
from nbenv.engine.consent import check_spec
from nbenv.engine.disclosure import contents
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.engine.obtain_python import obtain_python
from nbenv.engine.relock import resolve_anew
from nbenv.engine.summaries import outcome_of
from nbenv.engine.transaction import ChangeOptions, Edited, change
from nbenv.environments import history
from nbenv.errors import (
    ApprovalNeededError,
    InstallerError,
    InterpreterError,
    NbenvError,
    RecordError,
)
from nbenv.installer.resolve import ResolveOptions
from nbenv.progress import Outcome, Steps

__all__ = ["undo"]

_NAMED = 3
"""Changes that the summary names."""


def undo(ref: NotebookRef, agreed: str | None = None) -> Steps[Outcome]:
    """Go back to the environment before the last change; once more goes back further.

    `agreed` is the digest of the record that the user was shown and agreed to.

    Raises
    ------
    ApprovalNeededError
        The present record was never approved, or the approval of the former one was revoked.
    NbenvError
        There is no change to undo, or the former environment is not available any more.
    """
    options = ChangeOptions(is_locked=True, remembered=False, agreed=agreed)
    try:
        done = yield from change(ref, _former_spec, options)
    except (InstallerError, InterpreterError) as error:
        raise NbenvError(
            "The environment before the last change is no longer available here.",
            error.why or error.what,
            "Nothing was changed.",
        ) from None
    history.drop_last(ref.following(done.synced.environment.identifier).notebook)
    return outcome_of(
        done.spec, done.synced, f"Undid the last change: {_summarise(done.synced.changes)}."
    )


def _former_spec(snapshot: NotebookSnapshot) -> Steps[Edited[None]]:
    """Return the spec before the last change."""
    notebook = snapshot.ref.notebook
    known, before = history.last(notebook)
    while known and before == snapshot.record:  # from a change that was killed while recording
        history.drop_last(notebook)
        known, before = history.last(notebook)
    if not known:
        raise NbenvError("There is no change to this notebook's environment to undo.")
    if before is not None:
        spec = parse_record(before)
        _check_former(spec, snapshot)
        return Edited(spec, None)
    return Edited((yield from _kernel_alone(snapshot)), None)


def _kernel_alone(snapshot: NotebookSnapshot) -> Steps[Spec]:
    """Return the spec of a notebook that requires nothing, with the kernel that it had.

    The changes since then may have moved what the kernel consists of. Where it is not known what
    it was, the kernel is that of a new notebook.
    """
    was = snapshot.spec
    empty = Spec(was.python, lock=_lock_of_kernel_alone(snapshot), unknown=was.unknown)
    interpreter = yield from obtain_python(empty.python, fetch=False)
    folder, options = snapshot.ref.folder, ResolveOptions()
    try:
        return (yield from resolve_anew(empty, interpreter, folder, options))
    except InstallerError:  # without an index, what is installed remains
        return (
            yield from resolve_anew(replace(empty, lock=was.lock), interpreter, folder, options)
        )


def _lock_of_kernel_alone(snapshot: NotebookSnapshot) -> Lock:
    held = history.of_kernel_alone(snapshot.ref.notebook) or {}
    try:
        former = parse_record(held)
    except RecordError:  # unknown, or written by another version of nbenv
        return Lock()
    is_other = former.requirements or former.python != snapshot.spec.python
    return Lock() if is_other else former.lock


def _check_former(spec: Spec, snapshot: NotebookSnapshot) -> None:
    """Raise unless a former record is still approved: nobody was shown it now."""
    try:
        check_spec(spec, snapshot.ref.folder, None)
    except ApprovalNeededError as error:
        raise ApprovalNeededError(
            f"The environment before the last change is not approved any more: {contents(spec)}.",
            error.why,
            "To install it all the same, set NBENV_RESTORE to always for this one command.",
        ) from None


def _summarise(changes: Sequence[Change]) -> str:
    more = ", …" if len(changes) > _NAMED else ""
    return (", ".join(map(str, changes[:_NAMED])) or "nothing changed") + more

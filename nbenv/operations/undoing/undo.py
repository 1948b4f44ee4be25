"""Undo the last change of a notebook's environment, and redo what was undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from nbenv.core.lock import Change, Lock
from nbenv.core.spec import Spec
from nbenv.engine.consent import check_spec
from nbenv.engine.disclosure import contents
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.engine.obtain_python import obtain_python
from nbenv.engine.relock import resolve_anew
from nbenv.engine.summaries import outcome_of
from nbenv.engine.transaction import ChangeOptions, ChangeResult, Edit, Edited, change
from nbenv.environments import history
from nbenv.errors import (
    ApprovalNeededError,
    InstallerError,
    InterpreterError,
    NbenvError,
    RecordError,
)
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.undoing.past_changes import made_changes, undone_changes
from nbenv.progress import Outcome, Steps

__all__ = ["redo", "undo"]

N = TypeVar("N")

_NAMED = 3
"""Changes that the summary names."""


def undo(ref: NotebookRef, dry_run: bool = False, agreed: str | None = None) -> Steps[Outcome]:
    """Go back to the environment before the last change; once more goes back further.

    Parameters
    ----------
    ref
        The notebook.
    dry_run
        Whether to change nothing.
    agreed
        The digest of the record that the user was shown and agreed to.

    Raises
    ------
    ApprovalNeededError
        The present record was never approved, or the approval of the former one was revoked.
    NbenvError
        There is no change to undo, or the former environment is not available any more.
    """
    options = ChangeOptions(dry_run=dry_run, is_locked=True, remembered=False, agreed=agreed)
    done = yield from _going(ref, _former_spec, options, "before the last change")
    if not dry_run:
        notebook = ref.following(done.synced.environment.identifier).notebook
        while history.drop_unmade(notebook, done.before.record):
            pass
        history.drop_last(notebook, done.before.record, done.spec.to_record())
    return _outcome(done, "undo", "Undid", "the last change", dry_run)


def redo(ref: NotebookRef, dry_run: bool = False, agreed: str | None = None) -> Steps[Outcome]:
    """Make the change again that was undone last.

    Parameters and errors are those of `undo`. After another change, nothing can be made again.
    """
    options = ChangeOptions(dry_run=dry_run, is_locked=True, agreed=agreed)
    done = yield from _going(ref, _undone_spec, options, "after the change")
    if not dry_run:
        notebook = ref.following(done.synced.environment.identifier).notebook
        *others, again = done.note
        history.keep_undone(notebook, others, again.note)
    return _outcome(done, "redo", "Redid", "the change", dry_run)


def _going(
    ref: NotebookRef, edit: Edit[N], options: ChangeOptions, when: str
) -> Steps[ChangeResult[N]]:
    """Go to the environment of another record, and say so if that is not available any more."""
    try:
        return (yield from change(ref, edit, options))
    except (InstallerError, InterpreterError) as error:
        raise NbenvError(
            f"The environment {when} is no longer available here.",
            error.why or error.what,
            "Nothing was changed.",
        ) from None


def _outcome(done: ChangeResult[N], verb: str, did: str, what: str, dry_run: bool) -> Outcome:
    changed = _summarise(done.synced.changes) or _requirements(done.before.spec, done.spec)
    summary = f"{did} {what}: {changed}."
    if dry_run:
        summary = f"Would {verb} {what}: {changed}."
    return outcome_of(done.spec, done.synced, summary, shown=dry_run)


def _former_spec(snapshot: NotebookSnapshot) -> Steps[Edited[None]]:
    """Return the spec before the last change."""
    known = made_changes(snapshot)
    if not known:
        raise NbenvError("There is no change to this notebook's environment to undo.")
    before = known[-1].before
    if before is not None:
        spec = parse_record(before)
        _check_former(spec, snapshot)
        return Edited(spec, None)
    return Edited((yield from _kernel_alone(snapshot)), None)


def _undone_spec(snapshot: NotebookSnapshot) -> Edited[Sequence[history.Undone]]:
    """Return the spec that the change had made which was undone last, and all that were undone."""
    undone = undone_changes(snapshot)
    if not undone:
        raise NbenvError(
            "There is no undone change of this notebook's environment to make again.",
            "A change can be redone until the notebook's environment is changed otherwise.",
        )
    spec = parse_record(undone[-1].record)
    _check_former(spec, snapshot)
    return Edited(spec, undone)


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
            f"The environment to go to is not approved any more: {contents(spec)}.",
            error.why,
            "To install it all the same, set NBENV_RESTORE to always for this one command.",
        ) from None


def _summarise(changes: Sequence[Change]) -> str:
    more = ", …" if len(changes) > _NAMED else ""
    return ", ".join(map(str, changes[:_NAMED])) + more


def _requirements(before: Spec, after: Spec) -> str:
    """Say what a change that moves no package does to what the notebook requires."""
    gone, back = (
        [each for each in one.requirements if each not in other.requirements]
        for one, other in ((before, after), (after, before))
    )
    said = [f"the notebook requires {', '.join(back)}"] if back else []
    said += [f"it no longer requires {', '.join(gone)}"] if gone else []
    return f"{' and '.join(said) or 'only settings changed'}; the packages are the same"

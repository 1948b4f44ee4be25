"""Offer, preview and take fallbacks for an environment that is not available exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nbenv.engine.availability import Availability, examine_lock, is_temporary
from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.fallbacks import LEVELS, Fallback, find_fallbacks
from nbenv.engine.summaries import counted, outcome_of
from nbenv.engine.transaction import ChangeOptions, Edited, change
from nbenv.environments.interpreters import is_too_old
from nbenv.errors import HashError, InstallerError, NbenvError, UnavailableError, UsageError
from nbenv.progress import Outcome, Steps

__all__ = ["fall_back", "preview_fallback", "with_fallbacks"]

_Choice = tuple[Availability, Fallback]
"""The availability of the exact environment, and the fallback that is taken instead."""


def with_fallbacks(snapshot: NotebookSnapshot, error: NbenvError) -> Steps[NbenvError]:
    """Return the error to report for a failed restore.

    Parameters
    ----------
    snapshot
        The notebook.
    error
        The error with which its restore failed.

    Returns
    -------
    NbenvError
        An `UnavailableError` with the possible fallbacks, if part of the lock is unavailable; else
        `error` itself.
    """
    nothing_locked = snapshot.record is None or not snapshot.spec.lock.distributions
    if nothing_locked or is_temporary(error) or isinstance(error, HashError):
        return error
    if is_too_old(snapshot.spec.python):  # whatever is available, no file of the lock is for here
        return error
    try:
        available = yield from examine_lock(snapshot, error)
        if available.is_complete:
            return error
        found = yield from find_fallbacks(snapshot, available)
    except InstallerError:  # the index cannot be asked, so nothing more is known
        return error
    return _unavailable(available, found, error)


def _unavailable(
    available: Availability, found: list[Fallback], cause: NbenvError | None
) -> UnavailableError:
    was = available.spec
    steps = [fallback.to_data(was) for fallback in found]
    lines = [f"  {fallback.level:<8}{fallback.summarise(was)}" for fallback in found]
    todo = (
        "Nothing was changed. The possible fallbacks, and what they would change:\n"
        + "\n".join(lines)
        + "\nTake one of them with %nbenv restore --fallback NAME (in a terminal: "
        "nbenv restore NOTEBOOK --fallback NAME); add --dry-run to see all of it first."
        + (f" {cause.todo}" if cause and available.lacks else "")
        if found
        else "Nothing was changed, and there is no fallback. "
        + (
            (cause.todo if cause else "")
            or "Try another machine or index, or relax the notebook's requirements."
        )
    )
    return UnavailableError("\n".join(available.lines()), todo, steps, cause)


# -- taking one


def fall_back(ref: NotebookRef, level: str, error: UnavailableError, agreed: str) -> Steps[Outcome]:
    """Take a fallback, record it, and report what it changed.

    Parameters
    ----------
    ref
        The notebook.
    level
        One of `nbenv.engine.fallbacks.LEVELS`.
    error
        The error of the exact restore.
    agreed
        The digest of the record that the user was shown and agreed to.

    Raises
    ------
    UnavailableError
        That fallback is not possible here.
    UsageError
        There is no such level, or no fallback is needed any more.
    """

    def edit(snapshot: NotebookSnapshot) -> Steps[Edited[_Choice]]:
        available, fallback = yield from _choose(snapshot, level, error.cause)
        return Edited(fallback.spec, (available, fallback))

    options = ChangeOptions(is_locked=True, agreed=agreed, fetch=True)
    done = yield from change(ref, edit, options)
    available, fallback = done.note
    summary = f"Restored with the fallback {level}, not exactly."
    outcome = outcome_of(done.spec, done.synced, summary)
    return _with_report(outcome, available, fallback, done=True)


def preview_fallback(ref: NotebookRef, level: str, agreed: str | None = None) -> Steps[Outcome]:
    """Show what a fallback would change; raises as `fall_back` does.

    Looking for one resolves: it asks the hosts that the record names, and may build.
    """
    snapshot = NotebookSnapshot.read(ref)
    snapshot.check_recorded()
    check_approved(snapshot, agreed)
    available, fallback = yield from _choose(snapshot, level, None)
    outcome = Outcome(f"Would restore with the fallback {level}.")
    return _with_report(outcome, available, fallback, done=False)


def _choose(snapshot: NotebookSnapshot, level: str, error: NbenvError | None) -> Steps[_Choice]:
    if level not in LEVELS:
        raise UsageError(
            f"There is no fallback {level!r}.", todo=f"Choose one of {', '.join(LEVELS)}."
        )
    available = yield from examine_lock(snapshot, error)
    if available.is_complete:
        raise UsageError(
            "No fallback is needed: everything that this notebook locks is available here.",
            todo="Restore it as it is: nbenv restore NOTEBOOK (in a cell: %nbenv restore).",
        )
    found = yield from find_fallbacks(snapshot, available, level)
    if not found:
        raise _unavailable(available, (yield from find_fallbacks(snapshot, available)), error)
    return available, found[0]


# -- the report


def _with_report(
    outcome: Outcome, available: Availability, fallback: Fallback, *, done: bool
) -> Outcome:
    """Return the outcome with a report of what was unavailable, and what is different now."""
    data = {**fallback.to_data(available.spec), "lacking": available.lines(), "done": done}
    text = "\n".join(_report_lines(available, fallback, done))
    return replace(outcome, text=text, data=data)


def _report_lines(available: Availability, fallback: Fallback, done: bool) -> Iterator[str]:
    was, now = available.spec, fallback.spec
    yield from _headed("Missing", available.lines())
    same = now.python == was.python
    yield f"Python:    {now.python}{', as recorded' if same else f' instead of {was.python}'}"
    yield from _headed("Changed", [str(each) for each in fallback.changes] or ["no version"])
    yield from _headed(
        "Files", [f"another one of {name} than the locked one" for name in fallback.others]
    )
    yield from _headed("Built", [f"{name}, from source" for name in fallback.built])
    if fallback.date:
        yield f"As of:     {fallback.date[:10]}, when the newest of the locked files was published"
    kept = len(set(was.lock.lines()) & set(now.lock.lines()))
    yield f"Kept:      {counted(kept)} of {len(was.lock.distributions)}, exactly as locked"
    if done:
        yield "Recorded:  in the notebook; nbenv undo goes back to the record before"


def _headed(head: str, lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{f'{head}:' if number == 0 else '':<11}{line}"

"""Offer, preview and take what comes close to an environment that cannot be had exactly."""

from __future__ import annotations

from collections.abc import Iterator

from nbenv.engine.availability import Availability, examine_lock, is_temporary
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.fallbacks import LEVELS, Fallback, find_fallbacks
from nbenv.engine.summaries import counted, outcome_of
from nbenv.engine.transaction import ChangeOptions, Edited, change
from nbenv.errors import HashError, InstallerError, NbenvError, UnavailableError, UsageError
from nbenv.progress import Outcome, Steps

__all__ = ["fall_back", "preview_fallback", "with_fallbacks"]

_Choice = tuple[Availability, Fallback]
"""What is not available, and the fallback that is taken for it."""


def with_fallbacks(snapshot: NotebookSnapshot, error: NbenvError) -> Steps[NbenvError]:
    """Return the error of a failed restore, with the fallbacks where something is lacking."""
    nothing_locked = snapshot.record is None or not snapshot.spec.lock.distributions
    if nothing_locked or is_temporary(error) or isinstance(error, HashError):
        return error
    try:
        available = yield from examine_lock(snapshot, error)
        if available.is_complete:
            return error
        found = yield from find_fallbacks(snapshot, available)
    except InstallerError:  # the index cannot be asked: what it lacks is not known
        return error
    return _offer(available, found, error)


def _offer(
    available: Availability, found: list[Fallback], cause: NbenvError | None
) -> UnavailableError:
    was = available.spec
    steps = [fallback.to_data(was) for fallback in found]
    lines = [f"  {fallback.level:<8}{fallback.summarise(was)}" for fallback in found]
    todo = (
        "Nothing was changed. What remains, and what it would change:\n"
        + "\n".join(lines)
        + "\nTake one of them with %nbenv restore --fallback NAME "
        "(in a terminal: nbenv restore NOTEBOOK --fallback NAME); --dry-run shows all of it first."
        if found
        else "Nothing was changed, and no fallback remains here. "
        + (
            (cause.todo if cause else "")
            or "Find a machine or an index that has it, or loosen what is asked for."
        )
    )
    return UnavailableError("\n".join(available.lines()), todo, steps, cause)


# -- taking one


def fall_back(ref: NotebookRef, level: str, error: UnavailableError) -> Steps[Outcome]:
    """Take one fallback from what `error` offers, record it, and report what it changed."""

    def edit(snapshot: NotebookSnapshot) -> Steps[Edited[_Choice]]:
        available, fallback = yield from _chosen(snapshot, level, error.cause)
        return Edited(fallback.spec, (available, fallback))

    done = yield from change(ref, edit, ChangeOptions(is_locked=True, consent=True))
    available, fallback = done.note
    outcome = outcome_of(done.spec, done.synced, f"Restored by the fallback {level}, not exactly.")
    return _reported(outcome, available, fallback, done=True)


def preview_fallback(ref: NotebookRef, level: str) -> Steps[Outcome]:
    """Show what a fallback would change."""
    snapshot = NotebookSnapshot.read(ref)
    snapshot.check_recorded()
    available, fallback = yield from _chosen(snapshot, level, None)
    return _reported(
        Outcome(f"Would restore by the fallback {level}."), available, fallback, done=False
    )


def _chosen(snapshot: NotebookSnapshot, level: str, error: NbenvError | None) -> Steps[_Choice]:
    if level not in LEVELS:
        raise UsageError(f"There is no fallback {level}.", todo=f"Choose of: {', '.join(LEVELS)}.")
    available = yield from examine_lock(snapshot, error)
    if available.is_complete:
        raise UsageError(
            "No fallback is needed: all that this notebook's lock names can be had here.",
            todo="Restore it as it is: nbenv restore NOTEBOOK (in a cell: %nbenv restore).",
        )
    found = yield from find_fallbacks(snapshot, available, level)
    if not found:
        raise _offer(available, (yield from find_fallbacks(snapshot, available)), error)
    return available, found[0]


# -- the report


def _reported(outcome: Outcome, available: Availability, fallback: Fallback, done: bool) -> Outcome:
    """Return the outcome with the written report: what was lacking, and what is different now."""
    data = {**fallback.to_data(available.spec), "lacking": available.lines(), "done": done}
    text = "\n".join(_report(available, fallback, done))
    return Outcome(**{**vars(outcome), "text": text, "data": data})


def _report(available: Availability, fallback: Fallback, done: bool) -> Iterator[str]:
    was, now = available.spec, fallback.spec
    yield from _headed("Missing", available.lines())
    same = now.python == was.python
    yield f"Python:    {now.python}{', as recorded' if same else f' instead of {was.python}'}"
    yield from _headed("Changed", [str(each) for each in fallback.changes] or ["no version"])
    yield from _headed(
        "Files", [f"another one of {name} than was locked" for name in fallback.others]
    )
    yield from _headed("Built", [f"{name}, from source" for name in fallback.built])
    if fallback.date:
        yield f"As of:     {fallback.date[:10]}, when the newest of the locked files was published"
    kept = len(set(was.lock.lines()) & set(now.lock.lines()))
    yield f"Kept:      {counted(kept)} of {len(was.lock.distributions)}, exactly as locked"
    if done:
        yield "Recorded:  the notebook now names this; the record before is in its history (undo)"


def _headed(head: str, lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{f'{head}:' if number == 0 else '':<11}{line}"

"""Fallbacks of restoring: offered with what each would change, and taken only when asked for."""

from __future__ import annotations

from collections.abc import Iterator

from nbenv.core.spec import Spec
from nbenv.engine.availability import Availability, examine, is_passing
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.fallbacks import LEVELS, Fallback, find_fallbacks
from nbenv.engine.summaries import counted, outcome_of
from nbenv.engine.transaction import ChangeOptions, change
from nbenv.environments.store import Store
from nbenv.errors import HashError, InstallerError, NbenvError, UnavailableError, UsageError
from nbenv.progress import Outcome, Steps

__all__ = ["fall_back", "preview_fallback", "with_fallbacks"]

_NOTHING = NbenvError("")


def with_fallbacks(document: NotebookSnapshot, error: NbenvError) -> Steps[NbenvError]:
    """Return the error of a failed restore, with the fallbacks where something is lacking."""
    nothing_locked = document.value is None or not document.spec.lock.distributions
    if nothing_locked or is_passing(error) or isinstance(error, HashError):
        return error
    try:
        findings = yield from examine(document, error)
        if findings.is_clear:
            return error
        found = yield from find_fallbacks(document, findings)
    except InstallerError:  # the index cannot be asked: what it lacks is not known
        return error
    return _offer(findings, found, error)


def _offer(findings: Availability, found: list[Fallback], cause: NbenvError) -> UnavailableError:
    was = findings.spec
    steps = [rung.to_data(was) for rung in found]
    lines = [f"  {rung.level:<8}{rung.told(was)}" for rung in found]
    todo = (
        "Nothing was changed. What remains, and what it would change:\n"
        + "\n".join(lines)
        + "\nTake one of them with %nbenv restore --fallback NAME "
        "(in a terminal: nbenv restore NOTEBOOK --fallback NAME); --dry-run shows all of it first."
        if found
        else "Nothing was changed, and no fallback remains here. "
        + (cause.todo or "Find a machine or an index that has it, or loosen what is asked for.")
    )
    return UnavailableError("\n".join(findings.lines()), todo, steps, cause)


# -- taking one


def fall_back(target: NotebookRef, level: str, error: UnavailableError) -> Steps[Outcome]:
    """Take one fallback from what `error` offers, record it, and report what it changed."""
    taken: list[tuple[Availability, Fallback]] = []

    def edit(document: NotebookSnapshot) -> Steps[Spec]:
        findings, rung = yield from _found(document, level, error.cause)
        taken.append((findings, rung))
        return rung.spec

    spec, synced = yield from change(target, edit, ChangeOptions(locked=True, consent=True))
    findings, rung = taken[0]
    outcome = outcome_of(spec, synced, f"Restored by the fallback {level}, not exactly.")
    return _reported(outcome, findings, rung, done=True)


def preview_fallback(target: NotebookRef, level: str) -> Steps[Outcome]:
    """Show what a fallback would change."""
    document = NotebookSnapshot.read(target, Store())
    document.check_recorded()
    findings, rung = yield from _found(document, level, _NOTHING)
    return _reported(Outcome(f"Would restore by the fallback {level}."), findings, rung, done=False)


def _found(
    document: NotebookSnapshot, level: str, error: NbenvError
) -> Steps[tuple[Availability, Fallback]]:
    if level not in LEVELS:
        raise UsageError(f"There is no fallback {level}.", todo=f"Choose of: {', '.join(LEVELS)}.")
    findings = yield from examine(document, error)
    if findings.is_clear:
        raise UsageError(
            "No fallback is needed: all that this notebook's lock names can be had here.",
            todo="Restore it as it is: nbenv restore NOTEBOOK (in a cell: %nbenv restore).",
        )
    found = yield from find_fallbacks(document, findings, level)
    if not found:
        raise _offer(findings, (yield from find_fallbacks(document, findings)), error)
    return findings, found[0]


# -- the report


def _reported(outcome: Outcome, findings: Availability, rung: Fallback, done: bool) -> Outcome:
    """Return the outcome with the written report: what was lacking, and what is different now."""
    data = {**rung.to_data(findings.spec), "lacking": findings.lines(), "done": done}
    text = "\n".join(_report(findings, rung, done))
    return Outcome(**{**vars(outcome), "text": text, "data": data})


def _report(findings: Availability, rung: Fallback, done: bool) -> Iterator[str]:
    was, now = findings.spec, rung.spec
    yield from _headed("Lacking", findings.lines())
    same = now.python == was.python
    yield f"Python:    {now.python}{', as recorded' if same else f' instead of {was.python}'}"
    yield from _headed("Changed", [str(each) for each in rung.changes] or ["no version"])
    yield from _headed("Files", [f"another one of {name} than was locked" for name in rung.others])
    yield from _headed("Built", [f"{name}, from source" for name in rung.built])
    if rung.date:
        yield f"As of:     {rung.date[:10]}, when the newest of the locked files was published"
    kept = len(set(was.lock.lines()) & set(now.lock.lines()))
    yield f"Kept:      {counted(kept)} of {len(was.lock.distributions)}, exactly as locked"
    if done:
        yield "Recorded:  the notebook now names this; the record before is in its history (undo)"


def _headed(head: str, lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{f'{head}:' if number == 0 else '':<11}{line}"

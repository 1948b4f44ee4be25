"""Repair a notebook's environment when a cell fails: what is missing, or newer than the code."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from nbenv.adopt.examine import examine
from nbenv.adopt.findings import Findings, is_upper_limit
from nbenv.adopt.removals.messages import removal_in
from nbenv.adopt.removals.table import PYTHON, Removal
from nbenv.adopt.removals.uses import Use
from nbenv.adopt.runtime_errors import missing_packages
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments.interpreters import default_python
from nbenv.errors import ApprovalNeededError, NbenvError
from nbenv.operations.adoption.agreement import Consent
from nbenv.operations.adoption.dates import day_before, older_than_pythons, suggested_day
from nbenv.operations.adoption.goal import Adopted
from nbenv.operations.adoption.pythons import last_with_all
from nbenv.operations.adoption.readopt import (
    DayGoal,
    add_as_of,
    readopt_as_of,
    readopt_on_python,
)
from nbenv.operations.install import InstallRequest, install
from nbenv.operations.run import Again, CellFailure
from nbenv.operations.undoing.undo import undo
from nbenv.progress import Progress, Steps

__all__ = ["Recovery", "ask"]

_MOST_INSTALLS = 20
"""A notebook that needs more than this fails for another reason."""
_OLD = timedelta(days=730)
_UNKNOWN_MODULE = re.compile(r"No module named '?(\w+)")
_OF_AGE = re.compile(
    r"^(?:ImportError|ModuleNotFoundError|AttributeError|NotImplementedError|TypeError|ValueError)\b"
    r"|unexpected keyword argument|positional arguments? but|removed|deprecated|no longer"
)
"""Errors that newer packages cause in old code."""
_NOT_YET = re.compile(
    r"cannot import name|has no attribute|unexpected keyword argument|No module named '\w+\."
)
"""Errors of names that a package may not have had yet."""
_LATER = timedelta(days=365)


class Recovery:
    """Recovers from what a run fails for, each reason once, and remembers what it did."""

    def __init__(
        self,
        ref: NotebookRef,
        consent: Consent,
        *,
        as_of: str | None = None,
        is_estimate: bool = False,
    ) -> None:
        self.ref = ref
        self.consent = consent
        self.installed: list[str] = []
        self.notes: list[str] = []
        self._tried: set[str] = set()
        self._as_of = as_of  # the day of what is installed
        self._former_day: str | None = None
        self._is_dated, self._is_estimate = bool(as_of), is_estimate
        self._changed_for = ""
        self._removed: list[Removal] = []
        self._findings: Findings | None = None

    def recover(self, running: NotebookRef, failure: CellFailure) -> Steps[Again]:
        """Change the environment so that a cell may succeed; return what to run again.

        A change of everything that did not help is taken back.
        """
        if self._changed_for == f"{failure.number} {failure}":
            yield from self._take_back(running)
            return Again.NOTHING
        removal = removal_in(failure.message)
        if removal is not None and self._concerns(removal, running, failure):
            again = yield from self._go_back(running, failure, removal)
        else:
            again = yield from self._add(running, failure)
        if again is Again.NOTHING and failure.stops and self._may_be_of_age(running, failure):
            again = yield from self._date_all(running, failure)
            if again is Again.NOTHING and _NOT_YET.search(failure.message):
                again = yield from self._date_later(running, failure)
        return again

    def _may_be_of_age(self, running: NotebookRef, failure: CellFailure) -> bool:
        """Return whether newer packages may cause an error: not one of a module that is foreign."""
        if module := _UNKNOWN_MODULE.search(failure.message):
            snapshot = NotebookSnapshot.read(running)
            provided = snapshot.environment.imports(set(snapshot.environment.installed()))
            is_known = missing_packages(failure.name, failure.message, snapshot.spec.python)
            return bool(is_known) or module[1] in {
                each for all_ in provided.values() for each in all_
            }
        return bool(_OF_AGE.search(str(failure)))

    def _concerns(self, removal: Removal, running: NotebookRef, failure: CellFailure) -> bool:
        """Return whether a removal is the reason: its package is there, or lacks a module."""
        if removal.distribution == PYTHON:
            return failure.stops
        installed = NotebookSnapshot.read(running).environment.installed()
        is_import = "No module named" in failure.message or "cannot import" in failure.message
        return removal.distribution in installed or (is_import and removal.is_limit)

    # -- what is missing

    def _add(self, running: NotebookRef, failure: CellFailure) -> Steps[Again]:
        """Install the package that an error is about; run the rest again where that is too late."""
        snapshot = NotebookSnapshot.read(running)
        errors = ((failure.name, failure.message), *failure.causes)
        found = (missing_packages(*each, snapshot.spec.python) for each in errors)
        names = next(filter(None, found), [])
        present = {*self.installed, *snapshot.environment.installed()}
        if absent := next((each for each in names if each not in present), None):
            return (yield from self._install(running, failure, absent, Again.CELL))
        if added := next((each for each in names if each in self.installed), None):
            return (yield from self._restart(added, failure))
        return Again.NOTHING

    def _restart(self, name: str, failure: CellFailure) -> Steps[Again]:
        """Run all cells again, once: a library may remember that its import failed."""
        key = f"again after {name}"
        if key in self._tried:
            return Again.NOTHING
        self._tried.add(key)
        yield Progress("run", f"{name} is installed, and {_short(failure)}; starting again…")
        return Again.ALL

    def _install(
        self, running: NotebookRef, failure: CellFailure, requirement: str, again: Again
    ) -> Steps[Again]:
        if len(self.installed) >= _MOST_INSTALLS:
            return Again.NOTHING
        ask(
            self.consent,
            f"{_short(failure)}\nInstall {requirement}",
            f"installing {requirement}",
        )
        self.installed.append(requirement)
        try:
            yield from self._installed(running, requirement)
        except NbenvError as error:
            self.installed.remove(requirement)
            yield Progress("install", f"{requirement} could not be installed: {error.what}")
            return Again.NOTHING
        rest = "the cell" if again is Again.CELL else "the notebook"
        yield Progress("run", f"Installed {requirement}; running {rest} again…")
        return again

    def _installed(self, running: NotebookRef, requirement: str) -> Steps[object]:
        """Install what goes with the packages that are there: of their time, where that is known.

        A limit says itself which version that is.
        """
        if self._as_of is None or is_upper_limit(requirement):
            return (yield from install(running, InstallRequest(requirements=(requirement,))))
        return (yield from add_as_of(running, requirement, self._as_of))

    # -- what is too new

    def _go_back(
        self, running: NotebookRef, failure: CellFailure, removal: Removal
    ) -> Steps[Again]:
        """Get a version that still has what the code uses."""
        if removal.requirement in self._tried:
            return Again.NOTHING
        self._tried.add(removal.requirement)
        self._removed.append(removal)
        yield Progress("run", f"{removal}.")
        if removal.distribution == PYTHON:
            return (yield from self._move(running, failure, removal))
        if removal.is_limit or self._is_dated:  # what is dated already gets no other day
            installed = NotebookSnapshot.read(running).environment.installed()
            rest = Again.ALL if removal.distribution in installed else Again.CELL
            again = yield from self._install(running, failure, removal.requirement, rest)
            if again is not Again.NOTHING:
                return again
        return (yield from self._date_all(running, failure))

    def _move(self, running: NotebookRef, failure: CellFailure, removal: Removal) -> Steps[Again]:
        now = NotebookSnapshot.read(running).spec.python
        python = last_with_all(Findings(removed=[Use(removal, "")]), now)
        if python == now:
            yield Progress("run", f"No Python of this machine still has {removal.name}.")
            return Again.NOTHING
        question = f"{_short(failure)}\nMove to Python {python}, which still has {removal.name}"
        ask(self.consent, question, f"moving to Python {python}")
        steps = readopt_on_python(running, python)
        return (yield from self._changed(steps, f"Python {python}", failure))

    def _date_all(self, running: NotebookRef, failure: CellFailure) -> Steps[Again]:
        """Resolve everything as of the day that the notebook suggests, once."""
        goal = self._day()
        day = goal.day
        if day is None or self._is_dated or day > (date.today() - _OLD).isoformat():
            return Again.NOTHING
        self._is_dated = self._is_estimate = True
        reason = self._examined().as_of_reason
        because = f" ({reason})" if reason and day == self._examined().as_of else ""
        question = f"{_short(failure)}\nResolve everything as of {day}{because}"
        ask(self.consent, question, "resolving as of that day")
        return (yield from self._changed(readopt_as_of(running, goal), f"as of {day}", failure))

    def _date_later(self, running: NotebookRef, failure: CellFailure) -> Steps[Again]:
        """Resolve everything as of a year later, once: an estimated day may be too early."""
        if not (self._as_of and self._is_estimate) or "later" in self._tried:
            return Again.NOTHING
        self._tried.add("later")
        known = self._day()
        later = (date.fromisoformat(self._as_of) + _LATER).isoformat()
        day = min(later, known.last_day) if known.last_day else later
        if not self._as_of < day < date.today().isoformat():
            return Again.NOTHING
        question = f"{_short(failure)}\nResolve everything as of {day}, as {self._as_of} is a guess"
        ask(self.consent, question, "resolving as of that day")
        goal = replace(known, day=day)
        return (yield from self._changed(readopt_as_of(running, goal), f"as of {day}", failure))

    def _changed(self, steps: Steps[Adopted], what: str, failure: CellFailure) -> Steps[Again]:
        try:
            adopted = yield from steps
        except NbenvError as error:
            yield Progress("resolve", f"{what} is not possible: {error.what}")
            return Again.NOTHING
        self._former_day, self._as_of = self._as_of, adopted.as_of
        self._changed_for = f"{failure.number} {failure}"
        spec = NotebookSnapshot.read(self.ref).spec
        self.notes.append(f"It now has Python {spec.python} and packages {what}.")
        yield Progress("run", "Running the notebook again…")
        return Again.ALL

    def _take_back(self, running: NotebookRef) -> Steps[None]:
        """Undo a change of everything that left the same error, which has another reason."""
        self._changed_for, self._as_of = "", self._former_day
        yield Progress("resolve", "The error is the same as before; undoing that change…")
        try:
            yield from undo(running)
        except NbenvError as error:
            yield Progress("resolve", f"That is not possible: {error.what}")
        else:
            self.notes.pop()

    def _day(self) -> DayGoal:
        """Return the day to go back to, and the last on which all that was met was still there."""
        findings = self._examined()
        known = [*findings.removed, *(Use(each, "") for each in self._removed)]
        removals = [each.removal for each in known]
        return DayGoal(
            suggested_day(replace(findings, removed=known)),
            day_before(removals),
            tuple(each.requirement for each in older_than_pythons(removals)),
        )

    def _examined(self) -> Findings:
        if self._findings is None:
            self._findings = examine(Path(self.ref.notebook), default_python())
        return self._findings


def _short(failure: CellFailure) -> str:
    lines = str(failure).strip().splitlines()
    return lines[0] if lines else failure.name


def ask(consent: Consent, question: str, doing: str) -> None:
    """Ask, and raise unless the answer is yes; `doing` names what would have followed.

    Raises
    ------
    ApprovalNeededError
        Nobody could be asked.
    NbenvError
        The answer was no.
    """
    answer = consent(question)
    if answer is None:
        raise ApprovalNeededError(
            f"{question}?",
            "There is no terminal to ask on.",
            "To approve in advance, add --yes.",
        )
    if not answer:
        raise NbenvError(f"Stopped before {doing}.", "You did not approve it.")

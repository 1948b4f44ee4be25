"""Repair a notebook's environment when a cell fails: what is missing, or newer than the code."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from nbenv.adopt.examine import examine
from nbenv.adopt.findings import Findings
from nbenv.adopt.removals.messages import removal_in
from nbenv.adopt.removals.table import PYTHON, Removal
from nbenv.adopt.removals.uses import Use
from nbenv.adopt.runtime_errors import missing_package
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments.interpreters import default_python
from nbenv.errors import ApprovalNeededError, NbenvError
from nbenv.operations.adoption.agreement import Consent
from nbenv.operations.adoption.dates import day_before, suggested_day
from nbenv.operations.adoption.pythons import last_with_all
from nbenv.operations.adoption.readopt import readopt_as_of, readopt_on_python
from nbenv.operations.install import InstallRequest, install
from nbenv.operations.run import Again, CellFailure
from nbenv.progress import Progress, Steps

__all__ = ["Recovery", "ask"]

_MOST_INSTALLS = 20
"""A notebook that needs more than this fails for another reason."""
_OLD = timedelta(days=730)
_OF_AGE = re.compile(
    r"^(?:ImportError|ModuleNotFoundError|AttributeError|NotImplementedError)\b"
    r"|unexpected keyword argument|positional arguments? but|removed|deprecated|no longer"
)
"""Errors that newer packages cause in old code."""


class Recovery:
    """Recovers from what a run fails for, each reason once, and remembers what it did."""

    def __init__(self, ref: NotebookRef, consent: Consent, *, is_dated: bool = False) -> None:
        self.ref = ref
        self.consent = consent
        self.installed: list[str] = []
        self.notes: list[str] = []
        self._tried: set[str] = set()
        self._is_dated = is_dated
        self._removed: list[Removal] = []
        self._findings: Findings | None = None

    def recover(self, running: NotebookRef, failure: CellFailure) -> Steps[Again]:
        """Change the environment so that a cell may succeed; return what to run again."""
        removal = removal_in(failure.message)
        if removal is not None and self._concerns(removal, running, failure):
            again = yield from self._go_back(running, failure, removal)
        else:
            again = yield from self._add(running, failure)
        if again is Again.NOTHING and failure.stops and _OF_AGE.search(str(failure)):
            again = yield from self._date_all(running, failure)
        return again

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
        name = missing_package(failure.name, failure.message, snapshot.spec.python)
        if name is None:
            return Again.NOTHING
        if name in self.installed:
            return (yield from self._restart(name, failure))
        if name in snapshot.environment.installed():
            return Again.NOTHING
        return (yield from self._install(running, failure, name, Again.CELL))

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
            yield from install(running, InstallRequest(requirements=(requirement,)))
        except NbenvError as error:
            self.installed.remove(requirement)
            yield Progress("install", f"{requirement} could not be installed: {error.what}")
            return Again.NOTHING
        rest = "the cell" if again is Again.CELL else "the notebook"
        yield Progress("run", f"Installed {requirement}; running {rest} again…")
        return again

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
        if removal.is_limit:
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
        return (yield from self._changed(readopt_on_python(running, python), f"Python {python}"))

    def _date_all(self, running: NotebookRef, failure: CellFailure) -> Steps[Again]:
        """Resolve everything as of the day that the notebook suggests, once."""
        day, last = self._day()
        if day is None or self._is_dated or day > (date.today() - _OLD).isoformat():
            return Again.NOTHING
        self._is_dated = True
        reason = self._examined().as_of_reason
        because = f" ({reason})" if reason and day == self._examined().as_of else ""
        question = f"{_short(failure)}\nResolve everything as of {day}{because}"
        ask(self.consent, question, "resolving as of that day")
        return (yield from self._changed(readopt_as_of(running, day, last), f"as of {day}"))

    def _changed(self, steps: Steps[object], what: str) -> Steps[Again]:
        try:
            yield from steps
        except NbenvError as error:
            yield Progress("resolve", f"{what} is not possible: {error.what}")
            return Again.NOTHING
        spec = NotebookSnapshot.read(self.ref).spec
        self.notes.append(f"It now has Python {spec.python} and packages {what}.")
        yield Progress("run", "Running the notebook again…")
        return Again.ALL

    def _day(self) -> tuple[str | None, str | None]:
        """Return the day to go back to, and the last on which all that was met was still there."""
        findings = self._examined()
        known = [*findings.removed, *(Use(each, "") for each in self._removed)]
        last = day_before(each.removal for each in known)
        return suggested_day(replace(findings, removed=known)), last

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

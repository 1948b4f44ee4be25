"""Give a notebook that has an environment another one: of an earlier day, or on another Python."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from nbenv.adopt.findings import is_upper_limit
from nbenv.core import requirements
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.operations.adoption.attempts import install_first_possible
from nbenv.operations.adoption.goal import Adopted, Goal
from nbenv.operations.adoption.pythons import other_pythons
from nbenv.progress import Steps

__all__ = ["DayGoal", "add_as_of", "readopt_as_of", "readopt_on_python"]


@dataclass(frozen=True)
class DayGoal:
    """A day to resolve everything as of, as ``"2021-06-01"``; None where none is known.

    Parameters
    ----------
    day
        The day.
    last_day
        The last day on which all that the notebook uses was there, where that is known.
    limits
        Requirements of versions from before this machine's Pythons.
    """

    day: str | None
    last_day: str | None = None
    limits: tuple[str, ...] = ()


def readopt_as_of(ref: NotebookRef, asked: DayGoal) -> Steps[Adopted]:
    """Resolve all that a notebook requires as of a day, on a Python of that time.

    Raises
    ------
    NbenvError
        No day and no Python of this machine has what it needs.
    """
    assert asked.day, "there is a day to go back to"
    spec = NotebookSnapshot.read(ref).spec
    texts = tuple(requirements.merge(spec.requirements, asked.limits))
    pythons = other_pythons(None, asked.day)
    goal = Goal(
        ref=ref,
        python=pythons[0],
        requirements=texts,
        indexes=spec.indexes,
        as_of=asked.day,
        other_pythons=partial(other_pythons, None, asked.day),
        soft=frozenset(texts),
        shown=frozenset(text for text in texts if not is_upper_limit(text)),
        last_day=asked.last_day,
        is_estimate=True,
        anew=True,
    )
    return (yield from install_first_possible(goal))


def add_as_of(ref: NotebookRef, requirement: str, day: str) -> Steps[Adopted]:
    """Add a requirement to an environment of a day, in a version of that time or little later.

    Raises
    ------
    NbenvError
        No version gets along with what is there.
    """
    spec = NotebookSnapshot.read(ref).spec
    goal = Goal(
        ref=ref,
        python=spec.python,
        requirements=(requirement,),
        indexes=spec.indexes,
        as_of=day,
        other_pythons=None,
        is_estimate=True,
    )
    return (yield from install_first_possible(goal))


def readopt_on_python(ref: NotebookRef, python: str) -> Steps[Adopted]:
    """Resolve all that a notebook requires for another Python.

    Raises
    ------
    NbenvError
        That Python cannot have what it needs.
    """
    spec = NotebookSnapshot.read(ref).spec
    goal = Goal(
        ref=ref,
        python=python,
        requirements=spec.requirements,
        indexes=spec.indexes,
        as_of=None,
        other_pythons=None,
        anew=True,
    )
    return (yield from install_first_possible(goal))

"""Give a notebook that has an environment another one: of an earlier day, or on another Python."""

from __future__ import annotations

from functools import partial

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.operations.adoption.attempts import install_first_possible
from nbenv.operations.adoption.goal import Adopted, Goal
from nbenv.operations.adoption.pythons import other_pythons
from nbenv.progress import Steps

__all__ = ["readopt_as_of", "readopt_on_python"]


def readopt_as_of(ref: NotebookRef, day: str, last_day: str | None = None) -> Steps[Adopted]:
    """Resolve all that a notebook requires as of a day, on a Python of that time.

    Parameters
    ----------
    ref
        The notebook.
    day
        The day, as ``"2021-06-01"``.
    last_day
        The last day on which all that it uses was there, where that is known.

    Raises
    ------
    NbenvError
        No day and no Python of this machine has what it needs.
    """
    spec = NotebookSnapshot.read(ref).spec
    pythons = other_pythons(None, day)
    goal = Goal(
        ref=ref,
        python=pythons[0],
        requirements=spec.requirements,
        indexes=spec.indexes,
        as_of=day,
        other_pythons=partial(other_pythons, None, day),
        soft=frozenset(spec.requirements),
        last_day=last_day,
        is_estimate=True,
        anew=True,
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

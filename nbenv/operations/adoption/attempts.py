"""Install what a notebook needs: as it says if possible, else with another Python or versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from nbenv.adopt.findings import unpinned
from nbenv.core import requirements
from nbenv.core.spec import Index, Spec
from nbenv.core.urls import unused_name
from nbenv.engine.accelerators.torch_choice import with_choice
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult
from nbenv.engine.transaction import ChangeOptions, Edited, change
from nbenv.environments.interpreters import is_too_old
from nbenv.errors import (
    BrokenEnvironmentError,
    BuildError,
    IndexAccessError,
    InterpreterError,
    NbenvError,
    ResolutionError,
)
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.adoption.dates import SLOW_TO_BUILD, day_of_versions
from nbenv.progress import Progress, Steps

__all__ = ["Adopted", "Goal", "install_first_possible", "with_indexes", "with_way_out"]


@dataclass(frozen=True)
class Goal:
    """The packages to install, and on which Python.

    `indexes` are those that the notebook names, `as_of` is the day to resolve as of. If the Python
    may be another one, `other_pythons` returns those to try; they are looked up only when needed.
    `agreed` is the digest of the record that was agreed to, where the notebook has one already.
    `torch_backend` is the build of PyTorch, "" for the one that fits.
    """

    ref: NotebookRef
    python: str
    requirements: tuple[str, ...]
    indexes: tuple[Index, ...]
    as_of: str | None
    other_pythons: Callable[[], list[str]] | None
    agreed: str | None = None
    torch_backend: str = ""

    def without(self, name: str) -> Goal:
        """Return the goal without the requirements of that name."""
        kept = (text for text in self.requirements if requirements.name_of(text) != name)
        return replace(self, requirements=tuple(kept))


@dataclass(frozen=True)
class Adopted:
    """An adopted environment; `notes` say how it differs from the goal, `dropped` what it lacks."""

    spec: Spec
    synced: SyncResult
    notes: tuple[str, ...] = ()
    dropped: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Attempt:
    """One way to reach the goal; if not the first, why that failed and what this one uses."""

    python: str
    requirements: tuple[str, ...]
    problem: str = ""
    instead: str = ""

    @property
    def progress(self) -> str:
        return f"{self.problem[:1].upper()}{self.problem[1:]}; trying {self.instead}…"

    @property
    def note(self) -> str:
        return f"{self.problem}; installed {self.instead}"


def install_first_possible(goal: Goal) -> Steps[Adopted]:
    """Try to install one way after the other; leave out packages that no index has.

    Raises
    ------
    IndexAccessError
        An index failed, so that no other attempt would succeed either.
    NbenvError
        Every attempt failed; the error is that of the first one.
    """
    failures: list[NbenvError] = []
    dropped: list[str] = []
    attempts = _attempts(goal)
    while (attempt := next(attempts, None)) is not None:
        if attempt.problem:
            yield Progress("resolve", attempt.progress)
        try:
            adopted = yield from _install_dated(goal, attempt)
        except IndexAccessError as error:
            urls = [index.url for index in goal.indexes]
            raise with_way_out(error, goal.ref, urls) from None
        except (ResolutionError, BuildError, InterpreterError, BrokenEnvironmentError) as error:
            failures.append(error)
            name = _missing_name(error)
            smaller = goal.without(canonicalize_name(name)) if name else goal
            if smaller != goal:
                dropped.append(name)
                goal, attempts = smaller, _attempts(smaller)
            continue
        left_out = [f"{name} was left out: the index does not have it" for name in dropped]
        return replace(
            adopted,
            notes=(*left_out, *adopted.notes, *([attempt.note] if attempt.problem else [])),
            dropped=frozenset(map(canonicalize_name, dropped)),
        )
    raise failures[0]  # there is at least one attempt


def _attempts(goal: Goal) -> Iterator[_Attempt]:
    """Yield the goal as it is, then other Pythons for its exact versions, then newer versions."""
    yield _Attempt(goal.python, goal.requirements)
    loose = tuple(unpinned(goal.requirements))
    if loose == goal.requirements:
        return
    for python in goal.other_pythons() if goal.other_pythons else ():
        if python != goal.python:
            problem = f"these versions do not exist for Python {goal.python}"
            yield _Attempt(python, goal.requirements, problem, f"Python {python}")
    exact = ", ".join(sorted(set(goal.requirements) - set(loose)))
    problem = "these versions cannot be installed together"
    yield _Attempt(goal.python, loose, problem, f"the newest instead of {exact}")


def _missing_name(error: NbenvError) -> str:
    """Return the name of the package that no index has, "" if that is not the problem."""
    return error.unknown if isinstance(error, ResolutionError) else ""


def with_way_out(
    error: IndexAccessError, ref: NotebookRef, named: Iterable[str]
) -> IndexAccessError:
    """Add what to do where the index that failed is one of those that the notebook names."""
    urls = [url for url in named if url.rstrip("/") in error.why]
    if not urls:
        return error
    todo = (
        f"The notebook names {', '.join(urls)}. To adopt it without: "
        f"nbenv adopt --own-indexes {Path(ref.notebook).name} "
        "(in a cell: %nbenv adopt --own-indexes). Nothing was changed."
    )
    return IndexAccessError(error.what, error.why, todo)


def _install_dated(goal: Goal, attempt: _Attempt) -> Steps[Adopted]:
    """Install an attempt; exact versions that are old get dependencies of their own time."""
    day = goal.as_of or (
        yield from day_of_versions(
            attempt.requirements, attempt.python, goal.ref.folder, goal.indexes
        )
    )
    if day == goal.as_of:
        return (yield from _install(goal, attempt, goal.as_of))
    try:
        adopted = yield from _install(goal, attempt, day)
    except (ResolutionError, BuildError, BrokenEnvironmentError):
        return (yield from _install(goal, attempt, goal.as_of))
    note = f"The versions that it names are old, so everything else is resolved as of {day}"
    return replace(adopted, notes=(note,))


def _install(goal: Goal, attempt: _Attempt, as_of: str | None) -> Steps[Adopted]:
    def edit(snapshot: NotebookSnapshot) -> Edited[None]:
        spec = snapshot.spec
        asked = [t for t in attempt.requirements if requirements.name_of(t) != requirements.KERNEL]
        known = {requirements.name_of(text) for text in spec.requirements}
        new = [text for text in asked if requirements.name_of(text) not in known]
        keeps_python = snapshot.record is not None and not is_too_old(spec.python)
        wanted = replace(
            spec,
            python=spec.python if keeps_python else attempt.python,
            requirements=tuple(requirements.merge(spec.requirements, new)),
            indexes=with_indexes(spec.indexes, goal.indexes),
        )
        return Edited(with_choice(wanted, goal.torch_backend), None)

    options = ResolveOptions(before=as_of or "", no_build=SLOW_TO_BUILD)
    changed = yield from change(goal.ref, edit, ChangeOptions(resolve=options, agreed=goal.agreed))
    return Adopted(changed.spec, changed.synced)


def with_indexes(known: Sequence[Index], found: Sequence[Index]) -> tuple[Index, ...]:
    """Return indexes with others after them, each with a name of its own; one is the default."""
    indexes = {index.url: index for index in known}
    has_default = any(index.default for index in known)
    for index in found:
        if index.url not in indexes:
            name = unused_name(index.name, [each.name for each in indexes.values()])
            default = index.default and not has_default
            indexes[index.url] = replace(index, name=name, default=default)
        elif indexes[index.url].packages is not None:
            serving = indexes[index.url].serving(index.packages or ())
            indexes[index.url] = replace(serving, claims=index.claims)
    return tuple(indexes.values())

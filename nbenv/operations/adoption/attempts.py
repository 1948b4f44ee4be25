"""Install what a notebook needs: as it says if possible, else with another Python or versions."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

from packaging.utils import canonicalize_name

from nbenv.adopt.findings import unpinned
from nbenv.core import requirements
from nbenv.core.lock import Lock
from nbenv.core.spec import Index, Spec
from nbenv.core.urls import unused_name
from nbenv.engine.accelerators.torch_choice import with_choice
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult
from nbenv.engine.transaction import ChangeOptions, Edit, Edited, change
from nbenv.environments.interpreters import is_too_old
from nbenv.errors import (
    BrokenEnvironmentError,
    BuildError,
    IndexAccessError,
    InstallerError,
    InstallerKilledError,
    InterpreterError,
    NbenvError,
    ResolutionError,
)
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.adoption.dates import SLOW_TO_BUILD, day_of_versions, later_days
from nbenv.operations.adoption.pythons import usable_since
from nbenv.progress import Progress, Steps

__all__ = [
    "Adopted",
    "Goal",
    "SharedVersions",
    "install_first_possible",
    "with_indexes",
    "with_way_out",
]


@dataclass(frozen=True)
class SharedVersions:
    """Versions that several notebooks have in common: each takes them where it can.

    `day` is the day that they were resolved as of, where they are older than today's.
    """

    python: str
    lock: Lock
    day: str | None = None


_AT_FAULT = re.compile(r"locked files of ([\w.-]+)|`([\w.-]+)==")
_MOST = 8
"""Packages that get a day of their own, before all of them get a later one."""
_MOST_PYTHONS = 3
"""Pythons that are tried with a day; each takes several attempts."""


@dataclass(frozen=True)
class Goal:
    """The packages to install, and on which Python.

    `indexes` are those that the notebook names, `as_of` is the day to resolve as of. If the Python
    may be another one, `other_pythons` returns those to try; they are looked up only when needed.
    `agreed` is the digest of the record that was agreed to, where the notebook has one already.
    `versions` are those to prefer.
    `torch_backend` is the build of PyTorch, "" for the one that fits.
    `speculative` are names that are not worth building, and not worth failing for.
    `soft` are requirements whose versions nobody asked for: an output shows them, or they are the
    ones that still have what the code uses. `last_day` is the last one on which all was there. A
    day that is an estimate is not tried on a Python that is younger. With
    `anew`, an environment that is recorded already gets the Python and the versions as well.
    """

    ref: NotebookRef
    python: str
    requirements: tuple[str, ...]
    indexes: tuple[Index, ...]
    as_of: str | None
    other_pythons: Callable[[], list[str]] | None
    agreed: str | None = None
    versions: SharedVersions | None = None
    torch_backend: str = ""
    speculative: frozenset[str] = frozenset()
    soft: frozenset[str] = frozenset()
    last_day: str | None = None
    is_estimate: bool = False
    no_deps: frozenset[str] = frozenset()
    system: tuple[str, ...] = ()
    anew: bool = False

    def loosened(self, *, only_soft: bool = False) -> tuple[str, ...]:
        """Return the requirements without their exact versions, or without those in `soft`."""
        texts = (requirements.name_of(t) if t in self.soft else t for t in self.requirements)
        return tuple(texts if only_soft else unpinned(texts))

    def without(self, names: Collection[str]) -> Goal:
        """Return the goal without the requirements of those names."""
        kept = (text for text in self.requirements if requirements.name_of(text) not in names)
        left = self.speculative.difference(names)
        return replace(self, requirements=tuple(kept), speculative=left)


@dataclass(frozen=True)
class Adopted:
    """An adopted environment; `notes` say how it differs from the goal, `dropped` what it lacks."""

    spec: Spec
    synced: SyncResult
    notes: tuple[str, ...] = ()
    dropped: frozenset[str] = frozenset()
    as_of: str | None = None


@dataclass(frozen=True)
class _Attempt:
    """One way to reach the goal; if not the first, why that failed and what this one uses."""

    python: str
    requirements: tuple[str, ...]
    problem: str = ""
    instead: str = ""
    as_of: str | None = None
    later: tuple[str, ...] = ()

    def with_later(self, name: str) -> _Attempt | None:
        """Return the attempt with a later day for one package, None if that was tried."""
        asked = self.later.count(name)
        day = self.as_of
        if not day or not name or name in SLOW_TO_BUILD or asked > 1 or len(self.later) >= _MOST:
            return None
        return replace(self, later=(*self.later, name))

    def options(self) -> ResolveOptions:
        """Return the limits of its day; what has a later one has none at all the second time."""
        if not self.as_of:
            return ResolveOptions(no_build=SLOW_TO_BUILD)
        two_years = date.fromisoformat(self.as_of) + timedelta(days=730)
        once = [name for name in self.later if self.later.count(name) == 1]
        return ResolveOptions(
            before=self.as_of,
            no_build=SLOW_TO_BUILD,
            exempt=tuple(name for name in dict.fromkeys(self.later) if name not in once),
            dated=tuple(f"{name}={min(two_years, date.today()).isoformat()}" for name in once),
        )

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
    dropped: dict[str, str] = {}
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
            dispensable = _dispensable(error, goal)
            smaller = goal.without(list(map(canonicalize_name, dispensable)))
            if smaller != goal:
                dropped |= dispensable
                goal, attempts = smaller, _attempts(smaller)
            elif again := attempt.with_later(_name_at_fault(error)):
                attempts = chain([again], attempts)
            continue
        left_out = [f"{name} was left out: {why}" for name, why in dropped.items()]
        return replace(
            adopted,
            notes=(*left_out, *adopted.notes, *([attempt.note] if attempt.problem else [])),
            dropped=frozenset(map(canonicalize_name, dropped)),
        )
    raise _with_others(failures)  # there is at least one attempt


def _with_others(failures: list[NbenvError]) -> NbenvError:
    """Return the first error, which also tells why the other attempts failed."""
    first = failures[0]
    others = dict.fromkeys(each.what for each in failures if each.what != first.what)
    if others:
        told = "\n".join(f"  {what}" for what in list(others)[:_MOST])
        first.why = "\n".join(filter(None, [first.why, "Other attempts failed, too:", told]))
    return first


def _attempts(goal: Goal) -> Iterator[_Attempt]:
    """Yield the goal as it is, then other Pythons for its exact versions, then newer versions."""
    if goal.as_of:
        yield from _dated_attempts(goal, goal.as_of)
        return
    yield _Attempt(goal.python, goal.requirements)
    loose = goal.loosened()
    if loose == goal.requirements:
        return
    for python in goal.other_pythons() if goal.other_pythons else ():
        if python != goal.python:
            problem = f"these versions do not exist for Python {goal.python}"
            yield _Attempt(python, goal.requirements, problem, f"Python {python}")
    exact = ", ".join(sorted(set(goal.requirements) - set(loose)))
    problem = "these versions cannot be installed together"
    yield _Attempt(goal.python, loose, problem, f"the newest instead of {exact}")


def _dated_attempts(goal: Goal, day: str) -> Iterator[_Attempt]:
    """Yield the day, and later ones: a Python of this machine may be younger than the notebook.

    Versions that only an output shows are of the notebook's own day, and are given up with it.
    """
    first = _Attempt(goal.python, goal.requirements, as_of=day)
    if not goal.is_estimate or (usable_since(goal.python) or day) <= day:
        yield first
    others = goal.other_pythons() if goal.other_pythons else []
    pythons = list(dict.fromkeys([goal.python, *others]))[:_MOST_PYTHONS]
    for texts in dict.fromkeys((goal.loosened(only_soft=True), goal.loosened())):
        for python in pythons:
            problem = f"not all of it existed for Python {goal.python} on {day}"
            for later in later_days(max(day, usable_since(python)), goal.last_day):
                instead = f"what Python {python} had on {later}"
                attempt = _Attempt(python, texts, problem, instead, as_of=later)
                if replace(attempt, problem="", instead="") != first:
                    yield attempt


def _name_at_fault(error: NbenvError) -> str:
    """Return the package that has no version or no file that can be installed, "" if unknown."""
    if isinstance(error, ResolutionError):
        return error.unmet
    found = _AT_FAULT.search(error.what)
    return str(canonicalize_name(found[1] or found[2])) if found else ""


def _dispensable(error: NbenvError, goal: Goal) -> dict[str, str]:
    """Return the names to do without after a failure, and why: one that no index has, or guesses.

    Of the packages that only the use of others suggests, those go that the error names, or all.
    """
    if isinstance(error, ResolutionError) and error.unknown:
        return {error.unknown: "the index does not have it"}
    said = f"{error.what} {error.why}".lower()
    named = {name for name in goal.speculative if re.search(rf"\b{re.escape(name)}\b", said)}
    why = "it may be needed, but there is no wheel of it that fits"
    return dict.fromkeys(sorted(named or goal.speculative), why)


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
    if attempt.as_of:
        return (yield from _install(goal, attempt))
    day = yield from _day_of_attempt(goal, attempt)
    if day is None:
        return (yield from _install(goal, attempt))
    try:
        adopted = yield from _install(goal, replace(attempt, as_of=day))
    except (ResolutionError, BuildError, BrokenEnvironmentError):
        return (yield from _install(goal, attempt))
    note = f"The versions that it names are old, so everything else is resolved as of {day}"
    return replace(adopted, notes=(note,))


def _day_of_attempt(goal: Goal, attempt: _Attempt) -> Steps[str | None]:
    if shared := _shared(goal, attempt):
        return shared.day
    folder, indexes = goal.ref.folder, goal.indexes
    return (yield from day_of_versions(attempt.requirements, attempt.python, folder, indexes))


def _shared(goal: Goal, attempt: _Attempt) -> SharedVersions | None:
    shared = goal.versions
    return shared if shared and shared.python == attempt.python else None


def _install(goal: Goal, attempt: _Attempt) -> Steps[Adopted]:
    shared = _shared(goal, attempt)

    def edit(snapshot: NotebookSnapshot) -> Edited[None]:
        spec = snapshot.spec
        asked = [t for t in attempt.requirements if requirements.name_of(t) != requirements.KERNEL]
        known = {requirements.name_of(text) for text in spec.requirements if not goal.anew}
        new = [text for text in asked if requirements.name_of(text) not in known]
        is_new = snapshot.record is None
        is_kept = not (is_new or goal.anew or is_too_old(spec.python))
        without_deps = goal.no_deps.intersection(map(requirements.name_of, asked))
        wanted = replace(
            spec,
            python=spec.python if is_kept else attempt.python,
            requirements=tuple(requirements.merge(spec.requirements, new)),
            indexes=with_indexes(spec.indexes, goal.indexes),
            lock=shared.lock if shared and is_new else spec.lock,
            no_deps=tuple(sorted({*spec.no_deps, *without_deps})),
            system=tuple(dict.fromkeys([*spec.system, *goal.system])),
        )
        return Edited(with_choice(wanted, goal.torch_backend), None)

    options = replace(attempt.options(), everything=goal.anew, any_index=goal.anew)
    options = replace(options, no_build=(*options.no_build, *sorted(goal.speculative)))
    if shared:  # the resolution of all has just asked the index
        try:
            return (yield from _changed(goal, attempt, edit, replace(options, offline=True)))
        except InstallerKilledError:
            raise
        except InstallerError:
            pass  # something is not in uv's cache after all, or the index says what is wrong
    return (yield from _changed(goal, attempt, edit, options))


def _changed(
    goal: Goal, attempt: _Attempt, edit: Edit[None], options: ResolveOptions
) -> Steps[Adopted]:
    changed = yield from change(goal.ref, edit, ChangeOptions(resolve=options, agreed=goal.agreed))
    return Adopted(changed.spec, changed.synced, as_of=attempt.as_of)


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

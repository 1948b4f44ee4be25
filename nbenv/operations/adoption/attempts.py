"""Install what a notebook needs: as it says if possible, else with another Python or versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from packaging.utils import canonicalize_name

from nbenv.core import requirements
from nbenv.engine.accelerators.torch_choice import with_choice
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.transaction import ChangeOptions, Edit, Edited, change
from nbenv.environments.interpreters import is_too_old
from nbenv.errors import (
    BrokenEnvironmentError,
    BuildError,
    BuildRefusedError,
    IndexAccessError,
    InstallerError,
    InstallerKilledError,
    InterpreterError,
    NbenvError,
    ResolutionError,
)
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.adoption.attempt import MOST_LATER, Attempt
from nbenv.operations.adoption.dates import day_of_versions, later_days
from nbenv.operations.adoption.goal import Adopted, Goal, SharedVersions, with_indexes
from nbenv.operations.adoption.pythons import usable_since
from nbenv.operations.adoption.too_old import too_old
from nbenv.progress import Progress, Steps

__all__ = ["install_first_possible", "with_way_out"]

_AT_FAULT = re.compile(r"`([\w.-]+)==")
_MOST_PYTHONS = 3
"""Pythons that are tried with a day; each takes several attempts."""


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
        if attempt.of_lack and not isinstance(failures[-1], ResolutionError):
            continue
        if attempt.problem:
            yield Progress("resolve", attempt.progress)
        try:
            adopted = yield from _install_dated(goal, attempt)
            adopted = yield from _with_imports(goal, attempt, adopted)
        except IndexAccessError as error:
            urls = [index.url for index in goal.indexes]
            raise with_way_out(error, goal.ref, urls) from None
        except (ResolutionError, BuildError, InterpreterError, BrokenEnvironmentError) as error:
            failures.append(error)
            unborn = _not_yet_there(error, attempt, goal)
            dispensable = {} if unborn else _dispensable(error, goal)
            smaller = goal.without(list(map(canonicalize_name, dispensable)))
            if smaller != goal:
                dropped |= dispensable
                goal, attempts = smaller, _attempts(smaller)
            elif again := attempt.with_later(unborn or _name_at_fault(error)):
                attempts = chain([again], attempts)
            continue
        left_out = [f"{name} was left out: {why}" for name, why in dropped.items()]
        return replace(
            adopted,
            notes=(*left_out, *adopted.notes, *([attempt.note] if attempt.problem else [])),
            dropped=frozenset(map(canonicalize_name, dropped)),
        )
    raise _with_others(failures)  # there is at least one attempt


def _with_imports(goal: Goal, attempt: Attempt, adopted: Adopted) -> Steps[Adopted]:
    """Give each package that is too old for an import a later day, as long as that succeeds.

    A day that is an estimate may be before what the notebook was written for.
    """
    while attempt.as_of and goal.is_estimate:
        lacking = too_old(goal.imported, adopted.synced.environment)
        later = next(filter(None, map(attempt.with_later, lacking)), None)
        if later is None:
            break
        name, known = later.later[-1], adopted
        problem = f"{name} as of {attempt.as_of} lacks what the notebook imports"
        yield Progress("resolve", f"{problem}; trying a later version…")
        try:
            adopted = yield from _install(replace(goal, anew=True), later)
        except (ResolutionError, BuildError, BrokenEnvironmentError):
            break  # what was installed stays
        note = f"{problem}; installed a later version"
        adopted = replace(adopted, notes=tuple(dict.fromkeys([*known.notes, note])))
        attempt = later
    return adopted


def _with_others(failures: list[NbenvError]) -> NbenvError:
    """Return the first error, which also tells why the other attempts failed."""
    first = failures[0]
    others = dict.fromkeys(each.what for each in failures if each.what != first.what)
    if others:
        told = "\n".join(f"  {what}" for what in list(others)[:MOST_LATER])
        first.why = "\n".join(filter(None, [first.why, "Other attempts failed, too:", told]))
    return first


def _attempts(goal: Goal) -> Iterator[Attempt]:
    """Yield the goal as it is, then other Pythons for its exact versions, then newer versions."""
    if goal.as_of:
        yield from _dated_attempts(goal, goal.as_of)
        return
    yield Attempt(goal.python, goal.requirements)
    loose = goal.loosened()
    others = goal.other_pythons() if goal.other_pythons else []
    if loose == goal.requirements:
        for python in [each for each in others if each != goal.python][:_MOST_PYTHONS]:
            problem = f"not all of it exists for Python {goal.python}"
            yield Attempt(python, loose, problem, f"Python {python}", of_lack=True)
        return
    for python in others:
        if python != goal.python:
            problem = f"these versions do not exist for Python {goal.python}"
            yield Attempt(python, goal.requirements, problem, f"Python {python}")
    exact = ", ".join(sorted(set(goal.requirements) - set(loose)))
    problem = "these versions cannot be installed together"
    yield Attempt(goal.python, loose, problem, f"the newest instead of {exact}")


def _dated_attempts(goal: Goal, day: str) -> Iterator[Attempt]:
    """Yield the day, and later ones: a Python of this machine may be younger than the notebook.

    Versions that only an output shows are of the notebook's own day, and are given up with it;
    then those that still have what the code uses.
    """
    first = Attempt(goal.python, goal.requirements, as_of=day)
    if not goal.is_estimate or (usable_since(goal.python) or day) <= day:
        yield first
    others = goal.other_pythons() if goal.other_pythons else []
    pythons = list(dict.fromkeys([goal.python, *others]))[:_MOST_PYTHONS]
    loose = (goal.loosened(only=goal.soft), goal.loosened())
    limited = goal.loosened(only=goal.shown)
    for texts in dict.fromkeys((limited, *loose)):
        for python in pythons:
            problem = f"not all of it existed for Python {goal.python} on {day}"
            days = later_days(max(day, usable_since(python)), goal.last_day)
            for later in days if texts in loose else islice(days, 1):
                instead = f"what Python {python} had on {later}"
                attempt = Attempt(python, texts, problem, instead, as_of=later)
                if replace(attempt, problem="", instead="") != first:
                    yield attempt


def _name_at_fault(error: NbenvError) -> str:
    """Return the package that has no version or no file that can be installed, "" if unknown."""
    if isinstance(error, ResolutionError):
        return error.unmet
    if isinstance(error, BuildRefusedError) and error.names:
        return error.names[0]
    found = _AT_FAULT.search(error.what)
    return str(canonicalize_name(found[1])) if found else ""


def _not_yet_there(error: NbenvError, attempt: Attempt, goal: Goal) -> str:
    """Return the package that the index may have had only after an attempt's day, "" for none."""
    if not attempt.as_of or not isinstance(error, ResolutionError) or not error.unknown:
        return ""
    name = str(canonicalize_name(error.unknown))
    return "" if name in goal.speculative or attempt.later.count(name) > 1 else name


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


def _install_dated(goal: Goal, attempt: Attempt) -> Steps[Adopted]:
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


def _day_of_attempt(goal: Goal, attempt: Attempt) -> Steps[str | None]:
    if shared := _shared(goal, attempt):
        return shared.day
    folder, indexes = goal.ref.folder, goal.indexes
    return (yield from day_of_versions(attempt.requirements, attempt.python, folder, indexes))


def _shared(goal: Goal, attempt: Attempt) -> SharedVersions | None:
    shared = goal.versions
    return shared if shared and shared.python == attempt.python else None


def _install(goal: Goal, attempt: Attempt) -> Steps[Adopted]:
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
    goal: Goal, attempt: Attempt, edit: Edit[None], options: ResolveOptions
) -> Steps[Adopted]:
    changed = yield from change(goal.ref, edit, ChangeOptions(resolve=options, agreed=goal.agreed))
    return Adopted(changed.spec, changed.synced, as_of=attempt.as_of)

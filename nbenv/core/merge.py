"""Merge three versions of a record into one, as git merges three versions of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from nbenv.core.lock import Lock
from nbenv.core.requirements import parse
from nbenv.core.spec import Index, Spec
from nbenv.errors import RecordError

__all__ = ["MergedRecord", "merge_records"]

V = TypeVar("V")


@dataclass(frozen=True)
class MergedRecord:
    """The merged record; unless it `is_locked`, its lock is only what a resolver should prefer."""

    spec: Spec
    is_locked: bool


def merge_records(base: Spec, ours: Spec, theirs: Spec) -> MergedRecord:
    """Merge two records that came from `base`.

    Where both sides only added to the lock, and agree on what they share, the union satisfies the
    requirements of either side, so nothing needs to be resolved.

    Raises
    ------
    RecordError
        Both sides changed the same thing in different ways.
    """
    asked = _three_way(_by_name(base), _by_name(ours), _by_name(theirs), "requirement")
    indexes = _three_way(base.index_urls, ours.index_urls, theirs.index_urls, "index")
    editable = _three_way(_flags(base), _flags(ours), _flags(theirs), "editable project")
    spec = replace(
        ours,
        python=_one(base.python, ours.python, theirs.python, "Python"),
        requirements=tuple(text for name in sorted(asked) for text in asked[name]),
        indexes=tuple(Index(name, url) for name, url in indexes.items()),
        editable=tuple(sorted(editable)),
        unknown={**theirs.unknown, **ours.unknown},
    )
    complete = _complete_lock(base, ours, theirs, spec)
    lock = complete if complete is not None else _preferred(ours, theirs)
    return MergedRecord(replace(spec, lock=lock), complete is not None)


# -- what was asked for


def _by_name(spec: Spec) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in spec.requirements:
        name = parse(text).name
        found[name] = (*found.get(name, ()), text)
    return found


def _flags(spec: Spec) -> dict[str, bool]:
    return dict.fromkeys(spec.editable, True)


def _three_way(
    base: Mapping[str, V], ours: Mapping[str, V], theirs: Mapping[str, V], what: str
) -> dict[str, V]:
    names = dict.fromkeys([*ours, *theirs])
    merged = {
        name: _one(base.get(name), ours.get(name), theirs.get(name), f"{what} {name}")
        for name in names
    }
    return {name: each for name, each in merged.items() if each is not None}  # None: removed


def _one(base: V, ours: V, theirs: V, what: str) -> V:
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    raise RecordError(
        f"Both sides changed the {what} of this notebook's environment.",
        f"Ours is {ours}, theirs is {theirs}.",
        "Keep the metadata of one side, then add what is missing with nbenv install.",
    )


# -- the lock


def _complete_lock(base: Spec, ours: Spec, theirs: Spec, merged: Spec) -> Lock | None:
    """Return the merged lock if nothing must be resolved for it."""
    for side, other in ((ours, theirs), (theirs, ours)):
        if other.lock in (base.lock, side.lock) and _without_lock(side) == _without_lock(merged):
            return side.lock
    if not base.python == ours.python == theirs.python:
        return None
    kept, first, second = (each.lock.by_name() for each in (base, ours, theirs))
    both_keep = all(kept.items() <= side.items() for side in (first, second))
    agree = all(first[name] == second[name] for name in first.keys() & second.keys())
    return Lock.of({**first, **second}) if both_keep and agree else None


def _without_lock(spec: Spec) -> Spec:
    return replace(spec, lock=Lock(), unknown={})


def _preferred(ours: Spec, theirs: Spec) -> Lock:
    """Return the versions of both sides, ours where they differ, for a resolver to keep."""
    return Lock.of({**theirs.lock.by_name(), **ours.lock.by_name()})

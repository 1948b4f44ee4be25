"""Three versions of a record merged into one, as git merges three versions of a file."""

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
    """The merged record; its lock is whole, or only what a resolver should prefer."""

    spec: Spec
    is_locked: bool


def merge_records(base: Spec, ours: Spec, theirs: Spec) -> MergedRecord:
    """Merge two records that came from `base`; raise `RecordError` where both changed one thing.

    Where both sides only added to the lock, and agree on what they share, the union satisfies
    either side's requirements and nothing must be resolved.
    """
    names = {"ours": _by_name(ours), "theirs": _by_name(theirs)}
    asked = _three_way(_by_name(base), names["ours"], names["theirs"], "requirement")
    indexes = _three_way(_indexes(base), _indexes(ours), _indexes(theirs), "index")
    editable = _three_way(_flags(base), _flags(ours), _flags(theirs), "editable project")
    spec = replace(
        ours,
        python=_one(base.python, ours.python, theirs.python, "Python"),
        requirements=tuple(text for name in sorted(asked) for text in asked[name]),
        indexes=tuple(Index(name, url) for name, url in indexes.items()),
        editable=tuple(sorted(editable)),
        unknown={**theirs.unknown, **ours.unknown},
    )
    whole = _whole(base, ours, theirs, spec)
    lock = whole if whole is not None else _preferred(ours, theirs)
    return MergedRecord(replace(spec, lock=lock), whole is not None)


# -- what was asked for


def _by_name(spec: Spec) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in spec.requirements:
        name = parse(text).name
        found[name] = (*found.get(name, ()), text)
    return found


def _indexes(spec: Spec) -> dict[str, str]:
    return {index.name: index.url for index in spec.indexes}


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
    return {name: value for name, value in merged.items() if value is not None}


def _one(base: V, ours: V, theirs: V, what: str) -> V:
    if ours == theirs or theirs == base:
        return ours
    if ours == base:
        return theirs
    raise RecordError(
        f"Both sides changed the {what} of this notebook's environment.",
        f"Ours is {ours}, theirs is {theirs}.",
        "Take one side's metadata, then install what is missing with nbenv install.",
    )


# -- the lock


def _whole(base: Spec, ours: Spec, theirs: Spec, merged: Spec) -> Lock | None:
    """Return the merged lock where nothing must be resolved for it."""
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
    """Return both sides' versions, ours where they differ, for the resolver to keep what it can."""
    return Lock.of({**theirs.lock.by_name(), **ours.lock.by_name()})

"""Merge three versions of a record into one, as git merges three versions of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from nbenv.core.lock import Lock
from nbenv.core.recorded_options import index_serving
from nbenv.core.requirements import parse
from nbenv.core.spec import Index, Spec
from nbenv.core.wheels.platform_limits import common_platforms
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
    sides = (base, ours, theirs)
    asked = _three_way([_by_name(each.requirements) for each in sides], "requirement")
    limits = _three_way([_by_name(each.constraints) for each in sides], "constraint")
    indexes = _three_way([_without_packages(each.indexes) for each in sides], "index")
    packages = [_packages(each.indexes) for each in sides]
    spec = replace(
        ours,
        python=_one([each.python for each in sides], "Python"),
        requirements=tuple(text for name in sorted(asked) for text in asked[name]),
        indexes=_with_packages(_one_default(indexes), packages),
        editable=_names([each.editable for each in sides]),
        constraints=tuple(text for name in sorted(limits) for text in limits[name]),
        no_deps=_names([each.no_deps for each in sides]),
        find_links=tuple(_flags([each.find_links for each in sides])),
        no_binary=_names([each.no_binary for each in sides]),
        only_binary=_names([each.only_binary for each in sides]),
        exclude_newer=_one([each.exclude_newer for each in sides], "last day"),
        index_strategy=_one([each.index_strategy for each in sides], "index strategy"),
        torch_backend=_one([each.torch_backend for each in sides], "build of PyTorch"),
        torch_choice=_one([each.torch_choice for each in sides], "choice of PyTorch's build"),
        system=_names([each.system for each in sides]),
        unknown={**theirs.unknown, **ours.unknown},
    )
    complete = _complete_lock(base, ours, theirs, spec)
    lock = complete if complete is not None else _preferred(ours, theirs)
    return MergedRecord(replace(spec, lock=lock), complete is not None)


# -- what was asked for


def _by_name(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name = parse(text).name
        found[name] = (*found.get(name, ()), text)
    return found


def _names(sides: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted(_flags(sides)))


def _flags(sides: Sequence[Sequence[str]]) -> dict[str, bool]:
    """Return the names that are in the merged list; a name is there or not, so none conflicts."""
    return _three_way([dict.fromkeys(names, True) for names in sides], "name")


def _one_default(indexes: Mapping[str, Index]) -> tuple[Index, ...]:
    """Return the merged indexes; raise if each side made another one the default."""
    defaults = [index.url for index in indexes.values() if index.default]
    if len(defaults) > 1:
        _one(["", *defaults[:2]], "default index")
    return tuple(indexes.values())


def _without_packages(indexes: Iterable[Index]) -> dict[str, Index]:
    """Return indexes by their names; whether they list packages is compared, what they list not."""
    listed = {index.name: None if index.packages is None else () for index in indexes}
    return {i.name: replace(i, packages=listed[i.name], dependencies=()) for i in indexes}


def _packages(indexes: Iterable[Index]) -> dict[str, tuple[str, bool]]:
    """Return the index that serves each name or pattern, and whether it was asked for.

    Of two indexes the first counts; see `index_serving`.
    """
    asked = [(each, (index.name, True)) for index in indexes for each in index.packages or ()]
    needed = [(each, (index.name, False)) for index in indexes for each in index.dependencies]
    return dict(reversed([*asked, *needed]))


def _with_packages(
    indexes: Iterable[Index], sides: Sequence[Mapping[str, tuple[str, bool]]]
) -> tuple[Index, ...]:
    """Return the merged indexes with what each of them serves after the merge."""
    served = _three_way(sides, "index of")

    def names(index: Index, is_asked: bool) -> tuple[str, ...]:
        return tuple(sorted(n for n, place in served.items() if place == (index.name, is_asked)))

    return tuple(
        replace(
            index,
            packages=None if index.packages is None else names(index, True),
            dependencies=names(index, False),
        )
        for index in indexes
    )


def _three_way(sides: Sequence[Mapping[str, V]], what: str) -> dict[str, V]:
    """Merge base, ours and theirs, name by name."""
    _, ours, theirs = sides
    merged = {
        name: _one([side.get(name) for side in sides], f"{what} {name}")
        for name in dict.fromkeys([*ours, *theirs])
    }
    return {name: each for name, each in merged.items() if each is not None}  # None: removed


def _one(sides: Sequence[V], what: str) -> V:
    base, ours, theirs = sides
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
    if _limits(ours) != _limits(theirs):  # what one side added may break a limit of the other
        return None
    if not (_come_from_same(ours, merged) and _come_from_same(theirs, merged)):
        return None
    kept, first, second = (each.lock.by_name() for each in (base, ours, theirs))
    both_keep = all(kept.items() <= side.items() for side in (first, second))
    agree = all(first[name] == second[name] for name in first.keys() & second.keys())
    platforms = common_platforms(ours.lock.platforms, theirs.lock.platforms)
    if platforms is None or not (both_keep and agree):
        return None
    return Lock.of({**first, **second}, platforms)


def _come_from_same(side: Spec, merged: Spec) -> bool:
    """Return whether the packages of one side come from the indexes that the merge names."""
    for name in side.lock.versions():
        own, other = (index_serving(each.indexes, name) for each in (side, merged))
        if (own and own.name) != (other and other.name):
            return False
    return True


def _limits(spec: Spec) -> Spec:
    return replace(_without_lock(spec), requirements=(), editable=(), indexes=(), system=())


def _without_lock(spec: Spec) -> Spec:
    return replace(spec, lock=Lock(), unknown={})


def _preferred(ours: Spec, theirs: Spec) -> Lock:
    """Return the versions of both sides, ours where they differ, for a resolver to keep."""
    return Lock.of({**theirs.lock.by_name(), **ours.lock.by_name()})

"""Decide whether two version specifiers leave no version to choose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

__all__ = ["are_disjoint"]


def are_disjoint(one: str, other: str) -> bool:
    """Return whether probably no version meets both, tried with those around their limits."""
    try:
        both = SpecifierSet(one) & SpecifierSet(other)
    except InvalidSpecifier:
        return False
    if not one or not other:
        return False
    return not any(both.contains(each, prereleases=True) for each in _around(both))


def _around(specifiers: Iterable[object]) -> Iterator[Version]:
    yield from (Version("0"), Version("999999999"))
    for each in specifiers:
        bound = re.sub(r"^[<>=!~]+|\.\*$", "", str(each))
        try:
            version = Version(bound)
        except InvalidVersion:
            continue
        yield version
        yield Version(f"{version.public}.post999") if not version.is_postrelease else version
        yield Version(f"{version.base_version}.99999")
        yield Version(f"{version.base_version}.dev0")

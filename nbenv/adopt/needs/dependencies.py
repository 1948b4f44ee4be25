"""Leave out what packages bring along: ``dependencies.txt`` has what they depend on.

``tools/wheel_metadata.py`` writes it, from the metadata of packages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from packaging.utils import canonicalize_name

from nbenv.adopt.needs.rules import ImpliedNeed, data_lines
from nbenv.adopt.special_cases import alternatives

__all__ = ["brought", "settled"]


@cache
def _dependencies() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(needs.split())
        for name, needs in map(_split, data_lines("dependencies.txt"))
    }


def _split(line: str) -> tuple[str, str]:
    name, _, needs = line.partition(":")
    return name, needs.strip()


def brought(requirements: Iterable[str]) -> set[str]:
    """Return the packages that come with others, whose requirements these are."""
    table, found = _dependencies(), set[str]()
    todo = [key for text in requirements for key in _keys(text)]
    while todo:
        more = table.get(todo.pop(), frozenset()) - found
        found |= more
        todo += more
    return found


def _keys(requirement: str) -> Iterator[str]:
    match = re.match(r"([\w.-]+)\s*(?:\[([^\]]*)\])?", requirement)
    if match:
        name = str(canonicalize_name(match[1]))
        yield name
        for extra in (match[2] or "").split(","):
            yield f"{name}[{canonicalize_name(extra.strip())}]"


def settled(needs: Iterable[ImpliedNeed], found: Iterable[str]) -> list[tuple[str, ImpliedNeed]]:
    """Return the requirement that each need adds to those that were found already.

    A package that provides the same module will do: python-igraph is what igraph was called.
    """
    present = list(found)
    names = {key for text in present for key in _keys(text)}
    added: dict[str, ImpliedNeed] = {}
    for need in sorted(needs, key=lambda each: (each.offered, len(each.choices))):
        if names & _alike(choice for choice in need.choices if "[" not in choice):
            continue
        added.setdefault(need.choices[0], need)
        if not need.offered:
            names.add(next(_keys(need.choices[0])))
    come = brought([*present, *added])
    return [
        (choice, need)
        for choice, need in added.items()
        if not (need.implied and come & _alike(need.choices))
    ]


def _alike(choices: Iterable[str]) -> set[str]:
    """Return the packages of requirements, and all that provide the same modules."""
    return set[str]().union(*(alternatives(next(_keys(choice))) for choice in choices))

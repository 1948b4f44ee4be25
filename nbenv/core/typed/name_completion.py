"""Complete the name of a package that somebody is typing, from a list that ships with nbenv.

No index is asked: what somebody types may be the name of a private package, and an index offers
names that anybody registered. ``tools/package_summaries.py`` makes the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from packaging.utils import canonicalize_name

from nbenv.core.typed.suggestions import alias_of

__all__ = ["complete_name"]

_MOST = 8
_SHORTEST_PART, _SHORTEST_WITHIN = 3, 5
"""Letters from which on parts of names are searched, and names and summaries within."""


def complete_name(typed: str) -> list[tuple[str, str]]:
    """Return the packages that may be meant, with their summaries, the likeliest first.

    What begins as typed comes first, and what most people use before the rest of it; then the
    package of a module or another name (``sklearn``); then names, and summaries, that have it
    within.
    """
    name = canonicalize_name(typed.strip())
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
        return []
    found = dict.fromkeys(_candidates(name, alias_of(typed.strip())))
    summaries = _summaries()
    return [(each, summaries.get(each, "")) for each in found][:_MOST]


def _candidates(name: str, alias: str) -> Iterator[str]:
    summaries = _summaries()
    if name in summaries:
        yield name
    if alias:
        yield alias
    yield from (each for each in summaries if each.startswith(name))
    if len(name) >= _SHORTEST_PART:
        yield from (each for each in summaries if f"-{name}" in each)
    if len(name) < _SHORTEST_WITHIN:
        return
    yield from (each for each in summaries if name in each)
    word = re.compile(rf"\b{re.escape(name.replace('-', ' '))}", re.IGNORECASE)
    yield from (each for each, summary in summaries.items() if word.search(summary))


@cache
def _summaries() -> dict[str, str]:
    """Return the list: name → summary, the most used first."""
    from pkgutil import get_data

    text = (get_data(__package__, "package_summaries.txt") or b"").decode()
    rows = (line.partition(" ") for line in text.splitlines())
    return {name: summary for name, _, summary in rows}

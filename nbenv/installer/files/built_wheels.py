"""Wheels that were built elsewhere, of what is locked as a source: a pack brings some.

The lock has no hash of theirs. So whoever takes them says which ones they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from nbenv.core.lock import LockedDistribution

__all__ = ["built_wheels", "with_built_wheels"]

_built: dict[str, str] = {}
"""Name → hash."""


@contextlib.contextmanager
def built_wheels(hashes: Mapping[str, str]) -> Iterator[None]:
    """Let wheels with these hashes, by name, stand for what is locked as a source."""
    _built.update(hashes)
    try:
        yield
    finally:
        _built.clear()


def with_built_wheels(distributions: Sequence[LockedDistribution]) -> list[LockedDistribution]:
    """Return what is locked, each source with a wheel of it as that wheel."""
    return [
        replace(each, source=False, hashes=(*each.hashes, _built[each.name]))
        if each.source and each.name in _built
        else each
        for each in distributions
    ]

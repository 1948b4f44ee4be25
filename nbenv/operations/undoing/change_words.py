"""Say in a few words what a change of an environment did: ``Added seaborn + 7``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nbenv.core.lock import Change
from nbenv.core.requirements import by_name
from nbenv.core.spec import Spec

__all__ = ["words_of"]

_NAMED = 3
"""Packages that are named; the others are counted."""


def words_of(before: Spec | None, after: Spec, changes: Sequence[Change]) -> str:
    """Return what a change did.

    Parameters
    ----------
    before, after
        The record before it, None for a notebook that had none, and after it.
    changes
        The packages that it changed on this machine; empty where that is not known.
    """
    if before and before.python != after.python:
        return f"Moved from Python {before.python} to {after.python}"
    old, new = by_name(before.requirements if before else ()), by_name(after.requirements)
    added = [name for name in new if name not in old]
    removed = [name for name in old if name not in new]
    if added or removed:
        parts = [("Added", added), ("Removed", removed)]
        others = {each.name for each in changes} - {*added, *removed}
        said = [f"{verb} {_few(names)}" for verb, names in parts if names]
        more = f" + {len(others)}" if others else ""
        return ", ".join([said[0], *(each.lower() for each in said[1:])]) + more
    if before is None and not changes:
        return "Created the environment"
    changed = {name: text for name, text in new.items() if old[name] != text}
    return _moved_words(changes, changed) or _requirement_words(changed)


def _moved_words(changes: Sequence[Change], changed: Mapping[str, str]) -> str:
    """Return which versions moved, those that were asked for first."""
    if not changes:
        return ""
    first = sorted(changes, key=lambda each: each.name not in changed)
    one = first[0]
    if len(first) > 1:
        return f"Changed {_few([each.name for each in first])}"
    if one.old and one.new and one.old != one.new:
        return f"Changed {one.name} {one.old} → {one.new}"
    return f"{'Installed' if one.new else 'Removed'} {one.name} {one.new or one.old}"


def _requirement_words(changed: Mapping[str, str]) -> str:
    return f"Recorded {_few(list(changed.values()))}" if changed else "Changed the settings"


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} + {len(names) - _NAMED}" if len(names) > _NAMED else shown

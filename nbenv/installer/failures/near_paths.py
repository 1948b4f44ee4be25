"""Find what may be meant by a path that does not exist."""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import get_close_matches

from nbenv.core.urls import is_archive
from nbenv.errors import RequirementError

__all__ = ["near_paths", "no_path"]

_MOST = 3
"""Paths that are named at once."""
_MOST_LOOKED_AT = 2000
"""Entries of a folder that are looked at: more would take long on a network's disk."""
_LEAST_ALIKE = 0.6
_PROJECT_FILES = ("pyproject.toml", "setup.py")


def no_path(text: str) -> RequirementError:
    """Return the error for a path that does not exist, with those that may be meant."""
    near = near_paths(text)
    error = RequirementError(
        f"There is no {text} here.",
        f"Did you mean {' or '.join(near)}?" if near else "",
        "Check the path.",
    )
    error.corrections = [(text, (each,)) for each in near]
    return error


def near_paths(text: str) -> list[str]:
    """Return the paths of projects and packages' files that may be meant, written as `text` is.

    A name that is nearly right comes first. Where there is none, it is what can be installed from
    the folder that was named, if that is there and has but a few such things.
    """
    path, bracket, extras = text.partition("[")
    parent, name = os.path.split(path.rstrip("/\\"))
    place = os.path.expanduser(parent) or os.curdir
    if not os.path.isdir(place):
        return [f"{each}{bracket}{extras}" for each in _below_others(path)]
    known = list(_installable(place))
    lower = {each.lower(): each for each in known}
    close = get_close_matches(name.lower(), lower, _MOST, _LEAST_ALIKE)
    names = [lower[each] for each in close] or (known if len(known) <= _MOST else [])
    start = parent if parent.endswith("/") or not parent else f"{parent}/"
    return [f"{start or './'}{each}{bracket}{extras}" for each in names]


def _below_others(path: str) -> Iterator[str]:
    """Yield the path below folders whose names are nearly those in it."""
    parts = path.replace("\\", "/").split("/")
    for number in range(1, len(parts)):
        before, wrong = "/".join(parts[:number]), parts[number]
        place = os.path.expanduser(before) or os.sep
        if os.path.exists(os.path.join(place, wrong)):
            continue
        lower = {each.lower(): each for each in _entries(place)}
        for each in get_close_matches(wrong.lower(), lower, _MOST, _LEAST_ALIKE):
            found = "/".join([before, lower[each], *parts[number + 1 :]])
            if os.path.exists(os.path.expanduser(found)):
                yield found
        return


def _installable(place: str) -> Iterator[str]:
    """Yield the names of packages' files and of projects in a folder."""
    for name in _entries(place):
        path = os.path.join(place, name)
        is_project = any(os.path.isfile(os.path.join(path, each)) for each in _PROJECT_FILES)
        if is_project or (is_archive(name) and os.path.isfile(path)):
            yield name


def _entries(place: str) -> list[str]:
    try:
        return sorted(os.listdir(place)[:_MOST_LOOKED_AT])
    except OSError:
        return []

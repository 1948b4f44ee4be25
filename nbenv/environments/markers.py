"""Environment markers (PEP 508), also of Pythons and platforms that are not on this machine.

https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from packaging.markers import default_environment
from packaging.version import InvalidVersion, Version

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import parse
from nbenv.core.spec import Spec
from nbenv.core.wheels.platform_limits import is_for

__all__ = ["elsewhere", "is_for_here", "marker_values", "possible_locked", "select_locked"]

_NEWEST = "99"
"""The patch version assumed for a Python that is not here: uv would fetch the newest."""
_PATCHES = 40
"""Patch versions that are tried; no minor version has had more than some twenty."""
_VALUE = r"""'[^']*'|"[^"]*\""""
_COMPARISON = re.compile(rf"({_VALUE}|\w+)\s*(?:not\s+in\b|in\b|[<>=!~]+)\s*({_VALUE}|\w+)")
_OF_PYTHON = frozenset({"python_full_version", "implementation_version"})
_OF_SYSTEM = frozenset({"platform_release", "platform_version"})
"""Values that an update of this machine's system changes."""
_TRUE = "os_name != ''"
"""A comparison that holds everywhere."""


def marker_values(
    python: str, version: str | None = None, platform: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the marker values of a CPython on this machine, or on another platform.

    Parameters
    ----------
    python
        The minor version, as ``"3.11"``.
    version
        The full version of the interpreter; ignored if it is of another minor version.
    platform
        The values that differ on another platform, as ``{"sys_platform": "win32"}``.
    """
    known = version is not None and version.startswith(f"{python}.")
    full = str(version) if known else f"{python}.{_NEWEST}"
    return {
        **{name: str(value) for name, value in default_environment().items()},
        "python_version": python,
        "python_full_version": full,
        "implementation_version": full,
        **(platform or {}),
    }


def elsewhere(texts: Iterable[str], python: str, version: str | None = None) -> frozenset[str]:
    """Return the names that requirements ask for on other machines alone, not on this one.

    `python` and `version` are as in `marker_values`.
    """
    values = marker_values(python, version)
    asked = [(each.name, str(each.marker or "") or None) for each in map(parse, texts)]
    here = {
        name for name, marker in asked if LockedDistribution(name, marker=marker).holds_for(values)
    }
    return frozenset({name for name, _ in asked} - here)


def select_locked(
    spec: Spec, version: str | None = None, platform: Mapping[str, str] | None = None
) -> dict[str, LockedDistribution]:
    """Return the locked distributions for one environment, by name.

    `version` and `platform` are as in `marker_values`.
    """
    return spec.lock.selection(marker_values(spec.python, version, platform))


def is_for_here(spec: Spec, version: str | None = None) -> bool:
    """Return whether a lock is for this platform; `version` is as in `marker_values`."""
    return is_for(spec.lock.platforms, marker_values(spec.python, version))


def possible_locked(spec: Spec) -> list[LockedDistribution]:
    """Return the locked distributions that could be installed on this platform, by name.

    Which patch version of its Python an environment gets is known only once it is made, and an
    update of the system changes other values: lines whose markers depend on these are included,
    unless none of these values can make them true.
    """
    fixed = marker_values(spec.python)
    known: dict[str | None, bool] = {}
    for each in spec.lock.distributions:
        if each.marker not in known:
            known[each.marker] = _may_hold(each, fixed, spec.python)
    found = (each for each in spec.lock.distributions if known[each.marker])
    here = (each.for_environment(fixed) for each in found)
    return sorted(here, key=lambda each: each.line)


def _may_hold(locked: LockedDistribution, fixed: Mapping[str, str], python: str) -> bool:
    """Return whether a line's marker is not false for every value that may change.

    Markers know no negation, only ``and`` and ``or``. So it may hold if it does once each
    comparison that may hold counts as one that does.
    """
    if locked.marker is None or locked.holds_for(fixed):
        return True

    def loosened(found: re.Match[str]) -> str:
        values = {found[1], found[2]}
        may_hold = values & _OF_SYSTEM or (values & _OF_PYTHON and _some_python(found[0], python))
        return _TRUE if may_hold else found[0]

    return replace(locked, marker=_COMPARISON.sub(loosened, locked.marker)).holds_for(fixed)


@lru_cache(maxsize=1024)
def _some_python(comparison: str, python: str) -> bool:
    """Return whether a comparison holds for some full version of a minor version."""
    asked, fixed = LockedDistribution("any", marker=comparison), marker_values(python)
    literals = [each[1:-1] for each in re.findall(_VALUE, comparison)]
    return any(
        asked.holds_for({**fixed, "python_full_version": each, "implementation_version": each})
        for each in dict.fromkeys(_versions_of(python, literals))
    )


def _versions_of(python: str, literals: list[str]) -> Iterator[str]:
    """Yield full versions of a minor version: those that exist, and those around what is named."""
    yield from (f"{python}.{patch}" for patch in (*range(_PATCHES), _NEWEST))
    yield from (f"{python}.0{early}" for early in ("a1", "b1", "rc1", "rc2"))
    for text in (word for literal in literals for word in re.split(r"[\s,]+", literal)):
        yield from (each for each in _around(text) if each.startswith(f"{python}."))


def _around(text: str) -> Iterator[str]:
    """Yield a version, and those just before and after it."""
    yield text
    try:
        version = Version(text.removesuffix(".*"))
    except InvalidVersion:
        return
    release = (*version.release, 0, 0)[: max(len(version.release), 3)]
    for step in (-1, 0, 1):
        if release[-1] + step >= 0:
            yield ".".join(map(str, (*release[:-1], release[-1] + step)))
    yield f"{version}rc1" if not version.is_prerelease else f"{version}"

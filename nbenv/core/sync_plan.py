"""Plan what to install and what to remove, and find drift: what was installed past the lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from packaging.version import InvalidVersion, Version

from nbenv.core.lock import Change, LockedDistribution, changes_between

__all__ = ["Installed", "Plan", "drift", "make_plan"]


@dataclass(frozen=True)
class Installed:
    """A distribution in an environment; its source is as in its ``direct_url.json`` (PEP 610)."""

    name: str
    version: str
    url: str | None = None
    commit: str | None = None
    editable: bool = False
    subdirectory: str | None = None


@dataclass(frozen=True)
class Plan:
    """The distributions to install, over another version if there is one, and those to remove."""

    install: tuple[LockedDistribution, ...]
    remove: tuple[str, ...]


def make_plan(
    wanted: Mapping[str, LockedDistribution],
    installed: Mapping[str, Installed],
    removable: Iterable[str],
    always: Iterable[str] = (),
) -> Plan:
    """Plan how to get from `installed` to `wanted`; the mappings are by canonical name.

    Parameters
    ----------
    removable
        The only names that may be removed: the rest was installed past the lock, and is left alone.
    always
        Names to install even if they are there, such as a local project, whose source may have
        changed without its version.
    """
    forced = set(always)
    install = [
        locked
        for name, locked in sorted(wanted.items())
        if name in forced or not _satisfies(installed.get(name), locked)
    ]
    gone = sorted(name for name in set(removable) - set(wanted) if name in installed)
    return Plan(tuple(install), tuple(gone))


def _satisfies(installed: Installed | None, locked: LockedDistribution) -> bool:
    if installed is None:
        return False
    if locked.version is not None:
        return _is_same(installed.version, locked.version) and not _is_direct(installed)
    return bool(locked.url) and _same_source(installed, str(locked.url))


def _is_same(installed: str, locked: str) -> bool:
    """Return whether two versions are equal; old wheels have some like 2020.06.20."""
    try:
        return installed == locked or Version(installed) == Version(locked)
    except InvalidVersion:
        return False


def _is_direct(installed: Installed) -> bool:
    # A URL alone says nothing: installers record one also for a wheel from a find-links folder.
    return installed.commit is not None or installed.editable


def _same_source(installed: Installed, url: str) -> bool:
    place, _, fragment = url.partition("#")
    if installed.commit:
        below = "".join(
            each[13:] for each in fragment.split("&") if each.startswith("subdirectory=")
        )
        return installed.commit in place and below == (installed.subdirectory or "")
    # Each tool encodes other characters of a path than the next one.
    return installed.url is not None and unquote(place).endswith(unquote(installed.url))


def drift(
    wanted: Mapping[str, LockedDistribution], installed: Mapping[str, Installed]
) -> list[Change]:
    """Return how what is installed differs from what is locked (old: locked, new: installed)."""
    names = {*wanted, *installed} - {
        name for name, locked in wanted.items() if _agrees(installed.get(name), locked)
    }
    locked_versions = {name: locked.version_or_url for name, locked in wanted.items()}
    versions = {name: present.version for name, present in installed.items()}
    return changes_between(locked_versions, versions, names)


def _agrees(installed: Installed | None, locked: LockedDistribution) -> bool:
    # A URL has no version to compare with the one that is installed.
    is_from_url = installed is not None and locked.version is None
    return is_from_url or _satisfies(installed, locked)

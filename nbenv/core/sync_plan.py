"""From what is locked and what is installed to what must change, and whether a kernel can go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from nbenv.core.lock import Change, LockedDistribution

__all__ = ["Installed", "Plan", "drift", "make_plan"]


@dataclass(frozen=True)
class Installed:
    """A distribution in an environment; `url` and `editable` come from its PEP 610 record."""

    name: str
    version: str
    url: str | None = None
    commit: str | None = None
    editable: bool = False


@dataclass(frozen=True)
class Plan:
    """What to install (also over another version) and what to remove."""

    install: tuple[LockedDistribution, ...]
    remove: tuple[str, ...]


def make_plan(
    wanted: Mapping[str, LockedDistribution],
    installed: Mapping[str, Installed],
    removable: Iterable[str],
    always: Iterable[str] = (),
) -> Plan:
    """Plan the way from `installed` to `wanted`.

    Only names in `removable` are removed; those in `always` (a local project whose source may
    have changed) are installed again.
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
        return installed.version == locked.version and not _is_direct(installed)
    return bool(locked.url) and _same_source(installed, str(locked.url))


def _is_direct(installed: Installed) -> bool:
    # A wheel of a find-links folder is recorded by its installer as a URL of this machine.
    return installed.commit is not None or installed.editable


def _same_source(installed: Installed, url: str) -> bool:
    if installed.commit:
        return installed.commit in url
    return installed.url is not None and url.partition("#")[0].endswith(installed.url)


def drift(
    wanted: Mapping[str, LockedDistribution], installed: Mapping[str, Installed]
) -> list[Change]:
    """Return how what is installed differs from what is locked (old: locked, new: installed)."""
    changes = []
    for name in sorted({*wanted, *installed}):
        locked, present = wanted.get(name), installed.get(name)
        if locked and _satisfies(present, locked):
            continue
        if locked and present and locked.version is None:
            continue  # a URL requirement has no version to compare
        old = (locked.version or locked.url) if locked else None
        changes.append(Change(canonicalize_name(name), old, present.version if present else None))
    return changes

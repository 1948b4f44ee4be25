"""Make a lock from a resolution that the installer exported as ``pylock.toml`` (PEP 751)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.recorded_options import is_named
from nbenv.core.urls import without_credentials
from nbenv.core.wheels.coverage import (
    Platform,
    platforms_with,
    uncovered,
    union_marker,
    union_markers,
)
from nbenv.core.wheels.platform_limits import may_be_for
from nbenv.core.wheels.wheel_tags import is_installable

__all__ = ["LockScope", "PylockDict", "filename_of", "from_pylock", "listed_files", "packages_of"]

PylockDict = dict[str, object]
"""A parsed ``pylock.toml``."""

# True in every environment that a lock is for, so that repeating them says nothing.
_ALWAYS = ("implementation_name == 'cpython'", "sys_platform != 'emscripten'")


@dataclass(frozen=True)
class LockScope:
    """The reach of a lock, beside its Python.

    Parameters
    ----------
    here
        This machine, if its wheels must be enough for it.
    platforms
        The markers of the only platforms that it is for, as in a record; none for all.
    wheels_only
        The names that are never built, or ``":all:"``.
    always_built
        The names that are built all the same, and whatever wheels there are.
    """

    here: Platform | None = None
    platforms: tuple[str, ...] = ()
    wheels_only: Sequence[str] = ()
    always_built: Sequence[str] = ()

    def needing(self, marker: str | None, python: str) -> list[Platform]:
        """Return the platforms that need a file of what is locked with a marker."""
        line = LockedDistribution("any", marker=marker)
        return [
            each
            for each in platforms_with(self.here)
            if may_be_for(self.platforms, each.marker)
            and line.holds_for(each.marker_values(python))
        ]


_ALL = LockScope()


def from_pylock(document: Mapping[str, object], python: str, scope: LockScope = _ALL) -> Lock:
    """Make a lock of the ``[[packages]]`` of a ``pylock.toml`` (PEP 751).

    A lock has the hashes of the wheels that this CPython can install on some platform, and those of
    the sdist only if a platform needs it: an sdist's hash would allow its code to run.

    Parameters
    ----------
    document
        The parsed file.
    python
        The minor version that it was resolved for, such as ``"3.11"``.
    scope
        What the lock is for.
    """
    named: dict[str, list[_Line]] = {}
    for package in packages_of(document):
        line = _from_package(package, python, scope)
        if not line.is_for_nothing:
            named.setdefault(line.locked.name, []).append(line)
    locked = (each for lines in named.values() for each in _with_builds(lines))
    platforms = scope.platforms
    if scope.here is not None:
        platforms = _usable(scope, scope.here, [line for lines in named.values() for line in lines])
    return Lock(tuple(sorted(locked, key=lambda each: each.line)), platforms)


def packages_of(document: Mapping[str, object]) -> list[dict[str, object]]:
    """Return the ``[[packages]]`` of a ``pylock.toml``."""
    packages = document.get("packages", [])
    assert isinstance(packages, list)
    return packages


def _usable(scope: LockScope, here: Platform, lines: Sequence[_Line]) -> tuple[str, ...]:
    """Return the markers of the only platforms that a lock is for, none if it is for several.

    Where everything was resolved for every platform, an index may have had files for this one
    alone. What else a platform lacks is the affair of a single package.
    """
    known = [p for p in platforms_with(here) if may_be_for(scope.platforms, p.marker)]
    short = {platform for line in lines for platform in line.needing if platform not in line.usable}
    usable = [each for each in known if each not in short]
    is_alone = {each.system for each in usable} == {here.system}
    if short.isdisjoint(known) or not usable or not (scope.platforms or is_alone):
        return scope.platforms
    if any("python_full_version" in each for each in scope.platforms):
        return scope.platforms
    return tuple(union_markers(usable, platforms_with(here)))


@dataclass(frozen=True)
class _Line:
    """A line of a lock, the platforms that need it, and those of them that have a wheel of it.

    `usable` are those that have any file of it.
    """

    locked: LockedDistribution
    needing: Sequence[Platform] = ()
    covered: Sequence[Platform] = ()

    @property
    def usable(self) -> Sequence[Platform]:
        return self.needing if self.locked.source else self.covered

    @property
    def is_for_nothing(self) -> bool:
        """Whether no platform needs it: the resolver lists, without files, what others need."""
        return not (self.needing or self.locked.hashes or self.locked.url)


def _with_builds(lines: Sequence[_Line]) -> list[LockedDistribution]:
    """Return the lines of one name; what is built is recorded by names, whatever their markers."""
    locked = [each.locked for each in lines]
    if not any(each.source for each in locked):
        return locked
    needing = list(dict.fromkeys(platform for each in lines for platform in each.needing))
    covered = {platform for each in lines for platform in each.covered}
    marker = union_marker(covered, needing) or None
    return [replace(each, source=True, prebuilt=marker) for each in locked]


def _from_package(package: Mapping[str, object], python: str, scope: LockScope) -> _Line:
    name = str(package["name"])
    marker = _simplified(str(package.get("marker", "")), scope.platforms)
    if url := _direct_url(package):
        archive = package.get("archive")
        hashes = _hashes([archive]) if isinstance(archive, dict) else ()
        return _Line(LockedDistribution(name, None, url, marker, hashes))
    version, index = str(package["version"]), without_credentials(str(package.get("index", "")))
    return _chosen_files(
        LockedDistribution(name, version, marker=marker, index=index), package, python, scope
    )


def _direct_url(package: Mapping[str, object]) -> str | None:
    for kind in ("vcs", "archive", "directory"):
        source = package.get(kind)
        if not isinstance(source, dict):
            continue
        place = str(source.get("url") or source.get("path"))
        folder = f"#subdirectory={source['subdirectory']}" if source.get("subdirectory") else ""
        if kind == "vcs":
            return f"{source['type']}+{place}@{source['commit-id']}{folder}"
        return place + folder
    return None


def _simplified(marker: str, platforms: Sequence[str]) -> str | None:
    """Return a marker without what holds wherever the lock is used, None if that is all."""
    whole = " or ".join(platforms)
    marker = _without(marker, [*_ALWAYS, *([f"({whole})"] if len(platforms) > 1 else [])])
    if len(platforms) == 1:
        marker = _without(marker, platforms[0].split(" and "))
    return None if marker in ("", whole) else marker


def _without(marker: str, terms: Sequence[str]) -> str:
    for always in terms:
        marker = marker.replace(f"{always} and ", "").replace(f" and {always}", "")
        marker = "" if marker == always else marker
    return marker


def _chosen_files(
    locked: LockedDistribution, package: Mapping[str, object], python: str, scope: LockScope
) -> _Line:
    """Return a line with the hashes of the files to lock.

    The sdist is one of them where a platform has no wheel, unless nothing of it may be built.
    """
    wheels = [file for file in listed_files(package, "wheels") if _is_installable(file, python)]
    sdist = listed_files(package, "sdist")
    needing = scope.needing(locked.marker, python)
    lacking = uncovered(map(filename_of, wheels), python, needing)
    covered = [each for each in needing if each not in lacking]
    is_excluded = is_named(scope.wheels_only, locked.name, scope.always_built)
    is_built = bool(_hashes(sdist) and lacking) and not is_excluded
    if _hashes(wheels) and not is_built:
        return _Line(replace(locked, hashes=_hashes(wheels)), needing, covered)
    return _Line(replace(locked, hashes=_hashes([*wheels, *sdist]), source=True), needing, covered)


def listed_files(package: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """Return what a package of a ``pylock.toml`` has as ``wheels`` or ``sdist``."""
    found = package.get(key, [])
    return found if isinstance(found, list) else [cast("Mapping[str, object]", found)]


def _is_installable(file: Mapping[str, object], python: str) -> bool:
    return is_installable(filename_of(file), python)


def filename_of(file: Mapping[str, object]) -> str:
    """Return the file name of a wheel or sdist in a ``pylock.toml``, where it may be implied."""
    return str(file.get("name") or str(file.get("url") or file.get("path")).rpartition("/")[2])


def _hashes(files: Sequence[object]) -> tuple[str, ...]:
    found: set[str] = set()
    for file in files:
        digests = file.get("hashes", {}) if isinstance(file, Mapping) else {}
        found.update(f"{kind}:{digest}" for kind, digest in digests.items())
    return tuple(sorted(found))

"""The lock: one pip requirements line for each distribution of the resolved set.

A line is ``name==version ; marker --hash=sha256:…`` or ``name @ url --hash=…``, as pip's
requirements file format has it (https://pip.pypa.io/en/stable/reference/requirements-file-format/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from packaging.markers import InvalidMarker, Marker, UndefinedComparison
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_wheel_filename,
)

from nbenv.errors import LockError

__all__ = ["Change", "Lock", "LockedDistribution", "from_pylock", "is_installable"]

_HASH = re.compile(r"\s+--hash=(sha256|sha384|sha512):([0-9a-f]{64,128})(?=\s|$)")
_NOT_THESE = re.compile(r"emscripten|wasm|pyodide|ios_|android_")
# Every environment has these: a lock holds for CPython outside of the browser only.
_ALWAYS = ("implementation_name == 'cpython'", "sys_platform != 'emscripten'")


@dataclass(frozen=True)
class LockedDistribution:
    """One distribution of a lock: exactly one of `version` and `url` is set."""

    name: str
    version: str | None = None
    url: str | None = None
    marker: str | None = None
    hashes: tuple[str, ...] = ()

    @classmethod
    def from_line(cls, line: str, position: int = 0) -> LockedDistribution:
        """Read one line; raise `LockError` naming its place."""
        hashes = tuple(f"{kind}:{digest}" for kind, digest in _HASH.findall(line))
        text = _HASH.sub("", line)
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            raise _broken(line, position, "it is not a requirement with its hashes") from None
        pins = [spec for spec in requirement.specifier if spec.operator in ("==", "===")]
        if not requirement.url and (len(pins) != 1 or len(requirement.specifier) != 1):
            raise _broken(line, position, "it does not name one version")
        if not requirement.url and not hashes:
            raise _broken(line, position, "it has no hash")
        return cls(
            canonicalize_name(requirement.name),
            pins[0].version if pins else None,
            requirement.url,
            str(requirement.marker).replace('"', "'") if requirement.marker else None,
            hashes,
        )

    @property
    def requirement(self) -> str:
        """The line without its marker and its hashes."""
        return f"{self.name}=={self.version}" if self.version else f"{self.name} @ {self.url}"

    @property
    def line(self) -> str:
        """The line of the lock."""
        marker = f" ; {self.marker}" if self.marker else ""
        return "".join((self.requirement, marker, *(f" --hash={digest}" for digest in self.hashes)))

    def holds_for(self, environment: Mapping[str, str]) -> bool:
        """Whether the distribution belongs to an environment with these marker values."""
        if self.marker is None:
            return True
        try:
            return Marker(self.marker).evaluate(dict(environment))
        except (InvalidMarker, UndefinedComparison):
            return False


def _broken(line: str, position: int, why: str) -> LockError:
    shown = line if len(line) < 80 else f"{line[:77]}…"
    return LockError(
        f"Line {position + 1} of the notebook's lock cannot be used: {why}.",
        f"The line is {shown!r} (metadata.nbenv.lock[{position}]).",
        "Restore the metadata from a good copy, or lock anew with %nbenv upgrade.",
    )


@dataclass(frozen=True)
class Change:
    """A distribution that comes (`old` is None), goes (`new` is None) or changes its version."""

    name: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        if self.old is None:
            return f"+ {self.name} {self.new}"
        if self.new is None:
            return f"- {self.name} {self.old}"
        return f"~ {self.name} {self.old} → {self.new}"


@dataclass(frozen=True)
class Lock:
    """A whole resolved set, for every platform and one minor version of CPython."""

    distributions: tuple[LockedDistribution, ...] = ()

    @classmethod
    def from_lines(cls, lines: Iterable[str]) -> Lock:
        """Read the lines of a record."""
        return cls(tuple(LockedDistribution.from_line(line, n) for n, line in enumerate(lines)))

    def lines(self) -> list[str]:
        """Return the lines, sorted."""
        return sorted(locked.line for locked in self.distributions)

    def selection(self, environment: Mapping[str, str]) -> dict[str, LockedDistribution]:
        """Return what belongs to an environment with these marker values, by name."""
        chosen = (locked for locked in self.distributions if locked.holds_for(environment))
        return {locked.name: locked for locked in chosen}

    def versions(self) -> dict[str, str]:
        """Return name → version (or URL) of the distributions locked for some platform."""
        return {locked.name: locked.version or locked.url or "" for locked in self.distributions}

    def changes_to(self, newer: Lock) -> list[Change]:
        """Return how this lock differs from a newer one, by name."""
        old, new = self.versions(), newer.versions()
        names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        return [Change(name, old.get(name), new.get(name)) for name in names]


# -- from the installer's export


def from_pylock(document: Mapping[str, object], python: str) -> Lock:
    """Make the lock of the packages of a ``pylock.toml`` (PEP 751) resolved for one `python` minor.

    Hashes are those of the wheels that a CPython of that minor can install on some platform, and
    of the sdist only where there is no such wheel.
    """
    packages = document.get("packages", [])
    assert isinstance(packages, list)
    locked = [_from_package(package, python) for package in packages]
    return Lock(tuple(sorted(locked, key=lambda each: each.line)))


def _from_package(package: Mapping[str, object], python: str) -> LockedDistribution:
    name, marker = str(package["name"]), _simplified(str(package.get("marker", "")))
    if url := _direct_url(package):
        archive = package.get("archive")
        hashes = _hashes([archive]) if isinstance(archive, dict) else ()
        return LockedDistribution(name, None, url, marker, hashes)
    version = str(package["version"])
    return LockedDistribution(name, version, None, marker, _file_hashes(package, python))


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


def _simplified(marker: str) -> str | None:
    for always in _ALWAYS:
        marker = marker.replace(f"{always} and ", "").replace(f" and {always}", "")
        marker = "" if marker == always else marker
    return marker or None


def _file_hashes(package: Mapping[str, object], python: str) -> tuple[str, ...]:
    wheels = package.get("wheels")
    files = [file for file in wheels if is_installable(_filename(file), python)] if wheels else []  # type: ignore[attr-defined]
    return _hashes(files) or _hashes([package["sdist"]] if "sdist" in package else [])


def _filename(file: Mapping[str, object]) -> str:
    return str(file.get("name") or str(file.get("url") or file.get("path")).rpartition("/")[2])


def _hashes(files: Sequence[object]) -> tuple[str, ...]:
    found: set[str] = set()
    for file in files:
        digests = file.get("hashes", {}) if isinstance(file, Mapping) else {}
        found.update(f"{kind}:{digest}" for kind, digest in digests.items())
    return tuple(sorted(found))


def is_installable(filename: str, python: str) -> bool:
    """Whether a wheel can be installed by CPython `python` (``"3.11"``) on some platform."""
    try:
        tags = parse_wheel_filename(filename.replace("%2B", "+"))[3]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return False
    minor = int(python.partition(".")[2])
    return any(
        _fits(tag.interpreter, tag.abi, minor)
        for tag in tags
        if not _NOT_THESE.search(tag.platform)
    )


def _fits(interpreter: str, abi: str, minor: int) -> bool:
    if interpreter in ("py3", "py2.py3"):
        return abi == "none"
    match = re.fullmatch(r"(cp|py)3(\d+)", interpreter)
    if not match:
        return False
    built_for = int(match[2])
    if abi == "none":
        return built_for <= minor if match[1] == "py" else built_for == minor
    if abi == "abi3":
        return built_for <= minor
    return match[1] == "cp" and built_for == minor and abi in (f"cp3{minor}", f"cp3{minor}m")

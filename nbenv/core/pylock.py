"""Make a lock from a resolution that the installer exported as ``pylock.toml`` (PEP 751)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_wheel_filename

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.urls import without_credentials

__all__ = ["filename_of", "from_pylock", "is_installable"]

_NOT_THESE = re.compile(r"emscripten|wasm|pyodide|ios_|android_")
# True in every environment that a lock is for, so that repeating them says nothing.
_ALWAYS = ("implementation_name == 'cpython'", "sys_platform != 'emscripten'")


def from_pylock(document: Mapping[str, object], python: str) -> Lock:
    """Make a lock of the ``[[packages]]`` of a ``pylock.toml`` (PEP 751).

    A lock has the hashes of the wheels that this CPython can install on some platform, and those of
    the sdist only if there is no such wheel: an sdist's hash would allow its code to run.

    Parameters
    ----------
    document
        The parsed file.
    python
        The minor version that it was resolved for, such as ``"3.11"``.
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
    version, (hashes, source) = str(package["version"]), _file_hashes(package, python)
    index = without_credentials(str(package.get("index", "")))
    return LockedDistribution(
        name, version, marker=marker, hashes=hashes, source=source, index=index
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


def _simplified(marker: str) -> str | None:
    for always in _ALWAYS:
        marker = marker.replace(f"{always} and ", "").replace(f" and {always}", "")
        marker = "" if marker == always else marker
    return marker or None


def _file_hashes(package: Mapping[str, object], python: str) -> tuple[tuple[str, ...], bool]:
    """Return the hashes of the wheels or else of the sdist, and whether it is the sdist's."""
    wheels = package.get("wheels")
    files = [file for file in wheels if is_installable(filename_of(file), python)] if wheels else []  # type: ignore[attr-defined]
    if hashes := _hashes(files):
        return hashes, False
    sdist = package.get("sdist", [])
    return _hashes(sdist if isinstance(sdist, list) else [sdist]), True


def filename_of(file: Mapping[str, object]) -> str:
    """Return the file name of a wheel or sdist in a ``pylock.toml``, where it may be implied."""
    return str(file.get("name") or str(file.get("url") or file.get("path")).rpartition("/")[2])


def _hashes(files: Sequence[object]) -> tuple[str, ...]:
    found: set[str] = set()
    for file in files:
        digests = file.get("hashes", {}) if isinstance(file, Mapping) else {}
        found.update(f"{kind}:{digest}" for kind, digest in digests.items())
    return tuple(sorted(found))


def is_installable(filename: str, python: str) -> bool:
    """Return whether CPython `python` (``"3.11"``) can install a wheel on some platform.

    Tags: https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
    """
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

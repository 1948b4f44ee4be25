"""Describe for people which Pythons and platforms a file or a version is for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

__all__ = ["deciding_tags", "described_tags", "nearest_python", "python_range"]

_MINORS = range(8, 16)
"""The minor versions of Python 3 that a notebook could move to."""
_SYSTEMS = (
    ("win", "Windows"),
    ("macosx", "macOS"),
    ("manylinux", "Linux"),
    ("musllinux", "Linux with musl (Alpine)"),
    ("linux", "Linux"),
    ("ios", "iOS"),
    ("android", "Android"),
    ("pyodide", "browsers"),
)
_INTERPRETER = re.compile(r"(?:cp|py|pp)(\d)(\d+)?m?u?t?$")


def python_range(specifier: str) -> str:
    """Return ``Python 3.13 or later`` for ``>=3.13``, and the specifier where that is as plain."""
    if found := re.fullmatch(r">=([\d.]+)", specifier):
        return f"Python {found[1]} or later"
    if found := re.fullmatch(r"<([\d.]+)", specifier):
        return f"a Python before {found[1]}"
    if found := re.fullmatch(r"==([\d.]+?)(?:\.\*)?", specifier):
        return f"Python {found[1]}"
    return f"Python {specifier}"


def nearest_python(specifier: str, python: str) -> str:
    """Return the minor version nearest to `python` that meets a specifier; "" if none does."""
    try:
        allowed = SpecifierSet(specifier)
    except InvalidSpecifier:
        return ""
    return _nearest((minor for minor in _MINORS if _allows(allowed, minor)), python)


def _allows(allowed: SpecifierSet, minor: int) -> bool:
    # Any patch version will do: a limit may name one.
    return any(allowed.contains(f"3.{minor}.{patch}") for patch in (0, 9, 99))


def _nearest(minors: Iterable[int], python: str) -> str:
    digits = python.partition(".")[2].partition(".")[0]
    here = int(digits) if digits.isdigit() else max(_MINORS)
    best = min(minors, key=lambda minor: abs(minor - here), default=None)
    return "" if best is None else f"3.{best}"


def described_tags(tags: Sequence[str], python: str = "") -> tuple[str, str]:
    """Return what a wheel's tags are for, and the nearest Python if it is the Python that differs.

    uv names either the interpreters (``cp39``) or the platforms (``win_amd64``).
    """
    pythons = sorted({found for tag in tags if (found := _minor(tag)) is not None})
    if pythons:
        shown = [f"Python 3.{minor}" for minor in pythons]
        return _listed(shown), _nearest((each for each in pythons if each in _MINORS), python)
    systems = list(dict.fromkeys(name for tag in tags if (name := _system(tag))))
    return _listed(systems), ""


def deciding_tags(filenames: Iterable[str], platforms: Iterable[str]) -> list[str]:
    """Return the tags of wheels that say why none fits: platforms, if no other Python would help.

    Parameters
    ----------
    filenames
        The names of all files of a version.
    platforms
        The platform tags that fit the machine.
    """
    here = {"any", *platforms}
    tags = [tag for name in filenames for tag in _tags_of(name)]
    fitting = [tag.interpreter for tag in tags if tag.platform in here]
    return list(dict.fromkeys(fitting or [tag.platform for tag in tags]))


def _tags_of(filename: str) -> Iterable[Tag]:
    try:
        return sorted(parse_wheel_filename(filename)[3], key=str)
    except InvalidWheelFilename:  # a source distribution
        return ()


def _minor(tag: str) -> int | None:
    found = _INTERPRETER.match(tag)
    return int(found[2]) if found and found[1] == "3" and found[2] else None


def _system(tag: str) -> str:
    name = next((name for start, name in _SYSTEMS if tag.startswith(start)), "")
    machine = re.search(r"(x86_64|aarch64|arm64|amd64|i686|win32|ppc64le|s390x|armv7l)$", tag)
    return f"{name} ({machine[1]})" if name and machine and machine[1] != "win32" else name


def _listed(names: Sequence[str]) -> str:
    return (
        names[0]
        if len(names) == 1
        else ", ".join(names[:-1]) + f" and {names[-1]}"
        if names
        else ""
    )

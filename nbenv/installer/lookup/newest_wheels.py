"""Look up the newest wheels of names on this machine's own indexes, and what is in them.

The names are guesses, so each has a uv of its own: one that no index has fails alone. What uv does
here is what it does to install them, in the order of indexes that this machine has chosen, but that
nothing is built and no dependency is looked at.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from nbenv.installer.lookup.brief_uv import may_ask_index, run_briefly
from nbenv.installer.scratch_project import settings_arguments, write_project
from nbenv.installer.uv_config import tomllib

__all__ = ["Release", "newest_wheels", "unpacked"]

_PATIENCE, _MORE = 6.0, 0.1
"""Seconds that all of the index's answers may take, and how many more for each name."""
_LARGEST = 20_000_000
"""Bytes of a wheel that is worth a look."""


@dataclass(frozen=True)
class Release:
    """The newest release with a wheel, and the day of the first one ("" if no index says it)."""

    name: str
    version: str
    first_version: str
    first_day: str


def newest_wheels(
    names: Collection[str], python: str, folder: Path, before: str | None = None
) -> dict[str, Release]:
    """Return the newest releases with wheels of those names that this machine's indexes have.

    Parameters
    ----------
    names
        Normalised names.
    python
        The minor version of CPython, as ``"3.11"``, that the wheels are for.
    folder
        An empty folder to work in.
    before
        A day (``"2021-06-01"``) that they are at most as new as.

    Returns
    -------
    dict
        Empty where this machine may ask no index; a name whose answer takes too long is missing.
    """
    if not names or not may_ask_index():
        return {}
    deadline = time.monotonic() + _PATIENCE + _MORE * len(names)
    options = ["--exclude-newer", before] if before else []
    newest = _locked(names, python, folder / "newest", options, deadline=deadline)
    small = [name for name, package in newest.items() if _size(package) <= _LARGEST]
    options += ["--resolution", "lowest"]
    first = _locked(small, python, folder / "first", options, deadline=deadline)
    return {
        name: Release(
            name,
            str(newest[name].get("version")),
            str(first[name].get("version")),
            min(_days(first[name]), default=""),
        )
        for name in small
        if name in first
    }


def unpacked(releases: Iterable[Release], python: str, folder: Path) -> dict[str, Path]:
    """Unpack wheels; return for each name the folder with what it would install.

    The files come from uv's cache when they are installed later.
    """
    places = {each.name: (each, folder / each.name) for each in releases}
    for _, place in places.values():
        place.mkdir(parents=True)
    common = ["pip", "install", "--no-deps", "--no-build", "--python", sys.executable]
    commands = {
        name: (
            [*common, "--python-version", python, "--target", ".", f"{name}=={each.version}"],
            place,
        )
        for name, (each, place) in places.items()
    }
    done = run_briefly(commands, time.monotonic() + _PATIENCE + _MORE * len(commands))
    return {name: place for name, (_, place) in places.items() if name in done}


def _locked(
    names: Iterable[str], python: str, folder: Path, options: list[str], *, deadline: float
) -> dict[str, dict[str, object]]:
    """Lock each name in a project of its own; return uv's entries for them."""
    commands = {}
    for name in names:
        where = folder / name
        where.mkdir(parents=True)
        settings: dict[str, object] = {
            "dependency-metadata": [{"name": name, "requires-dist": []}],
            "environments": [f"python_version == '{python}'"],
        }
        project: dict[str, object] = {"requires-python": ">=3", "dependencies": [name]}
        write_project(where / "pyproject.toml", project, settings)
        arguments = ["lock", "--no-build", "--python", sys.executable, *options]
        commands[name] = ([*arguments, *settings_arguments(settings, where)], where)
    found = {}
    for name in run_briefly(commands, deadline):
        document = tomllib.loads((folder / name / "uv.lock").read_text(encoding="utf-8"))
        packages: list[dict[str, object]] = document.get("package", [])
        if package := next((each for each in packages if each["name"] == name), None):
            found[name] = package
    return found


def _size(package: dict[str, object]) -> int:
    """Return the size of the smallest wheel in bytes, 0 where it is not known."""
    sizes = (each.get("size", 0) for each in _files(package, "wheels"))
    return min((size for size in sizes if isinstance(size, int)), default=0)


def _days(package: dict[str, object]) -> list[str]:
    files = _files(package, "wheels") + _files(package, "sdist")
    return [str(each["upload-time"])[:10] for each in files if "upload-time" in each]


def _files(package: dict[str, object], kind: str) -> list[dict[str, object]]:
    found = package.get(kind, [])
    return found if isinstance(found, list) else [found]  # type: ignore[list-item]

"""Whether the files of an environment are all there, and nothing else, as ``RECORD`` lists them.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from nbenv.environments.environment import Environment, rows_of
from nbenv.home import paths

__all__ = ["IntegrityReport", "check_files", "find_altered"]

# What virtualenv, uv and we put into an environment; no distribution owns these.
_OWN = {"nbenv.json", "nbenv.kept", "CACHEDIR.TAG", ".lock", ".gitignore", "pyvenv.cfg"}
_OWN_BEGINNINGS = ("python", "activate", "deactivate", "pydoc", "_virtualenv.")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class IntegrityReport:
    """What a look at every file found.

    `broken` names the distributions of which a file is missing or has another size; `strays` are
    the files that belong to none, relative to the environment.
    """

    broken: frozenset[str] = frozenset()
    strays: frozenset[str] = frozenset()


class _Row(NamedTuple):
    """One file of a distribution: its real place, its digest as ``sha256=…``, its size."""

    path: str
    digest: str
    size: str


def check_files(environment: Environment) -> IntegrityReport:
    """Look at every file of an environment, reading no contents."""
    broken: set[str] = set()
    owned: set[str] = set()
    for folder in environment.dist_infos():
        rows = _rows(folder)
        owned.update(row.path for row in rows)
        if not _is_complete(folder, rows):
            broken.add(environment.name_of(folder))
    root = os.path.join(str(environment.path), "")
    strays = {path.removeprefix(root) for path in _files(root)} - {
        path.removeprefix(root) for path in owned
    }
    return IntegrityReport(
        frozenset(broken), frozenset(path for path in strays if not _is_own(path))
    )


def find_altered(environment: Environment, names: Iterable[str]) -> list[str]:
    """Return which of these distributions have files that are not what their ``RECORD`` says.

    Files that the installer links from its cache are read once, and again when they changed.
    """
    wanted = set(names)
    return sorted(
        name
        for folder in environment.dist_infos()
        if (name := environment.name_of(folder)) in wanted and not _is_genuine(folder)
    )


def _rows(dist_info: Path) -> list[_Row]:
    base = os.path.join(str(dist_info.parent), "")
    return [
        _Row(_normal(base + row[0]), row[1], row[2])
        for row in rows_of(dist_info)
        if len(row) == 3 and not row[0].endswith(".pyc")
    ]


def _normal(path: str) -> str:
    """Return a path as the system writes it; most are, and the check is fast."""
    plain = os.sep == "/" and not any(each in path for each in ("/../", "/./", "//"))
    return path if plain else os.path.normpath(path)


def _is_complete(dist_info: Path, rows: list[_Row]) -> bool:
    return (
        bool(rows)
        and (dist_info / "METADATA").exists()
        and all(_has_size(row.path, row.size) for row in rows)
    )


def _has_size(path: str, size: str) -> bool:
    try:
        found = os.stat(path).st_size
    except (OSError, ValueError):  # the second: a path that no system takes
        return False
    return not size.isdigit() or found == int(size)


def _is_genuine(dist_info: Path) -> bool:
    rows = _rows(dist_info)
    if not _is_complete(dist_info, rows):
        return False
    base, own = os.path.join(str(dist_info.parent), ""), os.path.join(str(dist_info), "")
    linked = [row for row in rows if row.path.startswith(base) and not row.path.startswith(own)]
    if not all(_has_digest(row) for row in set(rows).difference(linked)):
        return False
    checked = _checked_path(dist_info)
    seen = {"files": _identity(linked, base)}
    if paths.read_json(checked) == seen:
        return True
    if not all(_has_digest(row) for row in linked):
        return False
    with contextlib.suppress(OSError):  # then they are read again the next time
        paths.write_json(checked, seen)
    return True


def _checked_path(dist_info: Path) -> str:
    python = dist_info.parent.parent.name
    return os.path.join(paths.home(), "checked", f"{python}-{dist_info.name}.json")


def _identity(rows: Iterable[_Row], base: str) -> str:
    """Return a digest of which files these are, and when each was last written to."""
    digest = hashlib.blake2b(digest_size=16)
    for row in rows:
        found = os.stat(row.path)
        told = (row.path.removeprefix(base), row.digest, found.st_dev, found.st_ino)
        digest.update(repr((*told, found.st_mtime_ns, found.st_size)).encode())
    return digest.hexdigest()


def _has_digest(row: _Row) -> bool:
    kind, equals, wanted = row.digest.partition("=")
    if not equals or kind not in hashlib.algorithms_guaranteed:
        return True
    digest = hashlib.new(kind)
    try:
        with open(row.path, "rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return False
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode() == wanted.rstrip("=")


def _files(folder: str) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (os.path.join(base, name) for name in names)


def _is_own(path: str) -> bool:
    name = os.path.basename(path)
    return path in _OWN or name.startswith(_OWN_BEGINNINGS) or name.endswith(".pyc")

"""Compare the files of an environment with what each distribution's ``RECORD`` lists.

The format: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
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

from nbenv.environments.environment import Environment, rows_of, size_in
from nbenv.environments.ownership import SIGN
from nbenv.home import paths

__all__ = ["IntegrityReport", "check_files", "find_altered"]

# Files of virtualenv, uv and nbenv: no distribution owns them.
_OWN = {SIGN, "nbenv.json", "nbenv.kept", "CACHEDIR.TAG", ".lock", ".gitignore", "pyvenv.cfg"}
_OWN_BEGINNINGS = ("python", "activate", "deactivate", "pydoc", "_virtualenv.")
_CHUNK = 1 << 20
"""Bytes that are read at a time."""


@dataclass(frozen=True)
class IntegrityReport:
    """The result of a check of every file.

    `broken` names the distributions of which a file is missing or has another size; `strays` are
    the files that belong to no distribution, relative to the environment.
    """

    broken: frozenset[str] = frozenset()
    strays: frozenset[str] = frozenset()


class _Row(NamedTuple):
    """One file of a distribution: its full path, its digest as ``sha256=…``, its size in bytes."""

    path: str
    digest: str
    size: str


def check_files(environment: Environment) -> IntegrityReport:
    """Check the presence and the size of every file of an environment, reading none."""
    broken: set[str] = set()
    owned: set[str] = set()
    for folder in environment.dist_infos():
        rows = _rows(folder)
        owned.update(row.path for row in rows)
        if not _is_complete(folder, rows):
            broken.add(environment.name_of(folder))
    root = os.path.join(str(environment.path), "")
    strays = {path.removeprefix(root) for path in _files_below(root)} - {
        path.removeprefix(root) for path in owned
    }
    return IntegrityReport(
        frozenset(broken), frozenset(path for path in strays if not _is_own(path))
    )


def find_altered(
    environment: Environment, names: Iterable[str], remember: bool = True
) -> list[str]:
    """Return the distributions, of these names, whose files do not match their ``RECORD``.

    The installer links files from its cache, so many environments share one. A file is hashed again
    only when its status changed since, which no program can set back: a new link changes it too, as
    does a write that restores the file's size and time. `remember` says whether to note which
    files matched, below ``NBENV_HOME``; questions that must write nothing turn it off.
    """
    wanted = set(names)
    return sorted(
        name
        for folder in environment.dist_infos()
        if (name := environment.name_of(folder)) in wanted and not _is_genuine(folder, remember)
    )


def _rows(dist_info: Path) -> list[_Row]:
    base = os.path.join(str(dist_info.parent), "")
    return [
        _Row(_normal(base + row[0]), row[1], row[2])
        for row in rows_of(dist_info)
        if len(row) == 3 and not row[0].endswith(".pyc")
    ]


def _normal(path: str) -> str:
    """Return a path as the system writes it; `normpath` only where needed, as it is slow."""
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
    except (OSError, ValueError):  # the latter: a path with a null character
        return False
    wanted = size_in(size)
    return found == wanted if wanted is not None else not size.isdigit()


def _is_genuine(dist_info: Path, remember: bool) -> bool:
    """Return whether each file of a distribution has the digest that ``RECORD`` gives it."""
    rows = _rows(dist_info)
    if not _is_complete(dist_info, rows):
        return False
    base, own = os.path.join(str(dist_info.parent), ""), os.path.join(str(dist_info), "")
    # Scripts and metadata are written anew for each environment; what is left is linked.
    linked = [row for row in rows if row.path.startswith(base) and not row.path.startswith(own)]
    if not all(_has_digest(row) for row in set(rows).difference(linked)):
        return False
    checked = _checked_path(dist_info)
    identity = {"files": _identity(linked, base)}
    if paths.read_json(checked) == identity:
        return True
    if not all(_has_digest(row) for row in linked):
        return False
    if remember:
        with contextlib.suppress(OSError):  # a full disk: they are hashed again the next time
            paths.write_json(checked, identity)
    return True


def _checked_path(dist_info: Path) -> str:
    """Return the file that remembers which files of a distribution matched."""
    python = dist_info.parent.parent.name
    return os.path.join(paths.home(), "checked", f"{python}-{dist_info.name}.json")


def _identity(rows: Iterable[_Row], base: str) -> str:
    """Return a digest of which files these are, and when each one's status last changed."""
    digest = hashlib.blake2b(digest_size=16)
    for row in rows:
        found = os.stat(row.path)
        named = (row.path.removeprefix(base), row.digest)
        times = (found.st_mtime_ns, found.st_ctime_ns)
        facts = (found.st_dev, found.st_ino, *times, found.st_size)
        digest.update(repr((*named, *facts)).encode())
    return digest.hexdigest()


def _has_digest(row: _Row) -> bool:
    """Return whether a file has the digest of its row; True for a row without one."""
    kind, equals, wanted = row.digest.partition("=")
    if not equals or kind not in hashlib.algorithms_guaranteed:
        return True
    digest = hashlib.new(kind)
    try:
        descriptor = os.open(row.path, os.O_RDONLY)  # most files are small: `open` takes longer
        most = min(_CHUNK, (size_in(row.size) or _CHUNK) + 1)
        try:
            while chunk := os.read(descriptor, most):
                digest.update(chunk)
        finally:
            os.close(descriptor)
    except OSError:
        return False
    return base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode() == wanted.rstrip("=")


def _files_below(folder: str) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (os.path.join(base, name) for name in names)


def _is_own(path: str) -> bool:
    name = os.path.basename(path)
    return path in _OWN or name.startswith(_OWN_BEGINNINGS) or name.endswith(".pyc")

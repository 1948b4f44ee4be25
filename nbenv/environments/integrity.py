"""Compare the files of an environment with what each distribution's ``RECORD`` lists.

The format: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbenv.environments.digests import SEAL, FileRow, Memory, has_digest, has_size
from nbenv.environments.environment import Environment
from nbenv.environments.installed.dist_info import rows_of, size_in
from nbenv.environments.ownership import SIGN
from nbenv.environments.pip.pip_journal import JOURNAL
from nbenv.environments.pip.pip_shims import FINDER, SCRIPTS, STARTUP

__all__ = ["IntegrityReport", "check_files", "find_altered", "find_edited"]

# Files of virtualenv, uv and nbenv: no distribution owns them.
_OWN = {
    SIGN,
    JOURNAL,
    "nbenv.json",
    "nbenv.kept",
    "CACHEDIR.TAG",
    ".lock",
    ".gitignore",
    "pyvenv.cfg",
}
_OWN_BEGINNINGS = ("python", "activate", "deactivate", "pydoc", "_virtualenv.", f"{FINDER}.")
_Check = Callable[[Memory, list[FileRow], list[FileRow]], bool]
"""A check of the small and the large files that a distribution's installer linked."""


@dataclass(frozen=True)
class IntegrityReport:
    """The result of a check of every file.

    `broken` names the distributions of which a file is missing or has another size; `strays` are
    the files that belong to no distribution, relative to the environment.
    """

    broken: frozenset[str] = frozenset()
    strays: frozenset[str] = frozenset()


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


def find_altered(environment: Environment, names: Iterable[str]) -> list[str]:
    """Return the distributions, of these names, that the installer did not install as published.

    The installer links files from its cache, where an edit in place of another environment's files
    arrives as well. Small files are read each time. Of large ones it is enough that the same file
    matched before and has its size and time: it was just linked, which changes its status.
    """

    def is_genuine(memory: Memory, small: list[FileRow], large: list[FileRow]) -> bool:
        return all(map(has_digest, small)) and memory.match("seen", large, status=False)

    return _failing(environment, set(names), is_genuine)


def find_edited(environment: Environment, large: bool = True) -> list[str]:
    """Return the distributions of which a file is not as published, also if only its content is.

    A file is read again only when its status changed since it matched.

    Parameters
    ----------
    environment
        The environment.
    large
        Whether this counts for large files too; otherwise their size and time are enough.
    """

    def is_genuine(memory: Memory, small: list[FileRow], other: list[FileRow]) -> bool:
        kind = "large" if large else "seen"
        return (
            memory.match("small", small, status=True)
            and memory.match(kind, other, status=large)
            and memory.match("compiled", _compiled(small), status=True)
        )

    return _failing(environment, None, is_genuine)


def _compiled(rows: Iterable[FileRow]) -> list[FileRow]:
    """Return the compiled modules of these files, which ``RECORD`` does not list."""
    sources = {row.path for row in rows if row.path.endswith(".py")}
    found = []
    for folder in sorted({os.path.dirname(path) for path in sources}):
        cache = os.path.join(folder, "__pycache__")
        with contextlib.suppress(OSError, ValueError):
            for name in sorted(os.listdir(cache)):  # the top one holds those of many packages
                source = os.path.join(folder, f"{name.split('.')[0]}.py")
                if name.endswith(".pyc") and source in sources:
                    found.append(FileRow(os.path.join(cache, name), SEAL, None))
    return found


def _failing(environment: Environment, names: set[str] | None, is_genuine: _Check) -> list[str]:
    """Return the distributions, of these names or all, that a check finds wrong."""
    named = [(environment.name_of(folder), folder) for folder in environment.dist_infos()]
    return sorted(
        name
        for name, folder in named
        if (names is None or name in names) and not _is_whole(folder, is_genuine)
    )


def _rows(dist_info: Path) -> list[FileRow]:
    base = os.path.join(os.path.normpath(dist_info.parent), "")
    return [
        FileRow(_joined(base, row[0]), row[1], _size(row[2]))
        for row in rows_of(dist_info)
        if len(row) == 3 and not row[0].endswith(".pyc")
    ]


def _size(text: str) -> int | None:
    """Return a size of ``RECORD``; None for none, and -1 for a number that no size is."""
    found = size_in(text)
    return -1 if found is None and text.isdigit() else found


def _joined(base: str, path: str) -> str:
    """Return a path below a folder as the system writes it; `normpath` is slow, so seldom used."""
    is_plain = os.sep == "/" and not path.startswith((".", "/"))
    if is_plain and "/." not in path and "//" not in path:
        return base + path
    return os.path.normpath(base + path)


def _is_complete(dist_info: Path, rows: list[FileRow]) -> bool:
    return bool(rows) and (dist_info / "METADATA").exists() and all(map(has_size, rows))


def _is_whole(dist_info: Path, is_genuine: _Check) -> bool:
    """Return whether each file of a distribution is as ``RECORD`` says; the check is of most."""
    rows = _rows(dist_info)
    if not rows or not (dist_info / "METADATA").exists():
        return False
    base, own = os.path.join(str(dist_info.parent), ""), os.path.join(str(dist_info), "")
    written: list[FileRow] = []
    small: list[FileRow] = []
    large: list[FileRow] = []
    for row in rows:
        # Scripts and metadata are written anew for each environment; what is left is linked.
        if not row.path.startswith(base) or row.path.startswith(own):
            written.append(row)
        else:
            (large if row.is_large else small).append(row)
    return all(map(has_digest, written)) and is_genuine(Memory(dist_info), small, large)


def _files_below(folder: str) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (os.path.join(base, name) for name in names)


def _is_own(path: str) -> bool:
    name = os.path.basename(path)
    if path == STARTUP or path.startswith(os.path.join(SCRIPTS, "")):
        return True
    return path in _OWN or name.startswith(_OWN_BEGINNINGS) or name.endswith(".pyc")

"""Digests of installed files, and a memory of those that matched.

The installer links files from its cache, so that many environments share one, and an edit in place
reaches them all. To read every file each time would be too slow; so it is remembered which files
matched, by what an edit changes.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nbenv.environments import seal
from nbenv.home import paths, private_files

__all__ = ["LARGE", "SEAL", "FileRow", "Memory", "has_digest", "has_size"]

LARGE = 64 * 1024
"""Bytes from which on a file that is no Python source counts as large: reading it takes long."""
SEAL = "seal"
"""In place of a digest, for a file with its digest in itself (`nbenv.environments.seal`)."""
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_CHUNK = 1 << 20
"""Bytes that are read at a time."""
_REMEMBERED = 32
"""Sets of files of one distribution that are remembered; most environments share one set, but where
the installer clones files, each has its own."""


class FileRow(NamedTuple):
    """One file of a distribution.

    Its full path, its digest as ``sha256=…`` ("" for none), and its size in bytes: None if
    ``RECORD`` does not give it, -1 if that is no size.
    """

    path: str
    digest: str
    size: int | None

    @property
    def is_large(self) -> bool:
        """Whether the file is large, by what ``RECORD`` says."""
        return self.size is not None and self.size >= LARGE and not self.path.endswith(".py")


class Memory:
    """The files of one distribution that matched their digests, kept below ``NBENV_HOME``.

    Parameters
    ----------
    dist_info
        The distribution's ``.dist-info`` folder.
    """

    def __init__(self, dist_info: Path) -> None:
        self._base = os.path.join(str(dist_info.parent), "")
        python = dist_info.parent.parent.name
        self._path = os.path.join(paths.home(), "checked", f"{python}-{dist_info.name}.json")
        self._known: dict[str, list[str]] | None = None

    def match(self, kind: str, rows: Sequence[FileRow], status: bool) -> bool:
        """Return whether files have their digests; read them only if that is not remembered.

        Parameters
        ----------
        kind
            The name of this group of files.
        rows
            The files.
        status
            Whether a changed status makes a file unknown (the ``ctime``, which no program can set
            back): so does a write that restores the file's size and time, and a new link, too.
        """
        if not rows:
            return True
        try:
            identity = self._identity(rows, status)  # before they are read: an edit meanwhile shows
        except (OSError, ValueError):  # one is missing, or cannot exist
            return False
        if identity in self._read().get(kind, ()):
            return True
        if not all(map(has_digest, rows)):
            return False
        self._add(kind, identity)
        return True

    def _identity(self, rows: Iterable[FileRow], status: bool) -> str:
        """Return a digest of which files these are, and when each was last written or changed."""
        facts = "\n".join(self._facts(rows, status)).encode()
        return hashlib.blake2b(facts, digest_size=16).hexdigest()

    def _facts(self, rows: Iterable[FileRow], status: bool) -> Iterator[str]:
        start = len(self._base)
        for path, digest, size in rows:
            found = os.stat(path)
            changed = found.st_ctime_ns if status else ""
            # A clone, as uv makes on macOS, has the time of the file in the cache, but is a file of
            # its own: with its number, each environment would have to read what is the same in all.
            number = found.st_ino if status or found.st_nlink > 1 else ""
            yield (
                f"{path[start:]!r} {digest!r} {size!r} {found.st_dev} {number} "
                f"{found.st_size} {found.st_mtime_ns} {changed}"
            )

    def _read(self) -> dict[str, list[str]]:
        if self._known is None:
            found = paths.read_json(self._path) or {}
            self._known = {kind: each for kind, each in found.items() if isinstance(each, list)}
        return self._known

    def _add(self, kind: str, identity: str) -> None:
        known = self._read()
        known[kind] = [*known.get(kind, ()), identity][-_REMEMBERED:]
        with contextlib.suppress(OSError):  # a full disk: they are read again the next time
            private_files.write_json(self._path, known)


def has_size(row: FileRow) -> bool:
    """Return whether a file is there and has the size of its row; any, for a row without one."""
    try:
        found = os.stat(row.path).st_size
    except (OSError, ValueError):  # the latter: a path with a null character
        return False
    return row.size is None or found == row.size


def has_digest(row: FileRow) -> bool:
    """Return whether a file has the digest and the size of its row, as far as that gives them."""
    path, digest, size = row
    kind, equals, wanted = digest.partition("=")
    if digest == SEAL:
        return _is_as_sealed(path)
    if not equals or kind not in hashlib.algorithms_guaranteed:
        return has_size(row)
    try:
        total, found = _digest(path, kind, _CHUNK if size is None else min(size + 1, _CHUNK))
    except (OSError, ValueError):
        return False
    return (size is None or total == size) and found == wanted.rstrip("=")


def _digest(path: str, kind: str, most: int) -> tuple[int, str]:
    """Return the size of a file, and its digest as ``RECORD`` writes it; read `most` at a time."""
    descriptor = os.open(path, _READ)  # thousands of small files: `open` takes twice as long
    try:
        chunk = os.read(descriptor, most)
        digest = hashlib.sha256(chunk) if kind == "sha256" else hashlib.new(kind, chunk)
        total = len(chunk)
        while chunk and (len(chunk) == most or most == _CHUNK):  # or this was all
            chunk = os.read(descriptor, most)
            digest.update(chunk)
            total += len(chunk)
    finally:
        os.close(descriptor)
    return total, base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")


def _is_as_sealed(path: str) -> bool:
    """Return whether a file is intact; one that is not linked may be without a seal."""
    try:
        with open(path, "rb", buffering=0) as file:
            is_private = os.fstat(file.fileno()).st_nlink == 1
            content = file.read()
    except (OSError, ValueError):
        return False
    return seal.is_intact(content) or (is_private and not seal.is_sealed(content))

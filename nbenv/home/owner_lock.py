"""Locks for file systems without ``flock``, as some network drives: a file that names its owner.

The file of a process that ended is taken over. Of a process on another machine nobody here knows
whether it runs: its owner touches the file from time to time, and a file that nobody touches for a
minute is taken over as well.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
import time
from collections.abc import Iterator

from nbenv.home.process_identity import ProcessIdentity

__all__ = ["has_owner", "is_unsupported", "owned"]

_UNSUPPORTED = {
    getattr(errno, name)
    for name in ("ENOLCK", "ENOSYS", "ENOTSUP", "EOPNOTSUPP")
    if hasattr(errno, name)
}
_LOOK = 0.1
"""Seconds between looks whether the owner is done."""
_BEAT = 5.0
"""Seconds between two touches by the owner."""
_SILENCE = 60.0
"""Seconds without a touch after which a process on another machine counts as ended."""

_FORGOTTEN = 300.0
"""The same for a look, which knows only the clocks of two machines that may differ."""


def is_unsupported(error: OSError) -> bool:
    """Return whether an error of ``flock`` says that the file system has no such locks."""
    return error.errno in _UNSUPPORTED


def has_owner(path: str) -> bool:
    """Return whether a process that may be running owns the lock file at `path`."""
    try:
        owner, touched = _read(path), os.stat(path).st_mtime
    except OSError:
        return False
    if owner and owner.is_here:
        return owner.is_running
    return abs(time.time() - touched) < _FORGOTTEN


@contextlib.contextmanager
def owned(path: str) -> Iterator[None]:
    """Wait until the lock file at `path` has no owner, then own it.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    _acquire(path)
    done = threading.Event()
    beating = threading.Thread(target=_beat, args=(path, done), daemon=True)
    beating.start()
    try:
        yield
    finally:
        done.set()
        beating.join()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _acquire(path: str) -> None:
    silence = _Silence(path)
    while not _create(path):
        try:
            owner, found = _read(path), os.stat(path)
        except OSError:  # released since
            continue
        is_over = owner.is_dead if owner and owner.is_here else silence.is_long()
        if is_over:
            _take_away(path, owner, found)
        else:
            time.sleep(_LOOK)


def _create(path: str) -> bool:
    """Create the lock file in the name of this process; return False if there is one."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump(ProcessIdentity.own().to_dict(), file)
    return True


def _read(path: str) -> ProcessIdentity | None:
    """Return the owner that a lock file names; None while it is being written, or if damaged."""
    with open(path, encoding="utf-8", errors="replace") as file:
        try:
            return ProcessIdentity.from_dict(json.load(file))
        except (ValueError, RecursionError):
            return None


def _take_away(path: str, owner: ProcessIdentity | None, found: os.stat_result) -> None:
    """Remove the lock file of a process that ended, unless another process did so before.

    Between a look at the file and its removal it could become that of another owner. So whoever
    removes it has a lock for just this owner's file.
    """
    turn = f"{path}.{owner.token() if owner else 'unknown'}.owner"
    _acquire(turn)
    try:
        now = os.stat(path)
        is_same = (now.st_ino, now.st_mtime_ns) == (found.st_ino, found.st_mtime_ns)
        if is_same and _token(_read(path)) == _token(owner):
            os.unlink(path)
    except OSError:  # it is gone
        pass
    finally:
        with contextlib.suppress(OSError):
            os.unlink(turn)


def _token(owner: ProcessIdentity | None) -> str:
    return owner.token() if owner else ""


def _beat(path: str, done: threading.Event) -> None:
    while not done.wait(_BEAT):
        with contextlib.suppress(OSError):
            os.utime(path)


class _Silence:
    """The time in which a file was not touched, by this machine's clock alone."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen: int | None = None
        self._since = time.monotonic()

    def is_long(self) -> bool:
        """Return whether nothing touched the file for a minute while this looked at it."""
        try:
            now = os.stat(self._path).st_mtime_ns
        except OSError:
            return False
        if now != self._seen:
            self._seen, self._since = now, time.monotonic()
        return time.monotonic() - self._since > _SILENCE

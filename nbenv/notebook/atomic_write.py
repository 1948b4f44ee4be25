"""Replace a file atomically: a reader sees the old content or the new, never a part of either."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator

__all__ = ["replace_file"]

_SUFFIX = ".nbenv"


def replace_file(path: str, data: bytes) -> None:
    """Replace the content of an existing file, keeping its mode and a symbolic link to it.

    Raises
    ------
    OSError
        It could not be written; the file is unchanged.
    """
    real = os.path.realpath(path)
    mode = stat.S_IMODE(os.stat(real).st_mode)
    # A rename needs only a writable folder, and root may write anything: so the mode is looked at.
    if not (mode & 0o222 and os.access(real, os.W_OK)):
        raise PermissionError(13, "It is read-only")
    folder, name = os.path.split(real)
    beginning = f".{name[:40]}."
    _remove_leftovers(folder, beginning)
    scratch = os.path.join(folder, f"{beginning}{os.urandom(6).hex()}{_SUFFIX}")
    try:
        with _new_locked(scratch, mode) as descriptor:
            _write(descriptor, data)
            # Renamed while locked: another writer would take it for a leftover. Windows has neither
            # such locks nor a way to rename an open file.
            if sys.platform != "win32":
                os.replace(scratch, real)
        if sys.platform == "win32":
            os.replace(scratch, real)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(scratch)
        raise


@contextlib.contextmanager
def _new_locked(scratch: str, mode: int) -> Iterator[int]:
    """Create a file and lock it: the lock ends with this process, so a leftover has none."""
    descriptor = os.open(scratch, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
    try:
        _lock(descriptor)
        os.chmod(scratch, mode)
        yield descriptor
    finally:
        os.close(descriptor)


def _write(descriptor: int, data: bytes) -> None:
    with open(descriptor, "wb", closefd=False) as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)  # before the rename, or a power cut could leave an empty notebook


def _lock(descriptor: int) -> bool:
    """Lock a file without waiting; return whether that worked, False where there are no locks."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove_leftovers(folder: str, beginning: str) -> None:
    """Remove the scratch files of writers that were killed."""
    for name in os.listdir(folder):
        if name.startswith(beginning) and name.endswith(_SUFFIX):
            with contextlib.suppress(OSError):
                _remove_if_unlocked(os.path.join(folder, name))


def _remove_if_unlocked(path: str) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        if _lock(descriptor):
            os.unlink(path)
    finally:
        os.close(descriptor)

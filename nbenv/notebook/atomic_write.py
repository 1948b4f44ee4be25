"""Replace a file as a whole: whoever reads it sees the old content or the new, never a part."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator

__all__ = ["replace_file"]

_SUFFIX = ".nbenv"


def replace_file(path: str, data: bytes) -> None:
    """Write `data` to a file that is there; raise `OSError`, the file being as it was."""
    real = os.path.realpath(path)  # a symbolic link stays one
    mode = stat.S_IMODE(os.stat(real).st_mode)
    if not (mode & 0o222 and os.access(real, os.W_OK)):
        raise PermissionError(13, "It is read-only")
    folder, name = os.path.split(real)
    beginning = f".{name[:40]}."
    _sweep(folder, beginning)
    scratch = os.path.join(folder, f"{beginning}{os.urandom(6).hex()}{_SUFFIX}")
    try:
        with _held(scratch, mode) as descriptor:
            _write(descriptor, data)
            if sys.platform != "win32":  # there an open file cannot be moved
                os.replace(scratch, real)
        if sys.platform == "win32":
            os.replace(scratch, real)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(scratch)
        raise


@contextlib.contextmanager
def _held(scratch: str, mode: int) -> Iterator[int]:
    """Make a file and hold its lock, by which it is told from what a killed process left."""
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
        os.fsync(descriptor)


def _lock(descriptor: int) -> bool:
    """Whether the file is ours alone now; False where that cannot be known."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sweep(folder: str, beginning: str) -> None:
    """Remove what earlier writers left when they were killed."""
    for name in os.listdir(folder):
        if name.startswith(beginning) and name.endswith(_SUFFIX):
            with contextlib.suppress(OSError):
                _remove_abandoned(os.path.join(folder, name))


def _remove_abandoned(path: str) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        if _lock(descriptor):
            os.unlink(path)
    finally:
        os.close(descriptor)

"""Exchange two files of a folder, and notice who is still writing one.

A rename discards what it replaces, unseen. After an exchange the replaced file is still there and
can be compared with what was read, so no save is lost, however late it came. Linux exchanges in one
step (renameat2(2), RENAME_EXCHANGE); elsewhere, and on filesystems without it, a second name keeps
the replaced file, and only a program that renames its own file into place within the same
microseconds can be missed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys

from nbenv.home import held_files

__all__ = ["is_being_written", "swap"]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_TRIES = 20


def swap(scratch: str, path: str, spare: str) -> bool:
    """Exchange two files; return whether `scratch` is what `path` was, False if that is gone.

    Parameters
    ----------
    scratch, path
        The two files, in one folder.
    spare
        A free name in the same folder, needed where the system cannot exchange files.

    Raises
    ------
    OSError
        One of them is missing, or could not be renamed; then neither was.
    """
    if _exchange(scratch, path):
        return True
    try:
        _link(path, spare)
    except FileNotFoundError:
        raise
    except OSError:  # a filesystem without hard links
        held_files.replace(scratch, path)
        return False
    try:
        held_files.replace(scratch, path)
    except BaseException:
        held_files.unlink(spare)
        raise
    held_files.replace(spare, scratch)
    return True


def _link(path: str, spare: str) -> None:
    """Give a file a second name, again if it was replaced just then: Linux says that it is gone."""
    for _ in range(_TRIES):
        with contextlib.suppress(FileNotFoundError):
            return os.link(path, spare)
    return os.link(path, spare)


def is_being_written(path: str) -> bool:
    """Return whether a program has the file open for writing; False where that is unknown.

    A read lease (fcntl(2), F_SETLEASE) is refused for such a file. It is given back at once.
    """
    if sys.platform != "linux":
        return False
    import errno
    import fcntl

    descriptor = os.open(path, os.O_RDONLY)
    try:
        # Should somebody open it within these microseconds: this signal is ignored, SIGIO kills.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    else:
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False
    finally:
        os.close(descriptor)


def _exchange(one: str, other: str) -> bool:
    """Exchange two files in one step; return False where that is impossible."""
    if sys.platform != "linux":
        return False
    import ctypes

    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    names = os.fsencode(one), os.fsencode(other)
    failed: int = rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    return not failed

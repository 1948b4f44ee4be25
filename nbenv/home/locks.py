"""Locks that let one process at a time change an environment."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from filelock import BaseFileLock, FileLock, Timeout

from nbenv.errors import BrokenEnvironmentError
from nbenv.home import paths

__all__ = ["is_locked", "locked", "unwritable"]


@contextlib.contextmanager
def locked(identifier: str) -> Iterator[None]:
    """Wait until no other process changes an environment, then keep others out.

    Raises
    ------
    BrokenEnvironmentError
        The lock file cannot be written.
    """
    lock = _lock(identifier)
    try:
        lock.acquire()
        _let_children_hold(lock)
    except OSError as error:
        raise unwritable(error) from None
    try:
        yield
    finally:
        lock.release()


def is_locked(identifier: str) -> bool:
    """Return whether a change of the environment is under way."""
    if not os.path.exists(_lock_path(identifier)):
        return False  # every change creates this file first
    lock = _lock(identifier)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError as error:
        raise unwritable(error) from None
    lock.release()
    return False


def _lock(identifier: str) -> FileLock:
    path = _lock_path(identifier)
    try:
        paths.make_private(os.path.dirname(path))
    except OSError as error:
        raise unwritable(error) from None
    return FileLock(path, mode=0o600)


def _lock_path(identifier: str) -> str:
    return os.path.join(paths.home(), "locks", identifier + ".lock")


def _let_children_hold(lock: BaseFileLock) -> None:
    """Let the processes that a change starts inherit its lock.

    ``flock`` is released when the last copy of the descriptor is closed. So if a change is killed
    while its installer runs on, the next change waits for that instead of writing beside it.
    """
    descriptor = lock._context.lock_file_fd  # filelock has no public name for it
    if descriptor is not None:
        os.set_inheritable(descriptor, True)


def unwritable(error: OSError) -> BrokenEnvironmentError:
    """Return the error for a home that cannot be written."""
    return BrokenEnvironmentError(
        f"nbenv cannot write to its folder {paths.home()}.",
        f"{error.strerror or error}.",
        "Free some disk space or make the folder writable, or set NBENV_HOME to another one.",
    )

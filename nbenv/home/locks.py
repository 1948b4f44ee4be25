"""One change of an environment at a time, across processes."""

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
    """Hold an environment for one change, when other changes of it have ended."""
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
    """Whether a change of the environment is under way."""
    if not os.path.exists(_lock_path(identifier)):
        return False  # whoever changes it makes this file first
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
    """Let the processes that a change starts keep its lock, also when the change itself is killed.

    Otherwise the next change would begin while an orphaned installer still writes.
    """
    descriptor = lock._context.lock_file_fd  # no public name for it
    if descriptor is not None:
        os.set_inheritable(descriptor, True)


def unwritable(error: OSError) -> BrokenEnvironmentError:
    return BrokenEnvironmentError(
        f"nbenv cannot write to its folder {paths.home()}.",
        f"{error.strerror or error}.",
        "Make room or make it writable, or choose another folder with NBENV_HOME.",
    )

"""Locks that let one process at a time change an environment."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from filelock import BaseFileLock, FileLock, Timeout

from nbenv.errors import BrokenEnvironmentError
from nbenv.home import owner_lock, paths, private_files
from nbenv.home.process_identity import ProcessIdentity

__all__ = ["is_changing", "is_locked", "locked", "unwritable"]


@contextlib.contextmanager
def locked(identifier: str) -> Iterator[None]:
    """Wait until no other process changes an environment, then keep others out.

    Raises
    ------
    BrokenEnvironmentError
        The lock file cannot be written.
    """
    with contextlib.ExitStack() as held:
        try:
            _acquire(identifier, held)
        except OSError as error:
            raise unwritable(error) from None
        yield


def _acquire(identifier: str, held: contextlib.ExitStack) -> None:
    """Acquire a lock, and leave to `held` to release it."""
    lock = _lock(identifier)
    try:
        _check_flock(lock.lock_file)
        lock.acquire()
    except OSError as error:
        if not owner_lock.is_unsupported(error):
            raise
        held.enter_context(owner_lock.owned(_owner_path(identifier)))
        return
    held.callback(lock.release)
    _let_children_hold(lock)


def is_locked(identifier: str) -> bool:
    """Return whether a change of the environment is under way."""
    if not os.path.exists(_lock_path(identifier)):
        return False  # every change creates this file first
    lock = _lock(identifier)
    try:
        _check_flock(lock.lock_file)
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError as error:
        if owner_lock.is_unsupported(error):
            return owner_lock.has_owner(_owner_path(identifier))
        raise unwritable(error) from None
    lock.release()
    return False


def is_changing(notebook_key: str) -> bool:
    """Return whether a notebook's environment is being changed, by whatever process.

    A server announces what it begins; before long, the process that it started has the lock.
    """
    server = ProcessIdentity.from_dict(paths.read_json(paths.begun_path(notebook_key)))
    if server is not None and server.is_running:
        return True
    state = paths.read_json(paths.state_path(notebook_key)) or {}
    identifier = state.get("environment")
    return isinstance(identifier, str) and is_locked(identifier)


def _lock(identifier: str) -> FileLock:
    path = _lock_path(identifier)
    try:
        private_files.make_private(os.path.dirname(path))
    except OSError as error:
        raise unwritable(error) from None
    return FileLock(path, mode=0o600)


def _check_flock(path: str) -> None:
    """Raise where the system call is missing: `filelock` would warn, or raise another error."""
    if sys.platform == "win32":
        return
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # which this descriptor has not: nothing changes
    finally:
        os.close(descriptor)


def _lock_path(identifier: str) -> str:
    return os.path.join(paths.home(), "locks", identifier + ".lock")


def _owner_path(identifier: str) -> str:
    return os.path.join(paths.home(), "locks", identifier + ".owner")


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

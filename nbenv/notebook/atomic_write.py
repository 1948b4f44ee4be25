"""Replace a file atomically, and never a content that another program saved meanwhile.

A reader sees the old content or the new one, never a part of either.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator

from nbenv.home import held_files
from nbenv.notebook.swap import is_being_written, swap

__all__ = ["replace_file", "update_file"]

_SUFFIX = ".nbenv"
_PATIENCE = 60.0
"""Seconds that an update tries again while others keep saving the file."""
_LOCK_PATIENCE = 5.0
_MOMENT = 0.3
"""Seconds without a change after which a file is taken to be written completely."""
_STEP = 0.02
_SWAPS = 8


def update_file(path: str, edit: Callable[[bytes], bytes]) -> bool:
    """Replace a file's content by an edited one, and never a content that was not edited.

    Parameters
    ----------
    path
        An existing file. Its mode, and a symbolic link to it, are kept.
    edit
        Returns the new content. It is called again with the newer content if another program saves
        the file meanwhile, and again a moment later if it fails while the file is being written.

    Returns
    -------
    bool
        Whether the content changed.

    Raises
    ------
    OSError
        It cannot be read or written, or others keep saving it; nbenv left it as it was.
    """
    give_up = time.monotonic() + _PATIENCE
    while True:
        seen = _content(path)
        try:
            data = edit(seen)
        except Exception:
            if time.monotonic() > give_up or _is_quiet(path, seen):
                raise
            continue
        if data == seen:
            return False
        if replace_file(path, data, seen):
            return True
        if time.monotonic() > give_up:
            raise OSError(errno.EBUSY, "Another program keeps writing it")
        _wait_for_writers(path, give_up)


def replace_file(path: str, data: bytes, seen: bytes | None = None) -> bool:
    """Replace the content of an existing file, keeping its mode and a symbolic link to it.

    Parameters
    ----------
    path
        The file.
    data
        Its new content.
    seen
        The content that `data` was made from, if another one must not be replaced.

    Returns
    -------
    bool
        False if the file does not hold `seen`, or is being written; it is unchanged then.

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
    scratch = os.path.join(folder, f"{beginning}{os.urandom(6).hex()}{_SUFFIX}")
    try:
        with _alone_in(folder):
            _remove_leftovers(folder, beginning)
            with _new_locked(scratch, mode) as descriptor:
                _write(descriptor, data)
            if seen is not None:
                return _replace_seen(scratch, real, (seen, data))
            held_files.replace(scratch, real)
            return True
    finally:
        with contextlib.suppress(OSError):
            held_files.unlink(scratch)


def _replace_seen(scratch: str, real: str, contents: tuple[bytes, bytes]) -> bool:
    """Put the scratch file in place unless the other one is not, or no longer, what was seen.

    Compared before, which is nearly always enough, and after: what came between is put back, and
    what came between that, too. The file always is the newest one that somebody saved.
    """
    if not _is_unchanged(real, contents[0]):
        return False
    spare = f"{scratch[: -len(_SUFFIX)]}-{_SUFFIX}"
    displaced, placed = contents
    if not swap(scratch, real, spare) or _is_unchanged(scratch, displaced):
        return True
    for _ in range(_SWAPS):
        displaced, placed = placed, _content(scratch)
        if not swap(scratch, real, spare) or _is_unchanged(scratch, displaced):
            break
    return False


def _content(path: str) -> bytes:
    return held_files.patiently(_read, path)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _is_unchanged(path: str, content: bytes) -> bool:
    return not is_being_written(path) and _content(path) == content


def _is_quiet(path: str, seen: bytes) -> bool:
    """Return whether the file holds what was seen, and did not change within the last moment."""
    if time.time() - os.stat(path).st_mtime < _MOMENT:
        time.sleep(_MOMENT)
    return _is_unchanged(path, seen)


def _wait_for_writers(path: str, give_up: float) -> None:
    while is_being_written(path) and time.monotonic() < give_up:
        time.sleep(_STEP)


@contextlib.contextmanager
def _alone_in(folder: str) -> Iterator[None]:
    """Keep other nbenv processes from renaming and tidying notebooks in a folder.

    After a few seconds, or where folders cannot be locked, it is done without: the lock protects
    only what was displaced within a few milliseconds.
    """
    descriptor = None if sys.platform == "win32" else os.open(folder, os.O_RDONLY)
    try:
        give_up = time.monotonic() + _LOCK_PATIENCE
        while descriptor is not None and _lock(descriptor) is False and time.monotonic() < give_up:
            time.sleep(_STEP)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


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


def _lock(descriptor: int) -> bool | None:
    """Lock a file without waiting; return whether that worked, None where there are no locks."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
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

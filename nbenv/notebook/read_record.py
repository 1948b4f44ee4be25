"""Read the record in a notebook, once for each content of the file.

A page asks for the status every few seconds, and a stranger's notebook may be large. Failures are
remembered, too: they cost as much.
"""

from __future__ import annotations

import os
import time
from functools import lru_cache

from nbenv.core.record import RecordDict, check
from nbenv.errors import NbenvError
from nbenv.notebook.metadata import read_metadata

__all__ = ["read_record"]

_SETTLED = 3.0
"""Seconds after which a further change gives a file another time, on every file system."""

_Stamp = tuple[int, ...]


def read_record(path: str) -> RecordDict | None:
    """Return the record in a notebook's file, None if it has none; it must not be changed.

    Raises
    ------
    NotebookError
        The file is not a notebook that nbenv can use.
    RecordError
        The record is broken, too large, or of a newer version.
    """
    stamp = _stamp(path)
    if stamp is None:
        return _read(path)
    found = _kept(path, stamp)
    if isinstance(found, NbenvError):
        raise type(found)(*found.args)  # a new one: what is raised keeps its traceback alive
    return found


def _read(path: str) -> RecordDict | None:
    found = read_metadata(path).get("nbenv")
    return None if found is None else check(found)


@lru_cache(maxsize=32)
def _kept(path: str, stamp: _Stamp) -> RecordDict | NbenvError | None:
    try:
        return _read(path)
    except NbenvError as error:
        if isinstance(error.__context__, OSError):
            raise  # not about the content: it may be readable the next time
        return error.with_traceback(None)


def _stamp(path: str) -> _Stamp | None:
    """Return what changes with a file's content; None if it was changed just now, or is gone.

    Two changes in quick succession may leave the same times.
    """
    try:
        found = os.stat(path)
    except OSError:
        return None
    newest = max(found.st_mtime, found.st_ctime)
    if time.time() - newest < _SETTLED:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

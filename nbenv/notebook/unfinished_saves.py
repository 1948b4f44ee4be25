"""Read notebooks that another program may be saving in place, as Jupyter Server does.

It empties the file and then writes it. What is read in between is broken, or a part that reads like
a whole text.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from nbenv.notebook.swap import is_being_written

__all__ = ["read_again", "whole_content"]

T = TypeVar("T")

_PATIENCE = 5.0
"""Seconds that somebody may take to write a file."""
_MOMENT = 0.3 if sys.platform == "linux" else 2.0
"""Seconds without a change after which nobody is writing a file; Linux says who has it open."""
_STEP = 0.02

_Stamp = tuple[int, ...]


def read_again(path: str, read: Callable[[], T]) -> T:
    """Return what `read` returns; call it again where it fails while the file is being written.

    On an event loop it is called once: the program that writes may be this one, on that loop.
    """
    give_up = time.monotonic() + _PATIENCE
    while True:
        before = _stamp(path)
        try:
            return read()
        except Exception:
            if time.monotonic() > give_up or not _is_unfinished(path, before):
                raise
        time.sleep(_STEP)


def whole_content(path: str) -> bytes:
    """Return the content of a file, once nobody is writing it.

    Raises
    ------
    OSError
        It cannot be read.
    """
    give_up = time.monotonic() + _PATIENCE
    while True:
        before = _stamp(path)
        with open(path, "rb") as file:
            content = file.read()
        is_whole = before == _stamp(path) and not is_being_written(path)
        if is_whole or time.monotonic() > give_up or _is_on_event_loop():
            return content
        time.sleep(_STEP)


def _is_unfinished(path: str, before: _Stamp | None) -> bool:
    """Return whether a file that could not be read a moment ago may be readable a moment later."""
    now = _stamp(path)
    if now is None or _is_on_event_loop():
        return False
    try:
        is_recent = abs(time.time() - os.stat(path).st_mtime) < _MOMENT
        return now != before or is_recent or is_being_written(path)
    except OSError:  # it may not be read
        return False


def _stamp(path: str) -> _Stamp | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):  # to look who has a pipe open would wait for its writer
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _is_on_event_loop() -> bool:
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None

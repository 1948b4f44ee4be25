"""Replace, rename, remove and read files that another process holds open just then.

On Windows a file that somebody has open, be it a reader or a virus scanner, can be neither replaced
nor removed, and one that is being replaced cannot be read. Both last for moments, so each of these
tries again for a while. Elsewhere the first try decides.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")

__all__ = ["is_held", "patiently", "read_text", "rename", "replace", "unlink"]

_HELD = (5, 32, 33)
"""ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows."""
_UNTOLD = (13,) if os.name == "nt" else ()
"""EACCES: the number for all of these where Windows' C library opened the file, as for `open`; that
gives no code of Windows. Elsewhere it means that this user may not."""
_PATIENCE = 2.0
_STEP = 0.001
"""Seconds between two tries. A program that reads a file all the time leaves gaps of that size."""


def is_held(error: OSError) -> bool:
    """Return whether an error may say that another process has the file open."""
    code = getattr(error, "winerror", None)
    return error.errno in _UNTOLD if code is None else code in _HELD


def patiently(act: Callable[..., T], *words: str | os.PathLike[str]) -> T:
    """Return what `act` returns for a path; try again while another process holds the file.

    Raises
    ------
    OSError
        It failed otherwise, or the file stayed held.
    """
    give_up = 0.0
    while True:
        try:
            return act(*words)
        except OSError as error:
            if not is_held(error):
                raise
            give_up = give_up or time.monotonic() + _PATIENCE
            if time.monotonic() > give_up:
                raise
        time.sleep(_STEP)


def replace(source: str, target: str) -> None:
    """Rename a file, over another one if there is one."""
    patiently(os.replace, source, target)


def rename(source: str, target: str) -> None:
    """Rename a file or a folder."""
    patiently(os.rename, source, target)


def unlink(path: str) -> None:
    """Remove a file."""
    patiently(os.unlink, path)


def read_text(path: str) -> str:
    """Return what a file holds, as UTF-8."""
    return patiently(_read, path)


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()

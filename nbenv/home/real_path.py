"""The one spelling of a path, and whether two paths mean the same place.

A notebook's state is kept by its path, so two spellings of one path must not make two notebooks.
Links are one reason; on Windows and macOS the case of letters is another, and on macOS the form of
accented letters, which is composed (NFC) in what a person types and decomposed (NFD) in some names.

Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

__all__ = ["as_stored", "is_same", "part_below", "real_path"]

_LONGEST = 1024
"""Bytes of a path on macOS, with the null character at its end."""


def real_path(path: str) -> str:
    """Return a path without links, spelled as the system has it; the file may be missing.

    On Windows `os.path.realpath` asks the system for the spelling; on macOS it does not.
    """
    real = os.path.realpath(path)
    return as_stored(real, _spelling) if sys.platform == "darwin" else real


def is_same(first: str | os.PathLike[str], second: str | os.PathLike[str]) -> bool:
    """Return whether two paths, which may be spelled differently, lead to one place."""
    one, other = (os.path.normcase(real_path(os.fspath(each))) for each in (first, second))
    return one == other


def part_below(path: str, folder: str, module: ModuleType = os.path) -> str | None:
    """Return the part of a real path below a real folder, "" for the folder; None outside of it.

    Parameters
    ----------
    path, folder
        Both as `real_path` returns them.
    module
        ``os.path``, or the one of another system.
    """
    above, inner = module.normcase(folder), module.normcase(path)
    if inner == above:
        return ""
    before = above.rstrip(module.sep) + module.sep
    return path[len(before) :] if inner.startswith(before) else None


def as_stored(real: str, spelling: Callable[[str], str | None]) -> str:
    """Return a path as macOS has it: what exists of it as it is stored, all of it composed.

    Parameters
    ----------
    real
        A path without links.
    spelling
        Returns the system's spelling of a path, None where there is no such file.
    """
    from unicodedata import normalize

    missing: list[str] = []
    place = real
    while (found := spelling(place)) is None:
        above, name = os.path.split(place)
        if above == place:
            found = place
            break
        missing.insert(0, name)
        place = above
    # Of a file with several names the system tells any of them.
    if normalize("NFC", found).casefold() != normalize("NFC", place).casefold():
        found = place
    return normalize("NFC", os.path.join(found, *missing))


def _spelling(path: str) -> str | None:
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        found = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(_LONGEST))  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return os.fsdecode(found.partition(b"\0")[0])

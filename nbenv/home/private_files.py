"""Write the small files that nbenv keeps on this machine, closed to other users.

A kernel whose environment is ready only reads such files, with `nbenv.home.paths.read_json`.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TextIO

from nbenv.home import held_files, paths
from nbenv.home.process_identity import ProcessIdentity

__all__ = [
    "create_json",
    "create_private",
    "make_private",
    "open_private",
    "scratch_path",
    "write_json",
]


def make_private(folder: str) -> None:
    """Create a folder of nbenv's and those above it, closed to other users."""
    base = paths.home()
    is_below = folder.startswith(os.path.join(base, ""))
    if os.path.isdir(folder):
        if is_below and os.name == "posix" and os.stat(folder).st_mode & 0o077:
            os.chmod(folder, 0o700)  # copied, perhaps; the mode of the home itself is the user's
        return
    if is_below:
        make_private(os.path.dirname(folder))
    os.makedirs(folder, mode=0o700, exist_ok=True)


def open_private(path: str) -> TextIO:
    """Open a file for writing, empty and closed to other users from its first moment."""
    return open(create_private(path), "w", encoding="utf-8")


def create_private(path: str) -> int:
    """Return the descriptor of an empty file that only this user can read.

    On Windows a file has its folder's permissions, and `NBENV_HOME` may be in a folder for all. A
    file keeps its own ones when it is renamed.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    if os.name == "nt":
        from jupyter_core.paths import win32_restrict_file_to_user

        with contextlib.suppress(OSError):  # a drive without permissions
            win32_restrict_file_to_user(path)
    return descriptor


def scratch_path(path: str) -> str:
    """Return a name beside `path`, by which ``nbenv prune`` knows who was writing there."""
    return f"{path}.{ProcessIdentity.own().token()}.{os.urandom(4).hex()}.new"


def write_json(path: str, value: object) -> None:
    """Write a JSON file completely or not at all, closed to other users."""
    make_private(os.path.dirname(path))
    scratch = _write_beside(path, value)
    try:
        held_files.replace(scratch, path)
    except BaseException:
        held_files.unlink(scratch)
        raise


def create_json(path: str, value: object) -> None:
    """Write a JSON file unless there is one already: of two processes at once, the first wins."""
    make_private(os.path.dirname(path))
    scratch = _write_beside(path, value)
    try:
        os.link(scratch, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        held_files.replace(scratch, path)
        return
    held_files.unlink(scratch)


def _write_beside(path: str, value: object) -> str:
    """Write a new file beside `path`, from where one rename or link puts it in its place."""
    scratch = scratch_path(path)
    try:
        with open_private(scratch) as file:
            json.dump(value, file, separators=(",", ":"))
    except BaseException:
        held_files.unlink(scratch)
        raise
    return scratch

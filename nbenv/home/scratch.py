"""Temporary folders that carry our mark, by which ``nbenv prune`` can tell them from others."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from nbenv.home.process_identity import ProcessIdentity

__all__ = ["abandoned_scratch_folders", "scratch_folder"]

MARK = ".nbenv-scratch"
"""The name of the mark: which process made the folder, and under which name."""
_PREFIX = "nbenv-"
_DAY = 86_400.0
_PATIENCE, _STEP = 5.0, 0.1
_LONGEST = 4096
"""Bytes of a mark that are read."""


@contextlib.contextmanager
def scratch_folder() -> Iterator[str]:
    """Make a temporary folder, and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as folder:
        mark = {"folder": os.path.basename(folder), **ProcessIdentity.own().to_dict()}
        Path(folder, MARK).write_text(json.dumps(mark), encoding="utf-8")
        try:
            yield folder
        finally:
            _empty(folder)


def _empty(folder: str) -> None:
    """Remove what is in a folder that a process which has just ended still holds, on Windows."""
    give_up = time.monotonic() + _PATIENCE
    while os.name == "nt" and os.path.exists(folder) and time.monotonic() < give_up:
        shutil.rmtree(folder, onerror=_remove_read_only)
        time.sleep(_STEP)


def _remove_read_only(remove: Callable[[str], object], path: str, _: object) -> None:
    with contextlib.suppress(OSError):
        os.chmod(path, stat.S_IWRITE)
        remove(path)


def abandoned_scratch_folders() -> Iterator[Path]:
    """Yield the scratch folders whose process ended without removing them.

    A folder without our mark, or with that of another folder, is somebody's: it was never ours, or
    it was copied or renamed since.
    """
    for path in sorted(Path(tempfile.gettempdir()).glob(f"{_PREFIX}*")):
        with contextlib.suppress(OSError, ValueError, RecursionError):
            if _is_own_folder(path) and _is_abandoned(path):
                yield path


def _is_own_folder(path: Path) -> bool:
    """Return whether a path is a folder of this user, and no link to one."""
    found = os.lstat(path)
    return stat.S_ISDIR(found.st_mode) and _is_own(found)


def _is_own(found: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or found.st_uid == os.getuid()


def _is_abandoned(path: Path) -> bool:
    file = path / MARK
    found = os.lstat(file)
    if not stat.S_ISREG(found.st_mode) or found.st_size > _LONGEST or not _is_own(found):
        return False
    mark = json.loads(file.read_text(encoding="utf-8"))
    maker = ProcessIdentity.from_dict(mark)
    if maker is None or mark.get("folder") != path.name:
        return False
    # Of a process before the last start of the machine, or in another container, only the age says
    # something. A time in the future comes from a clock that was set back.
    return maker.is_dead or (not maker.is_here and abs(time.time() - found.st_mtime) > _DAY)

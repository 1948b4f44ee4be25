"""The file for an executed notebook, which must not turn out unwritable after hours of work."""

from __future__ import annotations

import os
from pathlib import Path

from nbenv.errors import NbenvError

__all__ = ["check_writable", "write_result"]


def check_writable(path: str | Path) -> None:
    """Raise `NbenvError` where a file cannot be written, without touching it."""
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.isdir(path):
        reason = "Is a directory"
    elif not os.path.isdir(folder):
        reason = f"The folder {folder} does not exist"
    elif not os.access(path if os.path.exists(path) else folder, os.W_OK):
        reason = "Permission denied"
    else:
        return
    raise _unwritable(path, reason, "Nothing was run. Choose another place: -o FILE")


def write_result(path: str | Path, content: bytes) -> None:
    """Write the file; raise `NbenvError` where that cannot be done."""
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise _unwritable(path, str(error.strerror)) from None


def _unwritable(path: str | Path, reason: str, todo: str = "") -> NbenvError:
    return NbenvError(f"{path} cannot be written.", f"{reason}.", todo)

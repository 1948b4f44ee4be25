"""The process that started a kernel, in most cases a Jupyter Server.

Jupyter names it in ``JPY_PARENT_PID``. On Windows that holds a handle, which means something only
to the kernel's own process, and to those that inherit it. So whoever has the handle says in
``NBENV_SERVER`` which process it is, as ``PARENT:PROCESS``: that counts where ``JPY_PARENT_PID``
holds that very parent, and not for a kernel that a cell starts.

Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import os

from nbenv.home import variables

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

__all__ = ["PARENT", "name_server", "server_process", "stand_between"]

PARENT = "JPY_PARENT_PID"
"""Jupyter's variable for the process that started a kernel, which ends when that one does."""


def server_process(environ: Mapping[str, str]) -> str:
    """Return the number of the process that started a kernel with these variables, "" for none."""
    parent = environ.get(PARENT, "")
    known, _, process = environ.get(variables.SERVER, "").partition(":")
    return process if process and known == parent else parent


def name_server(environ: MutableMapping[str, str]) -> None:
    """Say which process the handle in `environ` is of, which this process has; only on Windows."""
    if os.name != "nt":
        return
    parent = environ.get(PARENT, "")
    process = _process_of(parent)
    if process:
        environ[variables.SERVER] = f"{parent}:{process}"


def stand_between(environ: MutableMapping[str, str]) -> None:
    """Make this process the parent of a kernel that gets these variables.

    A kernel ends when its parent does: on POSIX it compares the number with its parent's.
    """
    if os.name != "nt" and environ.get(PARENT):
        server, own = server_process(environ), str(os.getpid())
        environ[PARENT], environ[variables.SERVER] = own, f"{own}:{server}"


def _process_of(handle: str) -> int:
    """Return the process that a handle of this process is of, 0 for none."""
    if not (handle.isascii() and handle.isdigit()):
        return 0
    import ctypes

    get = ctypes.WinDLL("kernel32").GetProcessId  # type: ignore[attr-defined,unused-ignore]
    get.argtypes = [ctypes.c_void_p]
    try:
        return int(get(int(handle)))
    except (OSError, OverflowError, ctypes.ArgumentError):
        return 0

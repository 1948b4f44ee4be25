"""Run the kernel as a child of this process, where a process cannot become another one.

That is so on Windows; ``NBENV_SUPERVISE=1`` does it anywhere. The client watches, interrupts and
ends this process, so whatever happens to it happens to the kernel, and it ends as the kernel ends.
When the kernel has to become another process, it says so by its exit status, and this one starts
that: a supervised launcher does the same, so that there never is more than one supervisor.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from typing import NoReturn

from nbenv.home import variables
from nbenv.home.kernel_parent import server_process, stand_between
from nbenv.kernel.guest import boot

__all__ = ["leave_to_supervisor", "supervise"]

_LOOK = 1.0
"""Seconds between looks whether the client is still there, as in ipykernel."""


def supervise(command: list[str], environ: dict[str, str]) -> NoReturn:
    """Run a command as this process's child, and those that it leaves to us; then end as it did.

    Raises
    ------
    FileNotFoundError
        There is no such program.
    """
    if sys.platform == "win32":
        from nbenv.kernel.supervision import windows_child as child
    else:
        from nbenv.kernel.supervision import posix_child as child
    following = boot.load("handover")
    relay = os.path.join(tempfile.gettempdir(), f"nbenv-{os.getpid()}-{os.urandom(8).hex()}.next")
    _end_with_client(environ)
    left: tuple[list[str], dict[str, str]] | None = (command, environ)
    while left is not None:
        words, given = left[0], {**left[1], variables.SUPERVISOR: f"{os.getpid()} {relay}"}
        stand_between(given)
        status = child.run(words, given)
        left = following.take(relay) if status == following.AGAIN else None
    child.end_as(status)


def _end_with_client(environ: Mapping[str, str]) -> None:
    """End this process, and the kernel with it, once the client that started it has ended.

    A kernel looks for that itself, but its parent is this process. On Windows it has the client's
    handle, and ends this process by ending.
    """
    client = os.getppid()
    if sys.platform != "win32" and server_process(environ) == str(client):
        threading.Thread(target=_watch_parent, args=(client,), daemon=True).start()


def _watch_parent(client: int) -> None:
    while os.getppid() == client:
        time.sleep(_LOOK)
    os._exit(1)


def leave_to_supervisor(relay: str, command: list[str], environ: dict[str, str]) -> None:
    """End this process, and have its supervisor run a command in its place."""
    boot.load("handover").leave(relay, command, environ)

"""Start a process that outlives this one and has nothing of it: no terminal, no streams.

Without `os.fork`: Windows has none, and on macOS a forked Python may crash in system libraries.
Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import os
import sys

from nbenv.home.processes.console import no_window

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["start_detached"]

_SCRIPT = 'cd "$1" || exit; shift; "$@" </dev/null >/dev/null 2>&1 &'
"""A shell that ends at once, so that its child is an orphan: nobody has to wait for that."""


def start_detached(command: list[str], environ: Mapping[str, str], folder: str) -> None:
    """Start a program that this process neither waits for nor ends.

    Raises
    ------
    OSError
        The system starts no more processes.
    """
    if sys.platform == "win32":
        import subprocess

        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP | no_window(),
        )
        child.returncode = 0  # Python would warn that nobody waits for it
        return
    words = ["/bin/sh", "-c", _SCRIPT, "sh", folder, *command]
    try:
        shell = os.posix_spawn(words[0], words, environ, setsid=True)
    except NotImplementedError:  # an old macOS
        shell = os.posix_spawn(words[0], words, environ, setpgroup=0)
    os.waitpid(shell, 0)

"""The kernel as a child process on POSIX: signals reach it, and it never outlives this process.

It is in a process group of its own, as a client signals either this process or its whole group: so
each signal reaches the kernel once. A shell in that group ends it when this process is killed.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import NoReturn

__all__ = ["end_as", "run"]

_NAMES = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGCONT")
_SIGNALS = [getattr(signal, name) for name in _NAMES]
"""What is passed on to the kernel."""
_GUARD = "trap '' HUP INT QUIT TERM USR1 USR2; read line; kill -KILL 0"
"""A script that ends its process group once nobody can write to its input any more."""


def run(command: list[str], environ: dict[str, str]) -> int:
    """Run a command until it ends; return its exit status, the negative signal that ended it.

    Raises
    ------
    FileNotFoundError
        There is no such program.
    """
    reading, writing = os.pipe()
    guard = _start_guard(reading)
    os.close(reading)
    try:
        before = [(each, signal.signal(each, _passing_on(guard))) for each in _SIGNALS]
        try:
            kernel = os.posix_spawn(command[0], command, environ, setpgroup=guard)
            return os.waitstatus_to_exitcode(os.waitpid(kernel, 0)[1])
        finally:
            for number, handler in before:
                signal.signal(number, handler)
    finally:
        os.kill(guard, signal.SIGKILL)  # before its input ends: what cells started may go on
        os.waitpid(guard, 0)
        os.close(writing)


def end_as(status: int) -> NoReturn:
    """End this process as one with that exit status ended."""
    if status < 0:
        if -status != signal.SIGKILL:
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    raise SystemExit(status)


def _start_guard(reading: int) -> int:
    """Start the guard in a new process group; return its number, which is the group's too."""
    null = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    actions = [(os.POSIX_SPAWN_DUP2, reading, 0), null, (os.POSIX_SPAWN_DUP2, 1, 2)]
    words = ["/bin/sh", "-c", _GUARD]
    return os.posix_spawn(words[0], words, {}, file_actions=actions, setpgroup=0)


def _passing_on(group: int) -> Callable[[int, object], None]:
    def pass_on(number: int, _: object) -> None:
        os.killpg(group, number)

    return pass_on

"""The kernel as a child process on Windows: it ends with this process, however that ends.

It inherits the handles that Jupyter gave to this process: of the event that interrupts it, and of
the server. A job object ends it with us; what its cells start breaks away from that, as it would
go on after the end of any other kernel.
https://learn.microsoft.com/windows/win32/procthread/job-objects
"""

from __future__ import annotations

import signal
import subprocess
from typing import NoReturn

from nbenv.home.processes.console import no_window
from nbenv.home.processes.windows_processes import end_with_us

__all__ = ["end_as", "run"]


def run(command: list[str], environ: dict[str, str]) -> int:
    """Run a command until it ends; return its exit status.

    Raises
    ------
    FileNotFoundError
        There is no such program.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Control-C in a console reaches both
    try:
        process = subprocess.Popen(command, env=environ, close_fds=False, creationflags=no_window())
        with end_with_us(process):
            return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def end_as(status: int) -> NoReturn:
    """End this process with that exit status."""
    raise SystemExit(status)

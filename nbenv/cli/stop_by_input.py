"""Stop a command when its standard input is closed: the one way that works on all systems.

Windows has no signal that reaches one process. Whoever starts a command with a pipe for its input,
and NBENV_STOPPABLE, stops it by closing that; so does the end of that process, whatever its reason.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading

from nbenv.home import variables

__all__ = ["watch_input"]


def watch_input() -> None:
    """Have the main thread receive SIGTERM once standard input ends, if that was asked for."""
    if not os.environ.pop(variables.STOPPABLE, ""):
        return
    reading = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)  # so that nothing that is started waits for the one who reads the pipe
    os.close(null)
    threading.Thread(target=_wait, args=(reading,), daemon=True).start()


def _wait(reading: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(reading, 1024):
            pass
    if sys.platform == "win32":
        import _thread

        _thread.interrupt_main(signal.SIGTERM)
    else:  # this wakes a main thread that waits, too
        ident = threading.main_thread().ident
        assert ident is not None
        signal.pthread_kill(ident, signal.SIGTERM)

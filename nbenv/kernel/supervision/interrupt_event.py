"""Hear Jupyter's interrupts on Windows while the launcher itself works, as the kernel does later.

Jupyter sets an event, whose handle is in ``JPY_INTERRUPT_EVENT``; elsewhere it sends a signal. The
page stops a build by a file beside the build's report, as its server has no such event.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
from collections.abc import Iterator

__all__ = ["hear_interrupts"]

_EVENT = "JPY_INTERRUPT_EVENT"
_INTERRUPTED, _TIMEOUT = 0, 0x102
_LOOK = 200
"""Milliseconds between two looks for the file."""


@contextlib.contextmanager
def hear_interrupts(stop_file: str = "") -> Iterator[None]:
    """Let what interrupts this kernel interrupt the main thread, for as long as the context lasts.

    Parameters
    ----------
    stop_file
        A file whose appearance does the same; it is removed.
    """
    if sys.platform != "win32":
        yield
        return
    kernel32 = ctypes.WinDLL("kernel32")
    kernel32.CreateEventW.restype = ctypes.c_void_p
    done = kernel32.CreateEventW(None, True, False, None)
    handle = os.environ.get(_EVENT, "")
    handles = [int(handle), done] if handle.isdigit() else [done]
    thread = threading.Thread(target=_hear, args=(kernel32, handles, stop_file), daemon=True)
    thread.start()
    try:
        yield
    finally:
        kernel32.SetEvent(ctypes.c_void_p(done))
        thread.join()  # so that the kernel hears the next one
        kernel32.CloseHandle(ctypes.c_void_p(done))


def _hear(kernel32: ctypes.CDLL, handles: list[int], stop_file: str) -> None:
    import _thread

    waited_for = (ctypes.c_void_p * len(handles))(*handles)
    while True:
        found = kernel32.WaitForMultipleObjects(len(handles), waited_for, False, _LOOK)
        if found == _TIMEOUT:
            if not (stop_file and os.path.exists(stop_file)):
                continue
            with contextlib.suppress(OSError):
                os.unlink(stop_file)
        elif found != _INTERRUPTED or len(handles) == 1:
            return
        _thread.interrupt_main()

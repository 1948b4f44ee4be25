"""Child processes on Windows: interruptible, and not outliving the process that started them.

Elsewhere nothing of this is needed, and it does nothing.
https://learn.microsoft.com/windows/win32/procthread/job-objects
"""

from __future__ import annotations

import contextlib
import ctypes
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["end_with_us", "lines_of", "wait_for"]

_KILL_ON_CLOSE, _SILENT_BREAKAWAY = 0x2000, 0x1000
_EXTENDED_LIMITS = 9
_LOOK = 0.2
"""Seconds between two looks for an interrupt, where nothing wakes a thread that waits."""


class _BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("per_process_time", ctypes.c_int64),
        ("per_job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("memory", ctypes.c_size_t * 4),
    )


@contextlib.contextmanager
def end_with_us(process: subprocess.Popen[Any], *, whole_tree: bool = False) -> Iterator[None]:
    """Have Windows end a process when this one ends, for as long as the context lasts.

    Parameters
    ----------
    process
        A child that just started.
    whole_tree
        Whether what it starts ends too, and all of it at the end of the context.
    """
    if sys.platform != "win32":
        yield
        return
    kernel32 = ctypes.WinDLL("kernel32")
    kernel32.CreateJobObjectW.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel32.CreateJobObjectW(None, None))
    limits = _ExtendedLimits()
    limits.basic.flags = _KILL_ON_CLOSE | (0 if whole_tree else _SILENT_BREAKAWAY)
    size = ctypes.sizeof(limits)
    kernel32.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), size)
    handle: Any = vars(process)["_handle"]  # subprocess has no public name for it
    # Refused where another job allows none inside of it: then the process is not guarded.
    kernel32.AssignProcessToJobObject(job, ctypes.c_void_p(int(handle)))
    try:
        yield
    finally:
        kernel32.CloseHandle(job)


def lines_of(stream: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a pipe as they come; an interrupt gets in between.

    On Windows, a thread that reads from a pipe cannot be interrupted, so another one does that.
    """
    if sys.platform != "win32":
        yield from stream
        return
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        for line in stream:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=_LOOK)
        except queue.Empty:
            continue
        if line is None:
            return
        yield line


def wait_for(process: subprocess.Popen[Any]) -> int:
    """Wait for the end of a process, which an interrupt may come before; return its status."""
    while sys.platform == "win32":
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(_LOOK)
    return process.wait()

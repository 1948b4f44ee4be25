"""Processes that are no children of the tests: whether they run, and their end."""

from __future__ import annotations

import time

import psutil

__all__ = ["all_end", "is_alive"]


def is_alive(process: psutil.Process) -> bool:
    """Return whether it runs; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def all_end(*processes: psutil.Process, seconds: float = 30) -> bool:
    """Return whether they all end; one that was killed takes a moment on a busy machine."""
    end = time.monotonic() + seconds
    while any(map(is_alive, processes)):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True

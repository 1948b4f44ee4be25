"""ipyparallel on a worker: an engine of a notebook's own ends after the notebook's kernel.

Sent as source behind `nbenv_agent`, it is run in the engines. Standard library only, Python 3.8 and
later.
"""

# ruff: noqa: F821  # the names of `nbenv_agent`, which it is sent behind
import asyncio
import os
import time

_ABSENCE = 300.0
"""Seconds without the notebook's kernel until an engine ends, unless the worker sets others."""
_pulse = {"left": None}


@verb
def pulse():
    """Note that the notebook's kernel is there; return the seconds that it may be away."""
    absence = seconds_of_absence(_ABSENCE)
    is_first, _pulse["left"] = _pulse["left"] is None, absence
    if is_first:
        _pulse["seen"] = time.monotonic()
        asyncio.get_event_loop().call_later(absence / 10, _tick, absence / 10)
    return absence


def _tick(pause) -> None:
    """Count the idle time; a task holds up the engine's loop, and so this, too."""
    now = time.monotonic()
    _pulse["left"] -= min(now - _pulse["seen"], 2 * pause)
    _pulse["seen"] = now
    if _pulse["left"] <= 0:
        os._exit(0)
    asyncio.get_event_loop().call_later(pause, _tick, pause)

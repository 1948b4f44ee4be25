"""Say truly what an interrupt left behind, and keep it out of the moments that must be whole."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

from nbenv.errors import StoppedError

__all__ = ["INTERRUPTS", "stopped", "stopped_too_late", "undisturbed"]

INTERRUPTS = (KeyboardInterrupt, StoppedError)
"""An interrupt of this process, and one that the installer noticed first."""


def stopped(is_unchanged: bool) -> StoppedError:
    """Return the error for an interrupt that came before anything was recorded.

    Parameters
    ----------
    is_unchanged
        Whether the environment is as it was before the command.
    """
    if is_unchanged:
        return StoppedError("Stopped.", "The notebook and its environment are unchanged.")
    return StoppedError(
        "Stopped.",
        "The notebook is unchanged, but its environment is only partly installed.",
        "It will be repaired at the next start or change; to do it now: %nbenv restore "
        "(in a terminal: nbenv restore NOTEBOOK).",
    )


def stopped_too_late() -> StoppedError:
    """Return the error for an interrupt of a change that was complete and recorded."""
    return StoppedError(
        "Stopped, but the change was complete by then: it is installed and recorded.",
        todo="To take it back: %nbenv undo (in a terminal: nbenv undo NOTEBOOK).",
    )


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold interrupts back until the end of a block, which takes a moment only."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is interrupted
        return
    held: list[int] = []
    names = [getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGBREAK")]
    # A handler that Python does not know could not be put back.
    known = {each: old for each in names if each and (old := signal.getsignal(each)) is not None}
    for each in known:
        signal.signal(each, lambda number, _: held.append(number))
    try:
        yield
    finally:
        for each, old in known.items():
            signal.signal(each, old)
    for number in held[:1]:
        signal.raise_signal(number)

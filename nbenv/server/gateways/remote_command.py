"""A command of a page that its kernel runs, on another machine: a job's events come from there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from queue import SimpleQueue
from typing import Protocol
from uuid import uuid4

from nbenv.core.plain_text import cleaned
from nbenv.errors import NbenvError, StoppedError
from nbenv.home.handed_over import COMM
from nbenv.server.job_process import Event

__all__ = ["OUTDATED", "Link", "RemoteCommand"]

OUTDATED = (
    "The gateway's nbenv is older than the server's.",
    "",
    "Upgrade jupyter-nbenv where the gateway runs, then restart the kernel.",
)
"""The parts of the error about a kernel that knows nothing of this."""
_LOST = (
    "The kernel on the other machine was lost before it could say how this ended.",
    "It was restarted or ended, or its gateway cannot be reached.",
    "Look at the environment once the kernel runs again, then try again if nothing was changed.",
)
_KINDS = ("progress", "text", "result", "error")
_LAST = ("result", "error")


class Link(Protocol):
    """A connection of a page, by which its kernel is reached."""

    def hand_over(self) -> None:
        """Send the newest record; the kernel answers with its own."""

    def ask(self, command: RemoteCommand) -> None:
        """Have the kernel run a command, whose events come back on this connection."""

    def forget_running(self) -> None:
        """Note that the kernel was restarted: nothing that it ran will say that it has ended."""


class RemoteCommand:
    """Takes the place of a `JobProcess`; all but `events` is called on the server's event loop.

    Parameters
    ----------
    verb, words
        The command.
    agreed
        The digest of what the page showed and its user agreed to, "" for nothing.
    link
        The connection by which the kernel is reached.
    interrupt
        Interrupts the kernel.
    """

    def __init__(
        self,
        verb: str,
        words: list[str],
        agreed: str,
        link: Link,
        interrupt: Callable[[], Awaitable[object]],
    ) -> None:
        self.identifier = f"{COMM}-{uuid4().hex}"
        self.content = {"verb": verb, "words": words, "agreed": agreed}
        self._link, self._interrupt = link, interrupt
        self._loop = asyncio.get_running_loop()
        self._events: SimpleQueue[Event | None] = SimpleQueue()
        self._heard: set[str] = set()
        self._is_begun = self._is_stopped = self._is_ended = False

    def events(self) -> Iterator[Event]:
        """Send it; yield its events, last a result or an error. Called in a job's thread."""
        self._loop.call_soon_threadsafe(self._send)
        while event := self._events.get():
            yield event

    def _send(self) -> None:
        if not self._is_ended:
            self._link.ask(self)

    # -- what is heard of the kernel

    def begun(self) -> None:
        """Note that the kernel runs it now; until then, the cells before it may be running."""
        self._is_begun = True
        if self._is_stopped:
            self._interrupt_soon()

    def take(self, identifier: str, data: object) -> None:
        """Take a message of its comm, which each of the kernel's connections brings."""
        if identifier in self._heard:
            return
        self._heard.add(identifier)
        told = data.get("told") if isinstance(data, dict) else None
        if not isinstance(told, dict) or told.get("type") not in _KINDS:
            self._fail(NbenvError(*OUTDATED))
        elif not self._is_ended:
            self._events.put(cleaned(told))
            if told["type"] in _LAST:
                self._end()

    def lose(self) -> None:
        """Note that no more is heard of it."""
        self._fail(NbenvError(*_LOST))

    def _fail(self, error: NbenvError) -> None:
        if not self._is_ended:
            event = {"type": "error", **error.parts(), "message": str(error), "status": 1}
            self._events.put(cleaned(event))
            self._end()

    def _end(self) -> None:
        self._is_ended = True
        self._events.put(None)

    # -- as of a process

    def stop(self) -> None:
        """Interrupt it, once: it then puts everything back, and must not be disturbed."""
        if self._is_stopped or self._is_ended:
            return
        self._is_stopped = True
        if self._is_begun:
            self._interrupt_soon()
        else:  # an interrupt would stop a cell of the user's
            self._fail(StoppedError("Stopped."))

    def _interrupt_soon(self) -> None:
        with contextlib.suppress(RuntimeError):  # the server ends, and its loop is closed
            self._loop.call_soon_threadsafe(lambda: asyncio.ensure_future(self._try_interrupt()))

    async def _try_interrupt(self) -> None:
        try:
            await self._interrupt()
        except Exception:  # the edge: a gateway that cannot be reached
            self.lose()

    def kill(self) -> None:
        """Wait for it no longer."""
        self._loop.call_soon_threadsafe(self.lose)

    def wait(self, seconds: float) -> None:
        """Return at once: the server's end does not end it."""

"""The connections of pages to a gateway: sessions that tell them apart, and those that outlive one.

A page keeps its session when it connects again. Behind a gateway that is at once: after each
restart, and at each start, as a browser refuses Jupyter Server's first answer, which names no
subprotocol. The former connection to the gateway is then not closed yet, or not even made. The
kernel's sockets know both by the session, and answer either of them: the page may wait for ever.
So a connection that follows another one closely has a session of its own.

One that comes later has the same as before, for which the gateway has kept what the page missed.
"""

from __future__ import annotations

import time
from asyncio import Future
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["KeptConnections", "PageSessions", "close_once_made"]

_APART = 5.0
"""Seconds after which the gateway has closed a connection that was left."""


@dataclass
class _Last:
    """The last connection of a page: its number, and when it was left if it was."""

    number: int = 0
    left: float | None = None


class PageSessions:
    """Numbers the connections of pages to kernels."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], _Last] = {}

    def begin(self, kernel_id: str, page: str, is_awaited: bool = False) -> str:
        """Return the session for a new connection of a page.

        Parameters
        ----------
        kernel_id, page
            The kernel, and the page's own session.
        is_awaited
            Whether cells of the page run: their replies go to the session that it had.
        """
        last = self._last.get((kernel_id, page))
        if last is None:
            last = self._last[kernel_id, page] = _Last()
        elif not is_awaited and (last.left is None or time.monotonic() - last.left < _APART):
            last.number += 1
        last.left = None
        return _session(page, last.number)

    def end(self, kernel_id: str, page: str, session: str) -> None:
        """Note that a connection with that session was left."""
        last = self._last.get((kernel_id, page))
        if last is not None and session == _session(page, last.number):
            last.left = time.monotonic()

    def forget(self, kernel_id: str) -> None:
        """Forget the connections to a kernel that was removed."""
        for known in [each for each in self._last if each[0] == kernel_id]:
            del self._last[known]


class KeptConnections:
    """Connections whose page is gone, the last one of each kernel.

    The gateway itself keeps what a page misses until another one connects to the kernel, and so
    does this.
    """

    def __init__(self) -> None:
        self._kept: dict[str, list[tuple[str, Any]]] = {}

    def add(self, kernel_id: str, session: str, connection: Any) -> None:
        """Keep the connection of a page, known by its session, that is gone."""
        self._kept.setdefault(kernel_id, []).append((session, connection))

    def is_running(self, kernel_id: str, session: str) -> bool:
        """Return whether cells of the page of a session have not ended yet."""
        found = self._kept.get(kernel_id, [])
        return any(other == session and each.is_running for other, each in found)

    def take(self, kernel_id: str, session: str) -> Iterator[str]:
        """Yield what the page of a session has missed; forget what others have."""
        for other, connection in self._kept.pop(kernel_id, []):
            missed = connection.missed()
            if other == session:
                yield from missed

    def forget(self, kernel_id: str) -> None:
        """Leave the connections to a kernel that was removed: no page comes back to it."""
        for _, connection in self._kept.pop(kernel_id, []):
            connection.missed()


def _session(page: str, number: int) -> str:
    return f"{page}-{number}" if number else page


def close_once_made(connecting: Future[Any]) -> None:
    """Close a connection that is left before it is made: cancelled, it would stay for ever."""

    def close(made: Future[Any]) -> None:
        if not made.cancelled() and made.exception() is None:
            made.result().close()

    connecting.add_done_callback(close)

"""Connections of a page that follow each other closely have sessions of their own."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from nbenv.server.gateways.page_sessions import PageSessions, close_once_made


def test_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    sessions = PageSessions()
    assert [sessions.begin(kernel, "p") for kernel in "kl"] == ["p", "p"]
    assert sessions.begin("k", "p") == "p-1"  # the former one is not known to be lost yet
    sessions.end("k", "p", "p")
    sessions.end("k", "p", "p-1")
    now += 1
    assert sessions.begin("k", "p") == "p-2"
    sessions.end("k", "p", "p-2")
    assert sessions.begin("k", "p", is_awaited=True) == "p-2"  # replies go to that one
    sessions.end("k", "p", "p-2")
    now += 60
    assert sessions.begin("k", "p") == "p-2"  # what it missed is kept for this one
    sessions.end("k", "unknown", "p")
    sessions.forget("k")  # which was removed
    assert sessions.begin("k", "p") == "p"
    assert sessions.begin("l", "p") == "p-1"


@pytest.mark.parametrize("result", ["made", "failed", "cancelled"])
def test_a_connection_that_was_left_is_closed_once_it_is_made(result: str) -> None:
    closed: list[str] = []

    async def connect() -> None:
        connecting: asyncio.Future[Any] = asyncio.Future()
        close_once_made(connecting)
        if result == "made":
            connecting.set_result(SimpleNamespace(close=lambda: closed.append(result)))
        elif result == "failed":
            connecting.set_exception(OSError())
        else:
            connecting.cancel()
        await asyncio.sleep(0)

    asyncio.run(connect())
    assert closed == ["made"] * (result == "made")

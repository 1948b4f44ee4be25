"""Requests on their way from a waiting kernel to the real one."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
MESSAGES = [[b"client", b"<IDS|MSG>", b"\x00\xff"], []]


@pytest.fixture
def handover(load: Load) -> Any:
    return load("handover")


def test_written_for_this_user_and_read_once(handover: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.json.waiting"
    handover.write(str(path), MESSAGES)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert handover.read(str(path)) == MESSAGES
    assert not path.exists()


def test_dispatched_by_ipykernel_7(handover: Any) -> None:
    added: list[tuple[object, list[bytes]]] = []
    loop = SimpleNamespace(
        add_callback=lambda where, frames: added.append((where, [f.bytes for f in frames]))
    )
    kernel = SimpleNamespace(
        shell_channel_thread=SimpleNamespace(io_loop=loop), shell_channel_thread_main="main"
    )
    handover._dispatch(kernel, MESSAGES)
    assert added == [("main", message) for message in MESSAGES]


def test_dispatched_by_ipykernel_6(handover: Any) -> None:
    seen: list[object] = []
    kernel = SimpleNamespace(
        _publish_status=lambda *words: seen.append(words),
        dispatch_shell="shell",
        shell_stream="stream",
        schedule_dispatch=lambda where, frames: seen.append((where, [f.bytes for f in frames])),
    )
    handover._dispatch(kernel, MESSAGES)
    assert seen == [("idle", "shell"), *(("shell", message) for message in MESSAGES)]


def test_dispatched_by_ipykernel_5(handover: Any) -> None:
    seen: list[object] = []
    kernel = SimpleNamespace(
        dispatch_shell="shell",
        shell_streams=["stream", "control"],
        schedule_dispatch=lambda *words: seen.append((*words[:3], [f.bytes for f in words[3]])),
    )
    handover._dispatch(kernel, MESSAGES)
    assert seen == [(10, "shell", "stream", message) for message in MESSAGES]

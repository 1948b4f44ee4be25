"""The handshake with a Ray client server, and connections that fail."""

from __future__ import annotations

import logging
import sys
import threading
import time
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.unit.workers.conftest import WORKERS, load_file


@pytest.fixture
def handshake() -> Any:
    return load_file(WORKERS / "clients" / "ray_handshake.py", "_nbenv_test_ray_handshake")


class Worker:
    """Stands for Ray's client, whose streams stay until the channel is closed."""

    def __init__(self) -> None:
        self.over, self._in_shutdown = threading.Event(), False
        self.channel: Any = SimpleNamespace(close=self.over.set)
        self.stream = threading.Thread(target=self.over.wait, args=(60,), daemon=True)
        self.stream.start()

    def close(self) -> None:
        assert self._in_shutdown
        self.stream.join()
        logging.getLogger("ray.util.client.dataclient").error("Unrecoverable error")


@pytest.fixture
def ray_worker(monkeypatch: pytest.MonkeyPatch) -> type[Worker]:
    """A module of Ray's client with the stand-in."""
    module: Any = ModuleType("ray.util.client.worker")
    module.Worker = Worker
    for name in ("ray", "ray.util", "ray.util.client"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return Worker


def test_a_failed_connection_says_so_at_once(
    handshake: Any, ray_worker: type[Worker], caplog: pytest.LogCaptureFixture
) -> None:
    usual, begin = ray_worker.close, time.monotonic()
    with pytest.raises(RuntimeError, match="failed"), handshake.failing_at_once():
        ray_worker().close()
        raise RuntimeError("client server failed")
    assert time.monotonic() - begin < 30
    assert ray_worker.close is usual
    assert caplog.records == []


def test_another_ray_is_left_as_it_is(handshake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with handshake.failing_at_once():
        pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Starting Ray client server failed. See x.err", True), ("another version of Ray", False)],
)
def test_only_a_process_that_ended_is_unlucky(handshake: Any, text: str, expected: bool) -> None:
    assert handshake.is_unlucky(RuntimeError(text)) is expected

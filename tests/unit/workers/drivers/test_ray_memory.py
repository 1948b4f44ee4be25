"""Notes that a Ray cluster keeps for the next connection: read back, or taken for nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

BUNDLE = SimpleNamespace(digest="0" * 40)
FOUND = {"ray": "2.60.0", "python": "3.11.7", "executables": ["/p"], "nodes": ["a", "b"]}


@pytest.fixture
def memory(driver: Callable[[str], ModuleType]) -> Any:
    return driver("ray_memory")


def test_what_was_kept_comes_back_for_the_same_environment(
    memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: dict[tuple[str, str], bytes] = {}
    monkeypatch.setattr(memory.handshake, "keep_at", lambda *at: store.update({at[:2]: at[2]}))
    monkeypatch.setattr(memory.handshake, "kept_at", lambda *at: store.get(at, b""))
    assert memory.recall("ray://h:1", BUNDLE) is None
    memory.keep("ray://h:1", BUNDLE, memory.Known(**FOUND))
    assert vars(memory.recall("ray://h:1", BUNDLE)) == FOUND
    assert memory.recall("ray://h:1", SimpleNamespace(digest="1" * 40)) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"7",
        json.dumps({"ray": "2.60.0"}).encode(),
        json.dumps({**FOUND, "nodes": [1]}).encode(),
        json.dumps({**FOUND, "python": None}).encode(),
        json.dumps({**FOUND, "executables": 3}).encode(),
    ],
)
def test_anything_else_is_no_memory(memory: Any, content: bytes) -> None:
    assert memory.parsed(content) is None


def test_a_cluster_that_keeps_nothing_is_no_error(
    memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise memory.handshake.NoAnswerError("full")

    monkeypatch.setattr(memory.handshake, "keep_at", refuse)
    memory.keep("ray://h:1", BUNDLE, memory.Known(**FOUND))

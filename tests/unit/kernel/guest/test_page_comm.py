"""The answer that a page gets over a comm."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
EVENT = {"changes": [{"name": "x", "old": "1", "new": "2", "imports": ["json"]}]}
STALE = {"stale": [{"name": "x", "old": "1", "new": "2", "module": "json"}]}


class Comm:
    """A comm as ipykernel gives it."""

    def __init__(self) -> None:
        self.sent: list[object] = []

    def send(self, data: object) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.sent.append("closed")


def answer(load: Load, data: object) -> list[object]:
    comm = Comm()
    load("page_comm").answer(comm, {"content": {"data": data}})
    return comm.sent


def test_one_answer_and_the_end(load: Load) -> None:
    assert answer(load, {"event": None}) == [{"stale": []}, "closed"]
    assert answer(load, {"event": EVENT}) == [STALE, "closed"]
    assert answer(load, {"event": None}) == [STALE, "closed"]


@pytest.mark.parametrize("data", [None, {}, [], {"event": 1}, {"event": {"changes": [1]}}])
def test_nonsense_is_only_closed(load: Load, data: Any) -> None:
    assert answer(load, data) == ["closed"]

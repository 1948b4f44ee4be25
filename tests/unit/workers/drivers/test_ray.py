"""The driver of Ray without a cluster; with one, see tests/workers/test_ray.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def ray_driver(driver: Callable[[str], ModuleType]) -> Any:
    return driver("ray")


def module(connected: bool) -> ModuleType:
    found = ModuleType("ray")
    found.is_initialized = lambda: connected  # type: ignore[attr-defined]
    return found


def test_ray_is_found_once_it_is_connected(
    ray_driver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ray_driver.find({"ray": 1}) == []
    ray = module(connected=True)
    monkeypatch.setitem(sys.modules, "ray", ray)
    assert ray_driver.find({"r": ray, "x": 1}) == [("r", ray)]
    assert ray_driver.find({}) == [("ray", ray)]
    monkeypatch.setitem(sys.modules, "ray", module(connected=False))
    assert ray_driver.find({"r": ray}) == []


def test_without_a_connection_there_is_nothing_to_say_or_to_stop(ray_driver: Any) -> None:
    for action in (lambda: ray_driver.stop("ray://h"), lambda: ray_driver.status("ray://h", None)):
        with pytest.raises(Exception, match="not connected") as caught:
            action()
        assert "%nbenv workers ray://" in caught.value.todo

"""The number of connections to a Ray cluster, and the way round where a shorter one fails."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

BUNDLE = SimpleNamespace(
    digest="0" * 40,
    folder="/bundle",
    manifest={"python": "3.11", "versions": {"ray": "2.60.0"}, "asked": ["ray"]},
)
OPTIONS = SimpleNamespace(tell=lambda text: None, patience=1.0)
TARGET = "ray://head:10001"


@pytest.fixture
def connection(driver: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The driver's part, with nodes ``a`` and ``b`` that verify whatever is started."""
    found = driver("ray_connection")
    monkeypatch.setattr(found.versions, "check_reachable", lambda target: None)
    monkeypatch.setattr(found.versions.sys, "version_info", (3, 11, 7))
    monkeypatch.setattr(found.on_nodes, "ids", lambda ray: ["a", "b"])
    monkeypatch.setattr(found.on_nodes, "verify", lambda *_: {"h1": "3.11.7", "h2": "3.11.7"})
    made = [("h1", "3.11.7", 2.0, True)]
    monkeypatch.setattr(found.on_nodes, "prepare", lambda *_: (made, ["/python"]))
    monkeypatch.setattr(found, "_plainly", lambda ray, *_: ray.init() or ("2.60.0", "3.11.7"))
    return found


class Ray:
    """Records how it was connected; the first connections may fail."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.done = list(errors), list[object]()

    def init(self, *_: object, runtime_env: dict[str, object] | None = None) -> None:
        self.done.append("plain" if runtime_env is None else "in the environment")
        if self.errors and runtime_env is not None:
            raise self.errors.pop(0)

    def shutdown(self) -> None:
        self.done.append("end")


def store(connection: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    memory = connection.memory
    monkeypatch.setattr(memory, "recall", lambda target, bundle: kept.get(target))
    monkeypatch.setattr(memory, "keep", lambda target, bundle, known: kept.update({target: known}))
    return kept


def test_the_second_kernel_connects_once(connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store(connection, monkeypatch)
    ray = Ray()
    nodes = connection.connect(ray, TARGET, BUNDLE, b"", OPTIONS)
    assert ray.done == ["plain", "end", "in the environment"]
    assert nodes == [("h1", "3.11.7", 2.0, True)]
    ray = Ray()
    nodes = connection.connect(ray, TARGET, BUNDLE, b"", OPTIONS)
    assert ray.done == ["in the environment"]
    assert [name for name, *_ in nodes] == ["h1", "h2"]


@pytest.mark.parametrize("nodes", [["a"], []])
def test_a_node_that_is_new_makes_the_environment_first(
    connection: Any, monkeypatch: pytest.MonkeyPatch, nodes: list[str]
) -> None:
    kept = store(connection, monkeypatch)
    kept[TARGET] = connection.memory.Known("2.60.0", "3.11.7", ["/python"], nodes)
    ray = Ray()
    connection.connect(ray, TARGET, BUNDLE, b"", OPTIONS)
    assert ray.done == ["in the environment", "end", "plain", "end", "in the environment"]
    assert kept[TARGET].nodes == ["a", "b"]


def test_an_environment_that_is_gone_is_made_again(
    connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store(connection, monkeypatch)
    kept[TARGET] = connection.memory.Known("2.60.0", "3.11.7", ["/python"], ["a", "b"])
    ray = Ray(ConnectionError("Proxy failed to connect"))
    connection.connect(ray, TARGET, BUNDLE, b"", OPTIONS)
    assert ray.done == ["in the environment", "end", "plain", "end", "in the environment"]


def test_other_versions_that_are_known_are_refused_without_a_connection(
    connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store(connection, monkeypatch)
    kept[TARGET] = connection.memory.Known("2.59.0", "3.11.7", ["/python"], ["a", "b"])
    ray = Ray()
    with pytest.raises(Exception, match=r"runs Ray 2\.59\.0"):
        connection.connect(ray, TARGET, BUNDLE, b"", OPTIONS)
    assert ray.done == []


def test_a_stop_while_it_tries_leaves_no_connection(
    connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store(connection, monkeypatch)
    kept[TARGET] = connection.memory.Known("2.60.0", "3.11.7", ["/python"], ["a", "b"])

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(connection.on_nodes, "verify", stop)
    ray = Ray()
    with pytest.raises(KeyboardInterrupt):
        connection.connect(ray, TARGET, BUNDLE, b"", OPTIONS)
    assert ray.done == ["in the environment", "end"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ConnectionError("lost")])
def test_a_first_connection_that_ends_early_is_none(
    connection: Any, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    store(connection, monkeypatch)
    monkeypatch.setattr(connection.versions, "check_same", lambda *_: None)

    def half(ray: Ray, *_: object) -> None:
        ray.init()
        raise error

    monkeypatch.setattr(connection, "_plainly", half)
    ray = Ray()
    with pytest.raises(BaseException, match=str(error) or None):
        connection.connect(ray, TARGET, BUNDLE, b"", OPTIONS)
    assert ray.done == ["plain", "end"]


def test_the_reason_of_a_failure_is_asked_for(
    connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(connection, monkeypatch)
    asked = []
    monkeypatch.setattr(connection.versions, "check_same", lambda target, _: asked.append(target))
    with pytest.raises(Exception, match="Ray did not connect to ray://head:10001: no answer"):
        connection.connect(Ray(ConnectionError("")), TARGET, BUNDLE, b"", OPTIONS)
    assert asked == [TARGET]


@pytest.mark.parametrize(
    "said", ["Starting Ray client server failed. See …", "psutil.ZombieProcess: PID still exists"]
)
def test_a_process_that_ray_fails_to_start_is_started_again(
    connection: Any, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    store(connection, monkeypatch)
    ray = Ray(ConnectionError(said))
    connection.connect(ray, TARGET, BUNDLE, b"", OPTIONS)
    assert ray.done == ["plain", "end", "in the environment", "in the environment"]

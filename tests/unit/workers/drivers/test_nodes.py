"""Calls as source, into processes that have nothing of nbenv: here, other Pythons."""

from __future__ import annotations

import json
import pickle
import platform
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.index import LocalIndex
from tests.unit.workers.conftest import WORKERS, Manifest, written

SERVER = """
import pickle, sys
while True:
    expression, names = pickle.load(sys.stdin.buffer)
    pickle.dump(eval(expression, names), sys.stdout.buffer, protocol=4)
    sys.stdout.buffer.flush()
"""


class Worker:
    """A process that evaluates what it is sent, as the workers of engines do."""

    def __init__(self) -> None:
        words = [sys.executable, "-I", "-c", SERVER]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, stdin=pipe, stdout=pipe)

    def evaluate(self, expression: str, names: dict[str, object]) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        pickle.dump((expression, names), self.process.stdin, protocol=4)
        self.process.stdin.flush()
        return pickle.load(self.process.stdout)


@pytest.fixture
def workers(
    index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Worker]]:
    monkeypatch.setenv("NBENV_WORKER_CACHE", str(tmp_path / "worker-cache"))
    started = {name: Worker() for name in ("one", "two")}
    yield started
    for each in started.values():
        each.process.stdin.close()  # type: ignore[union-attr]
        each.process.kill()
        each.process.wait()


@pytest.fixture
def nodes(
    driver: Callable[[str], ModuleType],
    workers: dict[str, Worker],
    tmp_path: Path,
    index: LocalIndex,
    manifest: Callable[..., Manifest],
) -> Any:
    index.wheel("tiny", "1.0")
    folder = tmp_path / "bundle"
    shutil.copytree(WORKERS / "worker", folder)
    written(manifest("tiny==1.0"), folder)
    module: Any = driver("nodes")

    class Nodes(module.Nodes):  # type: ignore[misc]
        engine = "json"

        def call_each(self, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
            return {
                address: workers[address].evaluate(module.CALL, self.given(verb, own))
                for address, own in arguments.items()
            }

    return Nodes(None, driver("protocol").Bundle(str(folder)))


def options(driver: Callable[[str], ModuleType], **more: object) -> Any:
    return driver("protocol").Options(**more)


def test_the_environment_is_sent_to_a_machine_once_and_made(
    nodes: Any, driver: Callable[[str], ModuleType]
) -> None:
    looks = nodes.look(["one", "two"])
    assert looks["one"]["engine"] == json.__version__ or looks["one"]["engine"] == ""
    nodes.place(looks)
    assert nodes.bytes_sent == len(nodes.data)
    made = nodes.make(looks, options(driver))
    assert made["one"]["python"] == made["two"]["python"]
    [row, _] = driver("nodes").rows(looks, made)
    assert row[1] == made["one"]["python"]
    words = [made["one"]["python"], "-c", "import tiny; print(tiny.__version__)"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1.0"
    again = nodes.call(["one"], "make", bundle=nodes.bundle)["one"]  # takes no process then
    assert (again["python"], again["made"]) == (made["one"]["python"], False)
    assert nodes.make(looks, options(driver))["two"]["made"] is False


def test_a_process_in_the_environment_is_started_again_and_ended(
    nodes: Any, driver: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    looks = nodes.look(["one"])
    nodes.place(looks)
    python = nodes.make(looks, options(driver))["one"]["python"]
    log = tmp_path / "starts"
    code = f"import tiny, time; open({str(log)!r}, 'a').write('x'); time.sleep(0.3); 1 / 0"
    begun = {"key": "k", "bundle": nodes.bundle, "python": python, "words": ["-c", code]}
    assert nodes.call(["one"], "begin", again=True, **begun) == {"one": True}
    assert isinstance(nodes.call(["one"], "process", key="k")["one"], int)
    found = None
    while found is None:
        found = nodes.call(["one"], "state", key="k")["one"]
    assert "ZeroDivisionError" in found["error"]
    assert log.read_text() == "xxx"  # and not for ever
    assert nodes.call(["one"], "end", key="k") == {"one": True}
    assert nodes.call(["one"], "state", key="k")["one"] == {"error": "it was stopped"}


def test_an_environment_that_cannot_be_made_names_the_node(
    nodes: Any, driver: Callable[[str], ModuleType], index: LocalIndex
) -> None:
    looks = nodes.look(["one"])
    nodes.place(looks)
    index.close()
    with pytest.raises(driver("protocol").WorkersError, match=r"(?s)On .*\(one\).*Nothing was st"):
        nodes.make(looks, options(driver))


def test_a_node_that_is_too_slow_is_left(nodes: Any, driver: Callable[[str], ModuleType]) -> None:
    looks = nodes.look(["one"])
    nodes.place(looks)
    with pytest.raises(driver("protocol").WorkersError, match="was not ready within 0 s"):
        nodes.make(looks, options(driver, patience=0.0))


def test_what_does_not_answer_is_given_up(
    driver: Callable[[str], ModuleType],
) -> None:
    module: Any = driver("nodes")
    late, forever = module.no_answer("A worker"), threading.Event()
    with pytest.raises(driver("protocol").WorkersError, match="A worker did not answer within 60"):
        module.within(forever.wait, late, 0.05, forever.set)
    assert forever.is_set()
    assert module.within(lambda: 3, late) == 3
    with pytest.raises(KeyError):
        module.within({}.popitem, late)


def test_the_kernels_own_workers_need_nothing(driver: Callable[[str], ModuleType]) -> None:
    module: Any = driver("nodes")
    own = {"node": platform.node(), "prefix": sys.prefix}
    assert module.are_here({"a": own})
    assert not module.are_here({"a": own, "b": {**own, "prefix": "/elsewhere"}})
    [note] = module.nothing_to_do("Dask").notes
    assert "already" in note
    assert module.nothing_to_do("Dask").line({}) == ""


def test_a_wrong_version_is_named(driver: Callable[[str], ModuleType]) -> None:
    module: Any = driver("nodes")
    module.raise_wrong({"a": {"wrong": {}}})
    with pytest.raises(driver("protocol").WorkersError, match=r"b has six 2 instead of 1\."):
        module.raise_wrong({"a": {"wrong": {}}, "b": {"wrong": {"six": ["1", "2"]}}})

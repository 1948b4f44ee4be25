"""The document that a client holds: the right one or none, however the kernel is started."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_core.utils import run_sync

from nbenv.kernel.client.held_document import Held, find_held


class Manager:
    """A manager whose start asks for the document, as the provisioner does."""

    kernel_name = "nbenv"
    found: Held | None = None

    async def start(self) -> None:
        await asyncio.sleep(0)
        self.found = find_held(self)

    blocking_start = run_sync(start)

    @property
    def name(self) -> str | None:
        return None if self.found is None else self.found.document["metadata"]["name"]


class Client:
    """What holds a document beside its manager."""

    def __init__(self, document: Any) -> None:
        self.nb, self.km = document, Manager()

    async def execute(self) -> None:
        await self.km.start()


def document(name: str, kernel: str = "nbenv") -> Any:
    found = nbformat.v4.new_notebook()
    found.metadata.update(name=name, kernelspec={"name": kernel})
    return found


def clients() -> list[Client]:
    return [Client(document(name)) for name in "ab"]


async def gathered(*waiting: Any) -> None:
    await asyncio.gather(*waiting)


async def in_tasks(*waiting: Any) -> None:
    for task in [asyncio.create_task(each) for each in waiting]:
        await asyncio.wait_for(task, 10)


async def in_a_loop_that_runs(call: Callable[[], None]) -> None:
    call()


def on_a_thread(call: Callable[[], None]) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(call).result()


@pytest.mark.parametrize("run", [gathered, in_tasks])
def test_each_of_two_at_once_is_found(run: Any) -> None:
    both = clients()
    asyncio.run(run(*[each.execute() for each in both]))
    assert [each.km.name for each in both] == ["a", "b"]


@pytest.mark.parametrize("run", [gathered, in_tasks])
def test_so_it_is_where_the_manager_is_started_apart_from_its_client(run: Any) -> None:
    both = clients()
    asyncio.run(run(*[each.km.start() for each in both]))
    assert [each.km.name for each in both] == ["a", "b"]


@pytest.mark.parametrize(
    "call",
    [
        lambda start: start(),
        lambda start: asyncio.run(in_a_loop_that_runs(start)),
        on_a_thread,
        lambda start: asyncio.run(in_a_loop_that_runs(lambda: on_a_thread(start))),
    ],
    ids=["plain", "loop", "thread", "loop and thread"],
)
def test_blocking_starts(call: Any) -> None:
    both = clients()
    for each in both:
        call(each.km.blocking_start)
    assert [each.km.name for each in both] == ["a", "b"]


def test_one_that_runs_within_another_counts() -> None:
    outer, inner = clients()

    async def cell() -> None:
        await outer.km.start()
        await inner.execute()

    asyncio.run(cell())
    assert (outer.km.name, inner.km.name) == ("a", "b")


@pytest.mark.parametrize("form", [dict, nbformat.from_dict])
def test_traits_and_plain_dictionaries(form: Any) -> None:
    client = Client(form(json.loads(json.dumps(document("a")))))
    client._trait_values = {"km": client.km, "nb": client.nb}  # type: ignore[attr-defined]
    asyncio.run(client.execute())
    assert client.km.name == "a"


# -- nothing holds both


def started(manager: Manager, *documents: Any) -> None:
    manager.blocking_start()


def started_within(manager: Manager, outer: Any) -> None:
    started(manager, document("b"))


async def _in_a_task(manager: Manager, renderer: Any) -> None:
    async def starts() -> None:
        await manager.start()

    await asyncio.create_task(starts())  # as a manager of many kernels does


def test_the_nearest_function_tells_it() -> None:
    for start, wanted in ((started, "a"), (started_within, "b")):
        manager = Manager()
        start(manager, document("a"))
        assert manager.name == wanted
    manager = Manager()
    asyncio.run(_in_a_task(manager, Client(document("c"))))
    assert manager.name == "c"


def test_none_is_taken_where_it_is_unclear() -> None:
    manager = Manager()
    started(manager, document("a"), document("b"))
    assert manager.found is None
    started(manager, document("a", kernel="python3"))
    assert manager.found is None
    code = "read = document('a'); manager.blocking_start()"
    exec(compile(code, "script.py", "exec"), {"document": document, "manager": manager})
    assert manager.found is None


def test_tasks_of_one_loop_are_not_confused() -> None:
    async def of(name: str, manager: Manager) -> None:
        held = document(name)
        await manager.start()
        assert held is not None

    async def unrelated(manager: Manager) -> None:
        await manager.start()

    async def main() -> None:
        tasks = [of("a", first), unrelated(second), of("b", third)]
        await asyncio.gather(*tasks)

    first, second, third = Manager(), Manager(), Manager()
    asyncio.run(main())
    assert (first.name, second.name, third.name) == ("a", None, "b")


# -- names


def test_names_of_files_are_kept_but_for_outputs(tmp_path: Path) -> None:
    def run(path: Path, output_path: str, resources: object) -> Held | None:
        client = Client(document("a"))
        client.km.blocking_start()
        return client.km.found

    about = {"metadata": {"name": "named", "path": "/x"}}
    found = run(tmp_path / "in.ipynb", "/x/written.ipynb", about)
    assert found is not None
    names = [name for name in found.names if name.endswith(".ipynb")]
    assert names == [str(tmp_path / "in.ipynb"), "/x/named.ipynb"]

"""Kernels behind a gateway: what they are handed at their start, and what they report."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tornado import web

from nbenv.core.record import ABSENT
from nbenv.home.handed_over import HandedOver, variables_in
from nbenv.notebook.metadata import read_metadata, write_metadata
from nbenv.server.gateways import remote_kernels
from nbenv.server.gateways.remote_kernels import RemoteKernel, RemoteKernels
from nbenv.server.gateways.remote_records import Taken
from tests.conftest import write_notebook

RECORD: dict[str, object] = {"version": 1, "python": "3.11", "requirements": ["six"], "lock": []}


class Manager:
    """What is used of a gateway's kernel manager."""

    default_kernel_name = "python3"

    def __init__(self) -> None:
        self.offered: Any = {"kernelspecs": {"python3": {}, "nbenv": {}}}
        self.kernel_spec_manager = SimpleNamespace(list_kernel_specs=lambda: self.offered)
        self.started: list[dict[str, Any]] = []
        self.restarted: list[str] = []

    async def start_kernel(self, *, kernel_id: str | None = None, **options: Any) -> str:
        self.started.append(options)
        return kernel_id or f"kernel-{len(self.started)}"

    async def restart_kernel(self, kernel_id: str, now: bool = False) -> None:
        self.restarted.append(kernel_id)

    def remove_kernel(self, kernel_id: str) -> str:
        return kernel_id


@pytest.fixture
def manager() -> Manager:
    return Manager()


@pytest.fixture
def kernels(manager: Manager) -> RemoteKernels:
    found = RemoteKernels(logging.getLogger("test"))
    found.follow_starts(manager)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = write_notebook(tmp_path / "work.ipynb", "1")
    write_metadata(str(path), {"nbenv": RECORD})
    return path


def begin(manager: Manager, notebook: object, name: str | None = "nbenv", **more: Any) -> str:
    environ = {"JPY_SESSION_NAME": str(notebook), "PATH": "/bin"}
    starting: Coroutine[Any, Any, str] = manager.start_kernel(
        kernel_name=name, env=environ, path="", **more
    )
    return asyncio.run(starting)


def begun(manager: Manager, kernels: RemoteKernels, path: Path) -> RemoteKernel:
    kernel = kernels.get(begin(manager, path))
    assert kernel is not None
    return kernel


def test_a_start_hands_the_record_over(
    manager: Manager, kernels: RemoteKernels, path: Path
) -> None:
    kernel = begun(manager, kernels, path)
    [options] = manager.started
    handed = HandedOver.from_variables(options["env"])
    assert (handed.identity, handed.record, handed.path) == (kernel.identity, RECORD, str(path))
    assert options["env"]["PATH"] == "/bin"
    assert handed.to_text() not in repr(options)  # the server logs them


@pytest.mark.parametrize("name", ["python3", None, "ir"])
def test_other_kernels_are_left_alone(
    manager: Manager, kernels: RemoteKernels, path: Path, name: str | None
) -> None:
    identifier = begin(manager, path, name)
    assert variables_in(manager.started[0]["env"]) == []
    assert kernels.get(identifier) is None


def test_a_gateway_without_nbenv_is_named_once(
    manager: Manager, kernels: RemoteKernels, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)  # another test's may be lower, and asyncio logs, too
    begin(manager, path, "python3")
    assert (kernels.lacking, caplog.messages) == ("", [])
    manager.offered = {"kernelspecs": {"python3": {}}}
    begin(manager, path, "python3")
    begin(manager, path, "python3")
    [logged] = caplog.messages
    assert kernels.lacking in logged
    manager.offered = None  # it does not answer
    assert begin(manager, path, "python3")


@pytest.mark.parametrize("name", ["console-1", "", "gone/away.txt"])
def test_kernels_of_no_notebook_are_left_alone(
    manager: Manager, kernels: RemoteKernels, name: str
) -> None:
    assert kernels.get(begin(manager, name)) is None


def test_a_notebook_that_cannot_be_read_stops_no_start(
    manager: Manager, kernels: RemoteKernels, path: Path
) -> None:
    path.write_text("{", encoding="utf-8")
    assert kernels.get(begin(manager, path)) is None


def test_a_start_that_fails_for_want_of_nbenv_says_so(
    manager: Manager, kernels: RemoteKernels, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(**_: object) -> str:
        raise web.HTTPError(500, "Internal Server Error")

    failing = Manager()
    monkeypatch.setattr(failing, "start_kernel", fail)
    kernels.follow_starts(failing)
    with pytest.raises(web.HTTPError, match="Internal"):
        begin(failing, path)
    failing.offered = {"kernelspecs": {}}
    with pytest.raises(web.HTTPError, match="Install jupyter-nbenv"):
        begin(failing, path)


def test_a_start_without_variables_works(manager: Manager, kernels: RemoteKernels) -> None:
    assert asyncio.run(manager.start_kernel(kernel_name="nbenv")) == "kernel-1"


def test_after_a_restart_the_record_is_handed_over_again(
    manager: Manager, kernels: RemoteKernels, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier = begin(manager, path)
    kernel = kernels.get(identifier)
    assert kernel is not None
    sent: list[str] = []
    forgotten: list[str] = []
    for name in ("first", "second"):
        link: Any = SimpleNamespace(
            hand_over=partial(sent.append, name), forget_running=partial(forgotten.append, name)
        )
        kernel.links.append(link)
    kernel.report = {"state": "running"}
    asyncio.run(manager.restart_kernel(identifier, now=True))
    assert (manager.restarted, sent, kernel.report) == ([identifier], ["first"], None)
    assert forgotten == ["first", "second"]
    kernels.ask_again(kernel)
    assert sent == ["first"]  # it has some time to answer
    monkeypatch.setattr(time, "monotonic", lambda: kernel.next_try)
    kernels.ask_again(kernel)
    assert sent == ["first", "first"]
    kernel.report = {"state": "running"}
    kernels.ask_again(kernel)
    assert sent == ["first", "first"]
    manager.remove_kernel(identifier)
    assert kernels.get(identifier) is None


def test_only_a_new_record_gets_a_new_number(
    manager: Manager, kernels: RemoteKernels, path: Path
) -> None:
    kernel = begun(manager, kernels, path)
    number = kernel.handed.number
    assert kernels.renew(kernel).number == number
    write_metadata(str(path), {"nbenv": {**RECORD, "requirements": []}})
    assert kernels.renew(kernel).number != number


def report(kernel: RemoteKernel, **more: object) -> dict[str, object]:
    new = {**RECORD, "requirements": ["seven"]}
    about = {"identity": kernel.identity, "number": kernel.sent, "state": "running"}
    return {**about, "record": new, "known": [ABSENT], **more}


def test_reports_of_other_servers_and_odd_ones_change_nothing(
    manager: Manager, kernels: RemoteKernels, path: Path
) -> None:
    kernel = begun(manager, kernels, path)
    kernels.take(kernel, report(kernel, identity="other"), is_heard=True)
    kernels.take(kernel, report(kernel, number="of before"), is_heard=True)
    assert kernel.report is None
    kernels.take(kernel, report(kernel, record={"version": 1, "lock": 7}), is_heard=True)
    assert kernel.outcome is Taken.CONFLICT
    assert read_metadata(str(path))["nbenv"] == RECORD


@pytest.mark.parametrize(("connected", "is_written"), [(False, True), (True, False)])
def test_what_no_page_is_left_to_save_is_written(
    manager: Manager,
    kernels: RemoteKernels,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    connected: bool,
    is_written: bool,
) -> None:
    monkeypatch.setattr(remote_kernels, "_LEFT", 0.0)
    write_metadata(str(path), {"nbenv": None})
    kernel = begun(manager, kernels, path)

    connection: Any = SimpleNamespace()

    async def leave() -> None:
        kernels.take(kernel, report(kernel), is_heard=False)
        kernels.left(kernel)
        if connected:  # once more
            kernel.links.append(connection)
        for _ in range(20):
            await asyncio.sleep(0.02)

    asyncio.run(leave())
    assert ("nbenv" in read_metadata(str(path))) is is_written

"""A page's connection to a kernel behind a gateway: what of it is nbenv's, and when it ends."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nbenv.core.record import ABSENT
from nbenv.environments.store import read_state
from nbenv.home.handed_over import COMM, HandedOver
from nbenv.server.gateways.gateway_channels import following
from nbenv.server.gateways.remote_command import RemoteCommand
from nbenv.server.gateways.remote_kernels import RemoteKernel, RemoteKernels
from nbenv.server.gateways.remote_records import hand_over
from tests.conftest import write_notebook

RECORD: dict[str, object] = {"version": 1, "python": "3.11", "requirements": ["six"], "lock": []}


class Connection:
    """What is used of a server's connection to its gateway."""

    def __init__(self, session_id: str = "page", kernel_id: str = "kernel-1") -> None:
        self.session, self.kernel_id = SimpleNamespace(session=session_id), kernel_id
        self.ws: object = None
        self.ws_future: object = None
        self.disconnected = False
        self.sent: list[Any] = []
        self.shown: list[Any] = []

    async def connect(self) -> None:
        self.ws = object()

    def handle_incoming_message(self, message: str) -> None:
        self.sent.append(json.loads(message))

    def handle_outgoing_message(self, incoming_msg: str, *_: object) -> None:
        self.shown.append(json.loads(incoming_msg))

    def disconnect(self) -> None:
        self.disconnected = True


class Manager:
    """What is used of a server's kernel manager."""

    start_kernel = restart_kernel = None
    removed = ""

    def remove_kernel(self, kernel_id: str) -> None:
        self.removed = kernel_id


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_notebook(tmp_path / "work.ipynb", "1")


@pytest.fixture
def kernel(path: Path) -> RemoteKernel:
    handed = hand_over(str(path))
    return RemoteKernel(handed.identity, handed)


@pytest.fixture
def connect(kernel: RemoteKernel, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what connects a page; what would happen a moment later happens at once."""
    kernels = RemoteKernels(logging.getLogger("test"))
    manager = Manager()
    kernels.follow_starts(manager)
    kernels._kernels["kernel-1"] = kernel
    monkeypatch.setattr(kernels, "left", lambda kernel: left.append(kernel))
    left: list[RemoteKernel] = []
    kind: Any = following(Connection, kernels)  # type: ignore[arg-type]
    monkeypatch.setattr(kind, "_leave_soon", kind._leave_if_done)

    def connect(**options: str) -> Any:
        found = kind(**options)
        found.left, found.manager = left, manager
        coroutine = found.connect()
        with pytest.raises(StopIteration):  # it waits for nothing
            coroutine.send(None)
        return found

    return connect


def message(kind: str, parent: str = "", **content: object) -> str:
    return json.dumps({"msg_type": kind, "parent_header": {"msg_id": parent}, "content": content})


def cell(identifier: str, code: str = "1") -> str:
    header = {"msg_id": identifier, "msg_type": "execute_request"}
    return json.dumps({"header": header, "content": {"code": code}})


def idle(parent: str) -> str:
    return message("status", parent, execution_state="idle")


def told(kernel: RemoteKernel, record: object = RECORD) -> str:
    about = {"identity": kernel.identity, "number": kernel.sent, "state": "running"}
    data = {**about, "record": record, "known": [ABSENT]}
    return message("comm_msg", comm_id=COMM, data=data)


def handed_in(sent: dict[str, Any]) -> HandedOver:
    assert sent["header"]["msg_type"] == "comm_open"
    return HandedOver.from_text(sent["content"]["data"]["handed_over"])


def test_the_record_is_handed_over_before_anything_else(connect: Any, kernel: RemoteKernel) -> None:
    page = connect()
    assert handed_in(page.sent[0]).number == kernel.handed.number
    assert page.sent[0]["content"]["data"]["event"] is None  # which an older kernel answers


def test_other_kernels_have_plain_connections(connect: Any) -> None:
    page = connect(kernel_id="kernel-2")
    page.handle_incoming_message(cell("1", "%nbenv list"))
    page.handle_outgoing_message(message("comm_msg", comm_id=COMM, data={}))
    page.disconnect()
    assert (len(page.sent), len(page.shown), page.disconnected) == (1, 1, True)


def test_what_the_kernel_tells_is_kept_and_not_shown(
    connect: Any, kernel: RemoteKernel, path: Path
) -> None:
    page = connect()
    page.handle_outgoing_message(told(kernel))
    state = read_state(str(path))
    assert state is not None
    assert (state.record, state.saved, page.shown) == (RECORD, False, [])


def test_what_only_looks_like_it_is_shown(connect: Any, kernel: RemoteKernel, path: Path) -> None:
    page = connect()
    printed = [
        message("stream", text=told(kernel)),
        message("comm_msg", comm_id="of a widget", data=COMM),
    ]
    for each in printed:
        page.handle_outgoing_message(each)
    assert len(page.shown) == 2
    page.handle_outgoing_message(message("comm_msg", comm_id=COMM, data=[]))
    page.handle_outgoing_message(message("comm_close", comm_id=f"{COMM}-1"))
    assert len(page.shown) == 2
    state = read_state(str(path))
    assert state is not None
    assert state.record is None


def test_an_older_kernel_is_known_by_its_answer(connect: Any, kernel: RemoteKernel) -> None:
    page = connect()
    page.handle_outgoing_message(message("comm_msg", comm_id=f"{COMM}-1", data={"stale": []}))
    assert kernel.describe() == {"state": "ordinary", "remote": True, "outdated": True}


def test_a_cell_that_may_change_the_record_is_preceded_by_it(
    connect: Any, kernel: RemoteKernel
) -> None:
    page = connect()
    page.handle_outgoing_message(told(kernel))
    page.handle_incoming_message(cell("1", "%nbenv install six"))
    kinds = [each["header"]["msg_type"] for each in page.sent]
    assert kinds == ["comm_open", "execute_request"]  # it has the newest
    page.handle_outgoing_message(told(kernel, None))
    page.handle_incoming_message(cell("2", "print('pipe')"))
    page.handle_incoming_message(cell("3", "x = 1"))
    kinds = [each["header"]["msg_type"] for each in page.sent[2:]]
    assert kinds == ["comm_open", "execute_request", "execute_request"]
    assert handed_in(page.sent[2]).record == RECORD


def test_a_closed_page_stays_connected_until_its_cells_have_ended(
    connect: Any, kernel: RemoteKernel, path: Path
) -> None:
    page = connect()
    page.handle_incoming_message(cell("1"))
    page.handle_incoming_message(cell("2"))
    page.disconnect()
    page.handle_outgoing_message(idle("1"))
    assert (page.disconnected, page.left) == (False, [])
    page.handle_outgoing_message(told(kernel))
    page.handle_outgoing_message(idle("2"))
    assert (page.disconnected, page.left) == (True, [kernel])
    assert not kernel.is_heard
    state = read_state(str(path))
    assert state is not None
    assert state.record == RECORD


@pytest.mark.parametrize("state", ["dead", "restarting"])
def test_a_kernel_that_dies_ends_the_connection(connect: Any, state: str) -> None:
    page = connect()
    page.handle_incoming_message(cell("1"))
    page.disconnect()
    page.handle_outgoing_message(message("status", execution_state=state))
    assert page.disconnected


def test_a_page_that_comes_back_gets_what_it_missed(connect: Any, kernel: RemoteKernel) -> None:
    page = connect()
    page.handle_incoming_message(cell("1"))
    page.disconnect()
    page.handle_outgoing_message(message("stream", "1", text="missed"))
    again = connect()
    assert [each["content"] for each in again.shown] == [{"text": "missed"}]
    assert (page.disconnected, len(kernel.links)) == (True, 1)
    assert connect().shown == []


def test_what_a_page_missed_goes_with_its_kernel(connect: Any) -> None:
    page = connect()
    page.handle_incoming_message(cell("1"))
    page.disconnect()
    page.handle_outgoing_message(message("stream", "1", text="x" * 1000))
    assert not page.disconnected
    page.manager.remove_kernel("kernel-1")
    assert (page.disconnected, page.manager.removed) == (True, "kernel-1")
    again = connect()
    assert (again.shown, again.session_id) == ([], "page")


def test_another_page_does_not(connect: Any, kernel: RemoteKernel) -> None:
    page = connect()
    page.handle_incoming_message(cell("1"))
    page.disconnect()
    page.handle_outgoing_message(message("stream", "1", text="missed"))
    page.handle_outgoing_message(idle("1"))
    other = connect(session_id="other")
    assert (other.shown, connect().shown) == ([], [])


@pytest.mark.parametrize(
    "odd",
    [["execute_request"], {"execute_request": 1}, {"content": ["execution_state", COMM]},
     {"content": {"execution_state": 1}}, {"content": {"comm_id": [COMM]}}, COMM],
)  # fmt: skip
def test_odd_messages_are_passed_on(connect: Any, odd: object) -> None:
    page = connect()
    page.handle_incoming_message(json.dumps(odd))
    page.handle_outgoing_message(json.dumps(odd))
    assert (page.sent[1:], page.shown) == ([odd], [odd])


def command(link: Any, interrupted: list[str]) -> RemoteCommand:
    async def interrupt() -> None:
        interrupted.append("now")

    return RemoteCommand("install", ["six"], "", link, interrupt)


def event(command: RemoteCommand, number: str, **told: object) -> str:
    found = json.loads(message("comm_msg", comm_id=command.identifier, data={"told": told}))
    return json.dumps({**found, "header": {"msg_id": number}})


def test_a_command_ends_once_however_many_pages_hear_of_it(connect: Any) -> None:
    async def run() -> list[dict[str, object]]:
        page, other = connect(), connect()
        asked = command(page, [])
        page.ask(asked)
        page.disconnect()  # it stays for the command, as for a cell
        for each in (page, other):
            each.handle_outgoing_message(event(asked, "1", type="progress", message="\x1b[1m"))
            each.handle_outgoing_message(event(asked, "2", type="result"))
            each.handle_outgoing_message(event(asked, "3", type="error"))
            each.handle_outgoing_message(idle(asked.identifier))
        assert [each["header"]["msg_type"] for each in page.sent[1:]] == ["comm_open"] * 2
        assert page.sent[-1]["content"]["data"] == {"command": asked.content}
        assert page.disconnected
        return list(asked.events())

    first, last = asyncio.run(run())
    assert (first["message"], last["type"]) == ("\\x1b[1m", "result")


@pytest.mark.parametrize("how", ["restart", "idle", "old", "left", "again"])
def test_a_command_that_is_lost_ends(connect: Any, kernel: RemoteKernel, how: str) -> None:
    async def run() -> list[dict[str, object]]:
        page = connect()
        asked = command(page, [])
        page.ask(asked)
        if how == "restart":
            page.handle_outgoing_message(message("status", execution_state="restarting"))
        elif how == "idle":
            page.handle_outgoing_message(idle(asked.identifier))
        elif how == "old":
            data = {"stale": []}
            page.handle_outgoing_message(message("comm_msg", comm_id=asked.identifier, data=data))
        elif how == "left":
            page.ws = None
            page.disconnect()
        else:  # what a later hand-over says is that the kernel was done with it
            page.hand_over()
            page.handle_outgoing_message(idle(page.sent[-1]["header"]["msg_id"]))
        return list(asked.events())

    [error] = asyncio.run(run())
    assert ("Upgrade" in str(error["todo"])) is (how == "old")
    assert error["type"] == "error"


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_stop_interrupts_no_other_cell(connect: Any, is_begun: bool) -> None:
    interrupted: list[str] = []

    async def run() -> None:
        page = connect()
        asked = command(page, interrupted)
        page.ask(asked)
        busy = message("status", asked.identifier, execution_state="busy")
        if is_begun:
            page.handle_outgoing_message(busy)
        for _ in range(2):
            asked.stop()
        await asyncio.sleep(0.01)
        assert interrupted == (["now"] if is_begun else [])
        if not is_begun:
            [error] = asked.events()
            assert error["kind"] == "Stopped"
            page.handle_outgoing_message(busy)
            await asyncio.sleep(0.01)
            assert interrupted == ["now"]

    asyncio.run(run())

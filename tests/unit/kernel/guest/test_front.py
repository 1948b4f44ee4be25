"""A kernel whose notebook is on another machine: what it tells the server there, and takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from nbenv.core.record import fingerprint
from nbenv.environments.store import State, save_state
from nbenv.home import handed_over, paths
from nbenv.home.handed_over import HandedOver
from nbenv.kernel.receive_record import receive
from nbenv.notebook.metadata import write_metadata

Load = Callable[[str], ModuleType]
RECORD: dict[str, object] = {"version": 1, "python": "3.11", "requirements": [], "lock": ["a==1"]}
NEW = {**RECORD, "lock": ["a==2"]}


def handed(number: str = "1", record: dict[str, object] | None = RECORD) -> HandedOver:
    return HandedOver("work-1", "/front/work.ipynb", record, (), number)


@pytest.fixture
def file(load: Load, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the file of what was handed over to this process."""
    file = receive(handed())
    boot = load("front").variables
    monkeypatch.setitem(boot, "NBENV_RECORD", f"{os.getpid()} {file}")
    monkeypatch.setitem(boot, "NBENV_ENVIRONMENT", "work-1-a")
    return file


@pytest.fixture
def told(load: Load, file: str) -> list[dict[str, Any]]:
    """Return what the server is told."""
    found: list[dict[str, Any]] = []
    load("front").connect(file, found.append, lambda record: {"state": "running"})
    return found


def test_names_are_those_of_the_host(load: Load) -> None:
    assert load("front").COMM == handed_over.COMM
    assert repr(handed_over.METADATA)[1:-1] in Path(load("front").__file__).read_text("utf-8")


def test_a_kernel_of_this_machine_tells_nothing(load: Load) -> None:
    assert load("front").path() is None
    load("front").tell(always=True)
    load("front").take_over("anything")


def test_a_file_of_another_process_is_not_its_own(
    load: Load, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load("front").path() == file
    monkeypatch.setitem(load("front").variables, "NBENV_RECORD", f"{os.getpid() + 1} {file}")
    assert load("front").path() is None


def test_only_a_change_is_told(load: Load, file: str, told: list[dict[str, Any]]) -> None:
    load("front").tell()
    assert told == []
    write_metadata(file, {"nbenv": NEW})
    save_state(State(file, "work-1-a", NEW, True, (fingerprint(RECORD),)))
    load("front").tell()
    load("front").tell()
    [content] = told
    assert content["comm_id"] == handed_over.COMM
    assert content["data"] == {
        "identity": "work-1",
        "number": "1",
        "record": NEW,
        "known": [fingerprint(RECORD)],
        "state": "running",
    }


def test_a_file_that_is_gone_tells_no_record(
    load: Load, file: str, told: list[dict[str, Any]]
) -> None:
    os.unlink(file)
    load("front").tell()
    assert told[0]["data"]["record"] is None


@pytest.mark.parametrize(
    ("held", "record", "is_behind"),
    [(RECORD, RECORD, False), (RECORD, NEW, True), (RECORD, None, False),
     ({"requirements": ["x"]}, None, True), (None, RECORD, True), (RECORD, "odd", False)],
)  # fmt: skip
def test_whether_the_environment_is_that_of_the_record(
    load: Load,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    held: Any,
    record: Any,
    is_behind: bool,
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    (tmp_path / "nbenv.json").write_text(json.dumps({"value": held}), encoding="utf-8")
    assert load("front")._about(record)["behind"] is is_behind


class Shell:
    """What is used of a shell; no cell has run."""

    execution_count = 1


class Departure:
    """What a kernel is made to become."""

    def __init__(self) -> None:
        self.became: list[dict[str, str]] = []

    def begin(self, variables: dict[str, str]) -> None:
        self.became.append(variables)


@pytest.fixture
def host(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the host of the kernel be this Python."""
    monkeypatch.setattr(load("own_variables"), "for_command", lambda: dict(os.environ))


def test_a_detached_kernel_becomes_that_of_what_is_handed_over(load: Load, host: None) -> None:
    departure = Departure()
    load("front").watch_detached(Shell(), departure)
    load("front").take_over(handed().to_text())
    path = paths.handed_over_path("work-1")
    assert departure.became == [{"NBENV_RECORD": f"{os.getpid()} {path}"}]
    load("front").take_over(handed().to_text())
    assert len(departure.became) == 1


def test_a_supervised_kernel_is_known_by_its_supervisor(
    load: Load, host: None, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(load("front").variables, "NBENV_SUPERVISOR", "1 /tmp/a file")
    assert load("front").path() is None  # handed over to a kernel above this one
    assert load("front").path(os.getpid()) == file  # as the host asks
    departure = Departure()
    load("front").watch_detached(Shell(), departure)
    load("front").take_over(handed("2").to_text())
    assert departure.became == [{"NBENV_RECORD": f"1 {file}"}]
    monkeypatch.setitem(load("front").variables, "NBENV_RECORD", f"1 {file}")
    assert load("front").path() == file


def test_after_a_cell_only_the_record_is_taken(
    load: Load, host: None, file: str, told: list[dict[str, Any]]
) -> None:
    departure, shell = Departure(), Shell()
    load("front").watch_detached(shell, departure)
    shell.execution_count = 2
    load("front").take_over(handed("2", NEW).to_text())
    assert departure.became == []
    assert told[-1]["data"]["record"] == NEW


def test_the_same_once_more_is_only_answered(
    load: Load, file: str, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("the host is asked"))
    load("front").watch_detached(Shell(), Departure())
    load("front").take_over(handed().to_text())
    assert [each["data"]["record"] for each in told] == [RECORD]


def test_a_message_goes_to_all_clients(load: Load) -> None:
    sent: list[Any] = []
    session = SimpleNamespace(send=lambda *message, **_: sent.append(message))
    kernel = SimpleNamespace(session=session, iopub_socket="iopub")
    load("front")._publish(kernel, {"comm_id": "x"})
    assert sent == [("iopub", "comm_msg", {"comm_id": "x"})]

"""A waiting kernel that is handed a record, and tells of it."""

from __future__ import annotations

import os
from typing import Any

import pytest

from nbenv.home import paths, variables
from nbenv.home.handed_over import COMM, HandedOver
from nbenv.kernel import reach_front as module
from nbenv.kernel.guest import boot
from nbenv.kernel.reach_front import reach_front, start_again, take_over

RECORD: dict[str, object] = {"version": 1, "python": "3.11", "requirements": [], "lock": []}


class Channels:
    """The messages that a kernel publishes."""

    def __init__(self) -> None:
        self.published: list[Any] = []

    def publish(self, kind: str, content: object) -> None:
        self.published.append((kind, content))


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget afterwards what was handed over to this process."""
    monkeypatch.setattr(boot.load("front"), "_front", None)
    monkeypatch.setenv(variables.RECORD, "")
    monkeypatch.setenv(variables.DETACHED, "detached-1")


def opening(number: str, record: object = RECORD, target: str = "nbenv") -> dict[str, object]:
    handed = HandedOver("work-1", "/front/a.ipynb", record, (), number)  # type: ignore[arg-type]
    return {"target_name": target, "data": {"event": None, "handed_over": handed.to_text()}}


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Channels:
    """Let this process be a waiting kernel that was handed something at its start."""
    assert take_over(opening("1"))
    own = boot.load("front").variables
    monkeypatch.setitem(own, variables.RECORD, os.environ[variables.RECORD])
    channels = Channels()
    reach_front(channels, {"kind": "ApprovalNeeded"})  # type: ignore[arg-type]
    return channels


def test_a_kernel_without_a_notebook_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert take_over(opening("1"))
    assert os.environ[variables.RECORD].endswith(paths.handed_over_path("work-1"))
    assert variables.DETACHED not in os.environ
    replaced: list[Any] = []
    monkeypatch.setattr(module, "replace_process", lambda *words: replaced.append(words))
    start_again(["-f", "x.json"])
    assert replaced[0][0][-2:] == ["-f", "x.json"]


def test_it_tells_that_it_waits_and_why(handed: Channels) -> None:
    [(kind, content)] = handed.published
    assert (kind, content["comm_id"]) == ("comm_msg", COMM)
    data = content["data"]
    assert (data["state"], data["error"], data["record"]) == (
        "waiting",
        {"kind": "ApprovalNeeded"},
        RECORD,
    )


def test_the_same_once_more_is_only_answered(handed: Channels) -> None:
    assert not take_over(opening("1"))
    assert len(handed.published) == 2


def test_for_another_record_it_starts_again(handed: Channels) -> None:
    assert take_over(opening("2", {**RECORD, "requirements": ["x"]}))


@pytest.mark.parametrize(
    "content",
    [{}, {"data": None}, opening("2", target="other"), {"target_name": "nbenv"},
     {"target_name": "nbenv", "data": {"handed_over": 7}},
     {"target_name": "nbenv", "data": {"event": None}},
     {"target_name": "nbenv", "data": {"handed_over": "damaged"}}],
)  # fmt: skip
def test_what_is_none_of_it_changes_nothing(handed: Channels, content: dict[str, object]) -> None:
    assert not take_over(content)
    assert len(handed.published) == 1


def test_a_kernel_of_this_machine_tells_nothing() -> None:
    channels = Channels()
    reach_front(channels, {})  # type: ignore[arg-type]
    assert channels.published == []

"""Interrupts of a launcher on Windows: by Jupyter's event, and by the page's file."""

from __future__ import annotations

import _thread
import sys
from pathlib import Path
from typing import Any

import pytest

from nbenv.kernel.supervision import interrupt_event

EVENT, DONE, TIMEOUT = 0, 1, 0x102


class Kernel32:
    """Answers of ``WaitForMultipleObjects``, one after the other."""

    def __init__(self, *answers: int) -> None:
        self._answers = list(answers)

    def WaitForMultipleObjects(self, *_: object) -> int:
        return self._answers.pop(0)


@pytest.fixture
def interrupts(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    found: list[bool] = []
    monkeypatch.setattr(_thread, "interrupt_main", lambda: found.append(True))
    return found


def hear(handles: list[int], stop_file: object, *answers: int) -> None:
    kernel32: Any = Kernel32(*answers)
    interrupt_event._hear(kernel32, handles, str(stop_file or ""))


def test_each_event_is_an_interrupt(interrupts: list[bool]) -> None:
    hear([436, 440], "", TIMEOUT, EVENT, TIMEOUT, EVENT, DONE)
    assert len(interrupts) == 2


def test_the_end_is_none(interrupts: list[bool]) -> None:
    hear([436, 440], "", DONE)
    hear([440], "", TIMEOUT, 0)  # where Jupyter gave no event, the only one is ours
    assert interrupts == []


def test_a_file_stops_once(interrupts: list[bool], tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    stop.touch()
    hear([436, 440], stop, TIMEOUT, TIMEOUT, DONE)
    assert len(interrupts) == 1
    assert not stop.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there it does something")
def test_elsewhere_signals_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_INTERRUPT_EVENT", "436")
    with interrupt_event.hear_interrupts():
        pass

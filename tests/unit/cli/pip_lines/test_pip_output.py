"""Output of pip's commands for programs and shells: plain, on a terminal too."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import pytest

from nbenv.cli.pip_lines.pip_output import PipOutput
from nbenv.core.lock import Change
from nbenv.errors import NbenvError
from nbenv.progress import Outcome, Progress

DONE = Outcome(summary="Installed a 1.", text="text", changes=(Change("a", None, "1"),))


@pytest.fixture
def noted() -> list[Mapping[str, object]]:
    return []


def test_a_program_gets_the_result_alone(noted: list[Any], capsys: Any) -> None:
    output = PipOutput(False, noted.append)
    output.progress(Progress("install", "Installing 1 package…"))
    output.result(DONE, {})
    assert capsys.readouterr() == ("text\nInstalled a 1.\n", "")
    assert noted[0]["changes"] == [{"name": "a", "old": None, "new": "1", "imports": []}]


def test_a_person_sees_each_phase(
    noted: list[Any], capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    output = PipOutput(False, noted.append)
    for phase, message in (("resolve", "one"), ("resolve", "two"), ("install", "three")):
        output.progress(Progress(phase, message))
    assert capsys.readouterr().err == "one\nthree\n"


def test_quiet_shows_what_was_asked_for_and_what_must_be_read(
    noted: list[Any], capsys: Any
) -> None:
    output = PipOutput(True, noted.append)
    output.progress(Progress("install", "read this", lasting=True))
    output.result(DONE, {})
    assert capsys.readouterr() == ("text\n", "read this\n")
    assert len(noted) == 1


def test_errors_and_questions(noted: list[Any], capsys: Any) -> None:
    output = PipOutput(False, noted.append)
    output.error(NbenvError("It failed.", todo="Do this."))
    assert capsys.readouterr() == ("", "It failed.\nDo this.\n")
    assert output.ask("Install") is None
    output.result(Outcome(summary="Nothing."), {})
    assert noted == []

"""The order of Pythons; those of the machine are replaced."""

from __future__ import annotations

import pytest

from nbenv.adopt.findings import Findings
from nbenv.environments.interpreters import Interpreter
from nbenv.operations.adoption import pythons
from nbenv.operations.adoption.pythons import first_python, other_pythons, too_old_note

HERE = ["3.8", "3.9", "3.10", "3.11", "3.13"]


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    here = {python: Interpreter(python, f"{python}.0", "") for python in HERE}
    monkeypatch.setattr(pythons, "default_python", lambda: "3.11")
    monkeypatch.setattr(pythons.interpreters, "available", lambda: list(here.values()))
    monkeypatch.setattr(pythons.interpreters, "find", here.get)


@pytest.mark.parametrize(
    ("declared", "asked", "as_of", "python"),
    [
        ("3.9", None, None, "3.9"),
        ("3.9", "3.13", None, "3.13"),
        ("3.9", "3.7", None, "3.7"),  # its absence is an error of its own
        ("3.7", None, None, "3.11"),
        ("3.7", None, "2021-06-01", "3.9"),
        (None, None, None, "3.11"),
        (None, None, "2020-03-01", "3.8"),
        (None, None, "2010-01-01", "3.8"),
    ],
)
def test_the_first_python(
    declared: str | None, asked: str | None, as_of: str | None, python: str
) -> None:
    assert first_python(Findings(python=declared), asked, as_of) == python


@pytest.mark.parametrize(
    ("declared", "as_of", "order"),
    [
        (None, None, ["3.11", "3.10", "3.9", "3.8", "3.13"]),
        ("3.10", None, ["3.10", "3.11", "3.13", "3.9", "3.8"]),
        ("3.12", None, ["3.11", "3.10", "3.9", "3.8", "3.13"]),
        ("2.7", None, ["3.11", "3.10", "3.9", "3.8", "3.13"]),
        (None, "2022-06-01", ["3.10", "3.9", "3.8", "3.11", "3.13"]),
    ],
)
def test_the_others(declared: str | None, as_of: str | None, order: list[str]) -> None:
    assert other_pythons(declared, as_of) == order


def test_what_is_said_of_a_python_that_is_too_old() -> None:
    aged = Findings(as_of="2018-12-01")
    assert too_old_note("3.9", aged, None) == ""
    assert too_old_note("3.6", Findings(), None) == ": a kernel needs Python 3.8 or newer"
    assert too_old_note("3.6", aged, "2018-12-01") == ": a kernel needs Python 3.8 or newer"
    assert "(--as-of 2018-12-01 takes" in too_old_note("2.7", aged, None)

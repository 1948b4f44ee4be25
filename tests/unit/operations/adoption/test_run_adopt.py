"""Questions before a run; what installs and runs is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef
from nbenv.errors import ApprovalNeededError, NbenvError
from nbenv.operations.adoption import recovery, run_adopt
from nbenv.operations.adoption.adopt import AdoptOptions
from nbenv.operations.adoption.run_adopt import run_adopting
from nbenv.operations.install import InstallRequest
from nbenv.operations.run import Again, CellFailure, Recover
from nbenv.progress import Outcome, Progress, Steps, drain
from tests.conftest import write_notebook

DIGEST = "0" * 32


class World:
    """A run that fails with given errors, and an installer that notes what it is asked for."""

    def __init__(self, *errors: str) -> None:
        self.errors = errors
        self.installed: list[str] = []
        self.went_on: list[Again] = []
        self.adopted: list[tuple[bool, str | None]] = []

    def adopt(
        self, ref: NotebookRef, options: AdoptOptions, agreed: str | None = None
    ) -> Steps[Outcome]:
        yield Progress("look", "…")
        self.adopted.append((options.dry_run, agreed))
        return Outcome("Adopted.", "It needs yaml.", data={"digest": DIGEST})

    def install(self, ref: NotebookRef, request: InstallRequest) -> Steps[Outcome]:
        yield Progress("install", "…")
        self.installed += request.requirements
        if "lxml" in request.requirements:
            raise NbenvError("No.")
        return Outcome()

    def run(
        self, source: str, out: str | None, *, recover: Recover, agreed: str | None
    ) -> Steps[Outcome]:
        self.agreed = agreed
        for message in self.errors:
            failure = CellFailure("ModuleNotFoundError", message, 0)
            self.went_on.append((yield from recover(NotebookRef(source), failure)))
        return Outcome("Ran.", data={"cells": 1})


@pytest.fixture
def notebook(tmp_path: Path) -> str:
    return str(write_notebook(tmp_path / "x.ipynb", "1"))


def world(monkeypatch: pytest.MonkeyPatch, *errors: str) -> World:
    made = World(*errors)
    monkeypatch.setattr(run_adopt, "adopt", made.adopt)
    monkeypatch.setattr(run_adopt, "run", made.run)
    monkeypatch.setattr(recovery, "install", made.install)
    return made


def test_what_is_missing_is_installed_after_a_question(
    notebook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world(monkeypatch, "No module named 'yaml'", "No module named 'nobody_knows'")
    asked: list[str] = []

    def consent(question: str) -> bool:
        asked.append(question)
        return True

    outcome = drain(run_adopting(notebook, None, AdoptOptions(), consent))
    assert asked == [
        f"Adopt {notebook} and install what it needs",
        "ModuleNotFoundError: No module named 'yaml'\nInstall pyyaml",
    ]
    assert (made.installed, made.went_on) == (["pyyaml"], [Again.CELL, Again.NOTHING])
    assert outcome.summary == "Ran. Installed during the run: pyyaml."
    assert outcome.data == {"cells": 1, "added": ["pyyaml"], "adopted": {"digest": DIGEST}}
    assert made.adopted == [(True, None), (False, DIGEST)]  # what was shown, and nothing else
    assert made.agreed == ""  # what was adopted is approved, and what the file holds later is not


def test_the_same_package_is_not_installed_twice(
    notebook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world(monkeypatch, *["No module named 'yaml'"] * 3)
    drain(run_adopting(notebook, None, AdoptOptions(), lambda _: True))
    assert made.installed == ["pyyaml"]
    # A library may remember that its import failed, but it can do so only once.
    assert made.went_on == [Again.CELL, Again.ALL, Again.NOTHING]


def test_a_failed_install_lets_the_cell_fail(
    notebook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world(monkeypatch, "No module named 'lxml'")
    drain(run_adopting(notebook, None, AdoptOptions(), lambda _: True))
    assert made.went_on == [Again.NOTHING]


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [(None, ApprovalNeededError, "--yes"), (False, NbenvError, "Stopped before adopting it.")],
)
def test_no_answer_and_no(
    answer: bool | None,
    kind: type[NbenvError],
    words: str,
    notebook: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world(monkeypatch)
    with pytest.raises(kind, match=words):
        drain(run_adopting(notebook, None, AdoptOptions(), lambda _: answer))


def test_what_is_known_to_fail_today_is_adopted_as_of_its_day(
    notebook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world(monkeypatch)
    days: list[tuple[bool, str | None]] = []

    def adopt(ref: NotebookRef, options: AdoptOptions, agreed: str | None = None) -> Steps[Outcome]:
        yield from ()
        days.append((options.dry_run, options.as_of))
        return Outcome("Adopted.", data={"digest": DIGEST, "offered_as_of": "2022-12-07"})

    monkeypatch.setattr(run_adopt, "adopt", adopt)
    drain(run_adopting(notebook, None, AdoptOptions(), lambda _: True))
    assert days == [(True, None), (True, "auto"), (False, "auto")]
    days.clear()
    drain(run_adopting(notebook, None, AdoptOptions(as_of="2021-01-01"), lambda _: True))
    assert days == [(True, "2021-01-01"), (False, "2021-01-01")]
    assert made.installed == []

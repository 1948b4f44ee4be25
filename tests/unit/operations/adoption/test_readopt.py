"""Unit tests of ``nbenv.operations.adoption.readopt``; what installs is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookRef
from nbenv.engine.environment_sync import SyncResult
from nbenv.environments.environment import Environment
from nbenv.notebook.metadata import write_metadata
from nbenv.operations.adoption import readopt
from nbenv.operations.adoption.goal import Adopted, Goal
from nbenv.progress import Steps, drain
from tests.conftest import write_notebook

RECORD: dict[str, object] = {
    "version": 1,
    "python": "3.11",
    "requirements": ["a==1", "b<2"],
    "lock": [],
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Goal]:
    goals: list[Goal] = []

    def install(goal: Goal) -> Steps[Adopted]:
        yield from ()
        goals.append(goal)
        return Adopted(Spec("3.8"), SyncResult(Environment("x")))

    monkeypatch.setattr(readopt, "install_first_possible", install)
    monkeypatch.setattr(readopt, "other_pythons", lambda *_: ["3.8", "3.9"])
    return goals


@pytest.fixture
def ref(tmp_path: Path) -> NotebookRef:
    path = write_notebook(tmp_path / "x.ipynb", "1")
    write_metadata(str(path), {"nbenv": RECORD})
    return NotebookRef(str(path))


def test_a_day_gives_up_the_versions_of_today(ref: NotebookRef, asked: list[Goal]) -> None:
    drain(readopt.readopt_as_of(ref, readopt.DayGoal("2020-06-01", "2020-07-01")))
    (goal,) = asked
    assert (goal.python, goal.as_of, goal.last_day, goal.anew) == (
        "3.8", "2020-06-01", "2020-07-01", True
    )  # fmt: skip
    assert goal.loosened(only=goal.soft) == ("a", "b")


def test_another_python_keeps_them(ref: NotebookRef, asked: list[Goal]) -> None:
    drain(readopt.readopt_on_python(ref, "3.9"))
    (goal,) = asked
    assert (goal.python, goal.as_of, goal.requirements) == ("3.9", None, ("a==1", "b<2"))
    assert goal.anew

"""Unit tests of ``nbenv.operations.adoption.recovery``; what installs is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult
from nbenv.environments.environment import Environment
from nbenv.errors import NbenvError
from nbenv.operations.adoption import recovery
from nbenv.operations.adoption.goal import Adopted
from nbenv.operations.adoption.readopt import DayGoal
from nbenv.operations.adoption.recovery import Recovery
from nbenv.operations.install import InstallRequest
from nbenv.operations.run import Again, CellFailure
from nbenv.progress import Outcome, Steps, drain
from tests.conftest import write_notebook


class World:
    """An environment that has some packages, and notes what is changed in it."""

    def __init__(self, *present: str) -> None:
        self.present = present
        self.changes: list[str] = []
        self.refused: set[str] = set()
        self.questions: list[str] = []

    def consent(self, question: str) -> bool:
        self.questions.append(question)
        return True

    def install(self, ref: NotebookRef, request: InstallRequest) -> Steps[Outcome]:
        yield from self.change(*request.requirements)
        return Outcome()

    def readopt_as_of(self, ref: NotebookRef, asked: DayGoal) -> Steps[Adopted]:
        yield from self.change(" ".join([f"as of {asked.day}, {asked.last_day}", *asked.limits]))
        return self.adopted(ref, asked.day)

    def readopt_on_python(self, ref: NotebookRef, python: str) -> Steps[Adopted]:
        yield from self.change(f"Python {python}")
        return self.adopted(ref, None)

    def add_as_of(self, ref: NotebookRef, requirement: str, day: str) -> Steps[Adopted]:
        yield from self.change(f"{requirement} as of {day}")
        return self.adopted(ref, day)

    def undo(self, ref: NotebookRef) -> Steps[Outcome]:
        yield from self.change("undo")
        return Outcome()

    def adopted(self, ref: NotebookRef, day: str | None) -> Adopted:
        snapshot = NotebookSnapshot.read(ref)
        return Adopted(snapshot.spec, SyncResult(snapshot.environment), as_of=day)

    def change(self, what: str) -> Steps[None]:
        yield from ()
        if what in self.refused:
            raise NbenvError("No.")
        self.changes.append(what)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World("numpy", "scikit-learn", "moviepy")
    for name in ("install", "readopt_as_of", "readopt_on_python", "add_as_of", "undo"):
        monkeypatch.setattr(recovery, name, getattr(world, name))
    monkeypatch.setattr(Environment, "installed", lambda _: dict.fromkeys(world.present))
    monkeypatch.setattr(Environment, "imports", lambda *_: {"numpy": ["numpy"]})
    monkeypatch.setattr(recovery, "last_with_all", lambda *_: "3.9")
    return world


def recover(
    world: World, path: Path, *messages: str, stops: bool = True, as_of: str | None = None
) -> list[Again]:
    """Return what runs again after each of these errors."""
    ref = NotebookRef(str(path))
    tested = Recovery(ref, world.consent, as_of=as_of)
    failures = (CellFailure(*text.split(": ", 1), 0, stops) for text in messages)
    return [drain(tested.recover(ref, failure)) for failure in failures]


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return write_notebook(tmp_path / "x.ipynb", "1")


def test_an_older_version_needs_another_kernel_and_is_tried_once(
    made: World, notebook: Path
) -> None:
    error = "ModuleNotFoundError: No module named 'moviepy.editor'"
    assert recover(made, notebook, error, error) == [Again.ALL, Again.NOTHING]
    assert made.changes == ["moviepy<2.0"]
    assert made.questions == [f"{error}\nInstall moviepy<2.0"]


def test_a_module_of_a_package_that_is_not_there(made: World, notebook: Path) -> None:
    error = "ModuleNotFoundError: No module named 'pkg_resources'"
    assert recover(made, notebook, error) == [Again.CELL]
    assert made.changes == ["setuptools<82"]


def test_everything_is_dated_where_a_limit_is_not_enough(made: World, notebook: Path) -> None:
    error = "ImportError: `load_boston` has been removed from scikit-learn since version 1.2."
    assert recover(made, notebook, error, error) == [Again.ALL, Again.NOTHING]
    assert made.changes == ["as of 2022-12-07, 2022-12-07", "undo"]  # it did not help
    made.changes.clear()
    made.refused = {"numpy<1.24"}
    recover(made, notebook, "AttributeError: module 'numpy' has no attribute 'float'")
    assert made.changes == []  # and the notebook has no age


def test_what_python_removed(made: World, notebook: Path) -> None:
    error = "ImportError: cannot import name 'Mapping' from 'collections' (/x)"
    assert recover(made, notebook, error) == [Again.ALL]
    assert made.changes == ["Python 3.9"]


def test_the_age_of_a_notebook_is_the_last_resort(made: World, tmp_path: Path) -> None:
    old = write_notebook(tmp_path / "old.ipynb", "import datetime\n# 2021-03-04")
    document = old.read_text().replace('"outputs": []', f'"outputs": [{_PRINTED}]')
    old.write_text(document)
    errors = ["AttributeError: 'Odd' object has no attribute 'what'"] * 2
    assert recover(made, old, *errors) == [Again.ALL, Again.NOTHING]
    assert made.changes == ["as of 2021-03-04, None", "undo"]
    assert "(the output of cell 1 shows 2021-03-04)" in made.questions[0]
    assert recover(made, old, "FileNotFoundError: data.csv") == [Again.NOTHING]
    assert recover(made, old, errors[0], stops=False) == [Again.NOTHING]


def test_what_is_added_is_of_the_time_of_the_others(made: World, notebook: Path) -> None:
    """Today's xlrd reads none of the files that pandas of 2020 gives it."""
    error = "ImportError: Missing optional dependency 'xlrd'. Install xlrd >= 1.0.0."
    assert recover(made, notebook, error, as_of="2020-01-15") == [Again.CELL]
    error = "ModuleNotFoundError: No module named 'pkg_resources'"  # a limit says it itself
    assert recover(made, notebook, error, as_of="2020-01-15") == [Again.CELL]
    assert made.changes == ["xlrd as of 2020-01-15", "setuptools<82"]


def test_a_cause_that_only_the_outputs_tell(made: World, notebook: Path) -> None:
    causes = (("Odd", "no engine"), ("ModuleNotFoundError", "No module named 'matplotlib'"))
    failure = CellFailure("ImportError", "None of the backends was found", 0, causes=causes)
    ref = NotebookRef(str(notebook))
    assert drain(Recovery(ref, made.consent).recover(ref, failure)) is Again.CELL
    assert made.changes == ["matplotlib"]


def test_a_guessed_day_may_be_too_early(made: World, notebook: Path) -> None:
    error = "ImportError: cannot import name 'Newer' from 'numpy' (/x)"
    ref = NotebookRef(str(notebook))
    failure = CellFailure(*error.split(": ", 1), 0)
    tested = Recovery(ref, made.consent, as_of="2020-06-01", is_estimate=True)
    assert drain(tested.recover(ref, failure)) is Again.ALL
    assert made.changes == ["as of 2021-06-01, None"]
    assert drain(tested.recover(ref, failure)) is Again.NOTHING
    assert made.changes[1:] == ["undo"]
    assert recover(made, notebook, error, as_of="2020-06-01") == [Again.NOTHING]  # was asked for


def test_all_that_an_error_names_is_installed(made: World, notebook: Path) -> None:
    error = 'ImportError: HTTPFileSystem requires "requests" and "aiohttp" to be installed'
    again = recover(made, notebook, error, error, error, error)
    assert again == [Again.CELL, Again.CELL, Again.ALL, Again.NOTHING]
    assert made.changes == ["requests", "aiohttp"]


def test_what_was_gone_before_this_machines_pythons(made: World, notebook: Path) -> None:
    made.present = ("networkx",)
    error = "AttributeError: 'Graph' object has no attribute 'node'"
    assert recover(made, notebook, error) == [Again.ALL]
    assert len(made.changes) == 1
    assert made.changes[0].endswith(", None networkx<2.4")
    assert recover(made, notebook, error, as_of="2020-06-01") == [Again.ALL]
    assert made.changes[1:] == ["networkx<2.4"]


def test_what_is_dated_gets_an_older_version_of_one_package(made: World, notebook: Path) -> None:
    made.present = (*made.present, "matplotlib", "networkx")
    error = "AttributeError: module 'matplotlib.cbook' has no attribute 'iterable'"
    assert recover(made, notebook, error, error, as_of="2020-09-01") == [Again.ALL, Again.NOTHING]
    of_pandas = "AttributeError: 'DataFrame' object has no attribute 'ix'"
    made.present = (*made.present, "pandas")
    assert recover(made, notebook, of_pandas, as_of="2020-09-01") == [Again.ALL]
    assert made.changes == ["matplotlib<3.3", "pandas<1.0"]


def test_a_module_that_nothing_provides_is_not_of_another_time(made: World, tmp_path: Path) -> None:
    old = write_notebook(tmp_path / "old.ipynb", "import datetime\n# 2021-03-04")
    old.write_text(old.read_text().replace('"outputs": []', f'"outputs": [{_PRINTED}]'))
    error = "ModuleNotFoundError: No module named 'our_own_tools'"
    assert recover(made, old, error) == [Again.NOTHING]
    assert (made.changes, made.questions) == ([], [])


_PRINTED = '{"name": "stdout", "output_type": "stream", "text": ["2021-03-04"]}'


@pytest.mark.parametrize(
    "message",
    [
        "ImportError: numpy is required",  # it is there
        "AttributeError: 'DataFrame' object has no attribute 'append'",  # of another package
        "ValueError: no",
    ],
)
def test_nothing_is_proposed_without_a_reason(message: str, made: World, notebook: Path) -> None:
    assert recover(made, notebook, message) == [Again.NOTHING]
    assert (made.changes, made.questions) == ([], [])

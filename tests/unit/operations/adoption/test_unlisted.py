"""Packages that an index has for modules of no list: found by name, and by what they hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef
from nbenv.operations.adoption.adopt import AdoptOptions, adopt
from nbenv.operations.adoption.folder.adopt_folder import FolderOptions, adopt_folder
from nbenv.progress import Outcome, drain
from tests.conftest import write_notebook
from tests.support.index import LocalIndex

OLD, LATER = "2020-05-01T00:00:00.000000Z", "2022-05-01T00:00:00.000000Z"
CODE = "from surelynot import Reactor\nimport colliding\ncolliding.plot(1)"
DRY = AdoptOptions(dry_run=True)


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    real = {"surelynot/__init__.py": "from surelynot.core import Reactor", "surelynot/core.py": ""}
    first = {**real, "surelynot/gone.py": "class Turbine: ..."}
    index.wheel("surelynot", "1.0", upload_time=OLD, modules=first)
    index.wheel("surelynot", "1.1", upload_time=LATER, modules=real)
    other = {"colliding/__init__.py": "def plot(): ..."}
    index.wheel("colliding", "1.0", upload_time=OLD, modules=other)
    index.wheel("colliding", "1.1", upload_time=LATER, modules=other)
    return index


def adopted(path: Path, options: AdoptOptions = DRY, **more: object) -> Outcome:
    return drain(adopt(NotebookRef(str(path)), options, **more))  # type: ignore[arg-type]


def data(outcome: Outcome) -> dict[str, list[dict[str, object]]]:
    return json.loads(json.dumps(outcome.data))  # type: ignore[no-any-return]


def test_what_is_found_is_shown_as_such(stocked: LocalIndex, tmp_path: Path) -> None:
    outcome = adopted(write_notebook(tmp_path / "x.ipynb", CODE))
    found = data(outcome)
    assert [each["requirement"] for each in found["found"]] == ["surelynot"]
    [named] = found["by_name"]
    assert (named["modules"], named["first_day"]) == (["surelynot"], "2020-05-01")
    assert named["summary"] == "The test distribution surelynot"
    assert [each["module"] for each in found["unknown"]] == ["colliding"]
    assert "nbenv does not know surelynot. This machine's index has surelynot 1.1" in outcome.text
    assert "the index has colliding, but nothing shows" in outcome.text


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("import surelynot\nsurelynot.Reactor()", "surelynot"),
        ("from surelynot import Absent", None),  # it is another one
        ("from surelynot.gone import Turbine", "surelynot"),  # as it was in its first release
        ("import surelynot", None),  # nothing speaks for it
        ('print("pip install surelynot")\nimport surelynot', "surelynot"),
        ("import only\nonly.Special()", None),  # the only release
        ('print("pip install only")\nimport only\nonly.Special()', "only"),
        ("import fresh\nfresh.Special()", None),
        ('print("pip install fresh")\nimport fresh\nfresh.Special()', None),  # of these days
        ("# pip install named-otherwise\nimport inner\ninner.Special()", "named-otherwise"),
        (
            "!pip install -i https://x.invalid/simple numpy\nimport surelynot\nsurelynot.Reactor",
            None,
        ),
    ],
)
def test_what_counts(stocked: LocalIndex, tmp_path: Path, cell: str, name: str | None) -> None:
    special = "class Special: ..."
    stocked.wheel("only", "1.0", upload_time=OLD, modules={"only.py": special})
    for version in ("1.0", "1.1"):
        when = "2099-01-01T00:00:00.000000Z"
        stocked.wheel("fresh", version, upload_time=when, modules={"fresh.py": special})
        stocked.wheel("named-otherwise", version, upload_time=OLD, modules={"inner.py": special})
    found = data(adopted(write_notebook(tmp_path / "x.ipynb", cell)))["by_name"]
    assert [each["name"] for each in found] == ([name] if name else [])


@pytest.mark.parametrize("answer", [True, False, None])
def test_a_person_decides(stocked: LocalIndex, notebook: Path, answer: bool | None) -> None:
    write_notebook(notebook, CODE)
    asked: list[str] = []

    def consent(question: str) -> bool | None:
        asked.append(question)
        return answer

    outcome = adopted(notebook, AdoptOptions(), consent=consent)
    assert asked == ["Install surelynot, too"]
    assert ("surelynot" in outcome.summary) == bool(answer)
    if not answer:
        assert "If it is the right one: nbenv install NOTEBOOK surelynot" in outcome.text


def test_a_page_gets_what_it_showed(stocked: LocalIndex, notebook: Path) -> None:
    write_notebook(notebook, CODE)
    shown = str(data(adopted(notebook))["digest"])
    listed = AdoptOptions(dry_run=True, listed_only=True)
    asked = len(stocked.requests)
    assert data(adopted(notebook, listed))["digest"] != shown
    assert len(stocked.requests) == asked
    assert "surelynot" in adopted(notebook, AdoptOptions(), agreed=shown).summary


def test_a_page_that_showed_nothing_gets_nothing(stocked: LocalIndex, notebook: Path) -> None:
    write_notebook(notebook, CODE)
    assert "surelynot" not in adopted(notebook, AdoptOptions(), agreed="").summary


@pytest.mark.parametrize("yes", [True, False])
def test_a_folder(stocked: LocalIndex, tmp_path: Path, yes: bool) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    write_notebook(folder / "x.ipynb", CODE)
    nobody: Callable[[str], bool | None] = lambda question: None  # noqa: E731
    steps = adopt_folder([str(folder)], AdoptOptions(), FolderOptions(1, yes), nobody)
    [entry] = data(drain(steps))["notebooks"]
    assert entry["state"] == "adopted", entry
    assert ("surelynot" in str(entry["packages"])) == yes

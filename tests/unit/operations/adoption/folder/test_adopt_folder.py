"""Unit tests of ``nbenv.operations.adoption.folder.adopt_folder``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.errors import ApprovalNeededError, NbenvError
from nbenv.operations.adoption.examined import AdoptOptions
from nbenv.operations.adoption.folder.adopt_folder import FolderOptions, adopt_folder
from nbenv.progress import Outcome, Progress, drain
from tests.conftest import write_notebook

FOREIGN = "!pip install a --extra-index-url https://example.org/simple"


def adopt(
    place: Path, answer: bool | None, shown: list[Progress] | None = None, **options: bool
) -> Outcome:
    steps = adopt_folder([str(place)], AdoptOptions(**options), FolderOptions(), lambda _: answer)
    return drain(steps, (shown if shown is not None else []).append)


def test_a_dry_run_asks_nothing_and_changes_nothing(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", "import pandas", FOREIGN)
    before = path.read_bytes()
    outcome = adopt(tmp_path, False, dry_run=True)
    assert outcome.summary == "Would adopt 1 notebook; nothing was changed."
    assert "https://example.org/simple" in outcome.text
    assert path.read_bytes() == before


def test_everything_is_shown_and_one_no_ends_it(tmp_path: Path) -> None:
    for name in "ab":
        write_notebook(tmp_path / f"{name}.ipynb", f"import pandas # {name}")
    shown: list[Progress] = []
    with pytest.raises(NbenvError, match="Nothing was adopted"):
        adopt(tmp_path, False, shown)
    lasting = [each.message for each in shown if each.lasting]
    assert len(lasting) == 1
    assert "a.ipynb" in lasting[0]
    assert "b.ipynb" in lasting[0]


def test_what_is_foreign_needs_an_answer(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", FOREIGN)
    before = path.read_bytes()
    with pytest.raises(ApprovalNeededError, match="Adopt 1 notebook") as error:
        adopt(tmp_path, None)
    assert "--yes" in error.value.todo
    assert path.read_bytes() == before


def test_notebooks_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "broken.ipynb").write_text("{", encoding="utf-8")
    outcome = adopt(tmp_path, None)
    assert outcome.failed
    assert outcome.summary == "Adopted 0 of 1 notebooks. Failed: broken.ipynb."


def test_jobs_are_limited_unless_said() -> None:
    assert FolderOptions(jobs=7).processes == 7
    assert 1 <= FolderOptions().processes <= 4

"""Unit tests of ``nbenv.operations.adoption.adopt``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef
from nbenv.environments.interpreters import default_python
from nbenv.errors import InterpreterError, NotebookError, UsageError
from nbenv.operations.adoption.adopt import AdoptOptions, adopt
from nbenv.progress import Outcome, drain
from tests.conftest import write_notebook
from tests.integration.adopt.cases import Case, ran_with

DRY = AdoptOptions(dry_run=True)


def dry_run(path: Path, options: AdoptOptions = DRY) -> Outcome:
    before = path.read_bytes()
    outcome = drain(adopt(NotebookRef(str(path)), options))
    assert path.read_bytes() == before
    return outcome


def test_a_dry_run_reports_and_changes_nothing(tmp_path: Path) -> None:
    outcome = dry_run(write_notebook(tmp_path / "x.ipynb", "import pandas, rich"))
    assert outcome.summary.startswith("Would adopt 2 ")
    assert outcome.summary.endswith("; nothing was changed.")
    assert outcome.text == "From imports:\n  pandas (cell 1)\n  rich (cell 1)"


def test_a_python_that_is_not_here_is_noted(tmp_path: Path) -> None:
    path = Case(("import pandas",), (), metadata=ran_with("3.4")).write(tmp_path)
    text = dry_run(path).text
    note = f"Python 3.4 (the notebook was last run with it) is not used; Python {default_python()}"
    assert note in text
    assert "Old: it was last run with Python 3.4. If newer packages break it" in text


@pytest.mark.parametrize("python", ["2.7", "3.4", "3.6", "3.7"])
def test_a_python_that_no_kernel_runs_on_is_not_used(tmp_path: Path, python: str) -> None:
    path = Case(("import pandas",), (), metadata=ran_with(python)).write(tmp_path)
    text = dry_run(path).text
    assert f"Python {default_python()} is: a kernel needs Python 3.8 or newer (--as-of 20" in text
    with pytest.raises(InterpreterError, match=f"Python {python} is too old"):
        dry_run(path, AdoptOptions(dry_run=True, python=python))


def test_the_indexes_of_the_notebook_can_be_ignored(tmp_path: Path) -> None:
    line = "!pip install a --extra-index-url https://example.org/simple"
    path = write_notebook(tmp_path / "x.ipynb", line)
    assert "https://example.org/simple" in dry_run(path).text
    assert "https://" not in dry_run(path, AdoptOptions(dry_run=True, own_indexes=True)).text


def test_a_day_is_checked_before_anything_is_installed(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "x.ipynb", "1")
    with pytest.raises(UsageError, match="'yesterday' is not a date"):
        drain(adopt(NotebookRef(str(path)), AdoptOptions(as_of="yesterday")))


def test_there_must_be_a_notebook(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="There is no notebook"):
        drain(adopt(NotebookRef(str(tmp_path / "x.ipynb")), DRY))
    with pytest.raises(UsageError, match="There is no notebook to adopt here"):
        drain(adopt(NotebookRef.detached("1"), DRY))

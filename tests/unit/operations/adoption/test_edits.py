"""Unit tests of ``nbenv.operations.adoption.edits``."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from nbenv.engine.document import NotebookRef
from nbenv.errors import UsageError
from nbenv.operations.adoption.edits import prepare_file, rewrite_installs
from tests.conftest import write_notebook


def test_an_old_format_is_converted_beside_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    nbformat.write(nbformat.v3.new_notebook(), path, version=3)
    old = path.read_bytes()
    prepare_file(path, NotebookRef(str(path)), rewriting=True)
    assert json.loads(path.read_bytes())["nbformat"] == 4
    assert (tmp_path / "x.v3.ipynb").read_bytes() == old


def test_a_file_of_todays_format_stays(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "x.ipynb", "1")
    before = path.read_bytes()
    prepare_file(path, NotebookRef(str(path)), rewriting=False)
    assert (path.read_bytes(), list(tmp_path.glob("*.v*"))) == (before, [])


def test_an_open_notebook_is_not_rewritten(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "x.ipynb", "1")
    with pytest.raises(UsageError, match="the notebook is open"):
        prepare_file(path, NotebookRef(str(path), in_server=True), rewriting=True)


def test_only_install_lines_are_rewritten(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "x.ipynb", "!pip install a\nimport a", "é = 1")
    rewrite_installs(path)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert [cell["source"] for cell in cells] == [["%nbenv install a\n", "import a"], ["é = 1"]]
    before = path.stat().st_mtime_ns
    rewrite_installs(path)
    assert path.stat().st_mtime_ns == before

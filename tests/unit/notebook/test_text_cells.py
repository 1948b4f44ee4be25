"""jupytext reads the cells of notebooks in text, and nothing runs meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nbenv.errors import NotebookError
from nbenv.notebook.cells import cells_of, read_notebook, source_of
from nbenv.notebook.text_cells import read_text_notebook

TEXT = (
    "# ---\n# jupyter:\n#   nbenv:\n#     version: 1\n# ---\n\n# %%\n1\n\n# %% [markdown]\n# hi\n"
)


def test_cells_and_metadata(tmp_path: Path) -> None:
    (tmp_path / ".jupytext.py").write_text("raise SystemExit", encoding="utf-8")
    path = tmp_path / "x.py"
    path.write_text(TEXT, encoding="utf-8")
    notebook = read_notebook(str(path))
    assert [source_of(cell) for cell in cells_of(notebook)] == ["1", "hi"]
    assert read_text_notebook(str(path)).metadata["nbenv"] == {"version": 1}


@pytest.mark.parametrize(
    ("data", "words"), [(b"'\xff'", "UTF-8"), (b"# ---\n# jupyter: [\n# ---\n", "cannot be read")]
)
def test_broken_files(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_bytes(data)
    with pytest.raises(NotebookError, match=words):
        read_text_notebook(str(path))


def test_without_jupytext(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.py"
    path.write_text(TEXT, encoding="utf-8")
    monkeypatch.setitem(sys.modules, "jupytext", None)
    with pytest.raises(NotebookError, match="pip install jupytext"):
        read_text_notebook(str(path))

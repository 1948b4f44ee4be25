"""Cells as plain JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.errors import NotebookError
from nbenv.notebook.cells import cells_of, read_notebook, source_of


def test_a_notebooks_cells(notebook: Path) -> None:
    cells = cells_of(read_notebook(str(notebook)))
    assert [source_of(cell) for cell in cells] == ["1 + 1", "print('é')"]


@pytest.mark.parametrize(
    ("source", "text"), [("a\nb", "a\nb"), (["a\n", "b"], "a\nb"), ([], ""), (1, "1")]
)
def test_a_source_is_a_text_or_lines(source: object, text: str) -> None:
    assert source_of({"source": source}) == text
    assert source_of({}) == ""


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(b'\xef\xbb\xbf{"cells": []}')
    assert read_notebook(str(path)) == {"cells": []}
    assert cells_of({}) == []


@pytest.mark.parametrize("data", [None, b"{", b"\xff"])
def test_what_cannot_be_read(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "a.ipynb"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(NotebookError, match="cannot be read"):
        read_notebook(str(path))

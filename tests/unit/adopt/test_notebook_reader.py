"""Unit tests of ``nbenv.adopt.notebook_reader``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest

from nbenv.adopt.notebook_reader import Cell, read
from nbenv.errors import NotebookError


def written(tmp_path: Path, notebook: nbformat.NotebookNode, version: int = 4) -> Path:
    path = tmp_path / "x.ipynb"
    nbformat.write(notebook, path, version=version)
    return path


def test_cells_are_numbered_as_people_count_them(tmp_path: Path) -> None:
    output = nbformat.v4.new_output("execute_result", data={"text/plain": "2"})
    cells = [
        nbformat.v4.new_markdown_cell("Some prose"),
        nbformat.v4.new_code_cell("1 + 1", outputs=[output]),
    ]
    notebook = read(written(tmp_path, nbformat.v4.new_notebook(cells=cells)))
    assert notebook.cells == (Cell(2, "1 + 1", "2"),)
    assert notebook.cells[0].name == "cell 2"
    assert (notebook.prose, notebook.format) == ("Some prose", 4)


def test_cells_in_another_language_are_skipped(tmp_path: Path) -> None:
    cells = [
        nbformat.v4.new_code_cell("1", metadata={"language": "Python"}),
        nbformat.v4.new_code_cell("x <- 1", metadata={"language": "R"}),
    ]
    notebook = read(written(tmp_path, nbformat.v4.new_notebook(cells=cells)))
    assert [cell.source for cell in notebook.cells] == ["1"]


def test_format_3(tmp_path: Path) -> None:
    sheet = nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell(input="1")])
    notebook = read(written(tmp_path, nbformat.v3.new_notebook(worksheets=[sheet]), 3))
    assert (notebook.cells, notebook.format) == ((Cell(1, "1"),), 3)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = written(tmp_path, nbformat.v4.new_notebook())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read(path).cells == ()


def test_a_section_that_is_no_object_is_empty(tmp_path: Path) -> None:
    metadata = {"good": {"a": 1}, "bad": 7}
    notebook = read(written(tmp_path, nbformat.v4.new_notebook(metadata=metadata)))
    assert (notebook.section("good"), notebook.section("bad")) == ({"a": 1}, {})


@pytest.mark.parametrize(
    ("kernelspec", "language"),
    [({"name": "ir", "language": "R"}, "R"), ({"name": "julia-1", "display_name": "Ju"}, "Ju")],
)
def test_another_language_is_named(
    kernelspec: dict[str, str], language: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.ipynb"
    notebook = {"cells": [], "metadata": {"kernelspec": kernelspec}}
    path.write_text(json.dumps({**notebook, "nbformat": 4, "nbformat_minor": 5}))
    with pytest.raises(NotebookError, match=f"is a notebook in {language};"):
        read(path)


def test_a_file_that_is_missing_or_broken(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="cannot be read"):
        read(tmp_path / "absent.ipynb")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"{}", "no nbformat"),
        (b"[1]", "no nbformat"),
        ('{"nbformat": 4, "x": "é"}'.encode("latin-1"), "not UTF-8"),
        (b'{"nbformat": 4, "metadata": {}}', "no list of cells"),
        (b'{"nbformat": 3, "worksheets": 1}', "cannot be converted"),
        (b'{"nbformat": 5, "cells": []}', "in format 5; .* A newer nbenv may know it"),
    ],
)
def test_what_is_no_notebook_says_why(data: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "x.ipynb").write_bytes(data)
    with pytest.raises(NotebookError) as caught:
        read(tmp_path / "x.ipynb")
    said = " ".join((caught.value.what, caught.value.why, caught.value.todo))
    assert re.search(why, said)
    assert "Error: " not in said  # no words of Python's own


def test_cells_of_any_shape_are_read(tmp_path: Path) -> None:
    cells: list[object] = [
        {"cell_type": "markdown"}, 7, {"cell_type": "code", "source": None, "outputs": 1},
        {"cell_type": "code", "metadata": [], "source": ["a", "b"], "outputs": [{"data": 1}, "x"]},
    ]  # fmt: skip
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": None, "nbformat": 4}))
    assert [cell.source for cell in read(path).cells] == ["", "ab"]
    path.write_text(json.dumps({"cells": {}, "metadata": {}, "nbformat": 4}))
    with pytest.raises(NotebookError, match="no list of cells"):
        read(path)

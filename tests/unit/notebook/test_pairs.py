"""A pair of jupytext's has one record, and stays a pair that jupytext opens."""

from __future__ import annotations

import os
from pathlib import Path

import jupytext
import nbformat
import pytest

from nbenv.notebook.metadata import read_metadata, write_metadata
from nbenv.notebook.pairs import notebook_of_text, texts_of_notebook

RECORD = {"version": 1, "python": "3.11", "requirements": ["six"]}


def pair(folder: Path, record: object = None, **settings: str) -> tuple[Path, Path]:
    """Write a notebook and its text; return their paths."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    notebook.metadata = {"jupytext": {"formats": "ipynb,py:percent", **settings}}
    if record:
        notebook.metadata["nbenv"] = record
    paths = folder / "x.ipynb", folder / "x.py"
    nbformat.write(notebook, paths[0])
    jupytext.write(notebook, paths[1], fmt="py:percent")
    for path in paths:
        os.utime(path, (1e9, 1e9))
    return paths


def test_a_record_in_the_notebook_alone_counts_for_the_text(tmp_path: Path) -> None:
    notebook, text = pair(tmp_path)
    before = text.read_bytes()
    write_metadata(str(notebook), {"nbenv": RECORD})
    assert read_metadata(str(text))["nbenv"] == RECORD
    assert text.read_bytes() == before
    assert text.stat().st_mtime >= notebook.stat().st_mtime  # or jupytext would refuse to open it


def test_a_record_in_both_is_changed_in_both(tmp_path: Path) -> None:
    notebook, text = pair(tmp_path, RECORD, notebook_metadata_filter="nbenv")
    newer = {**RECORD, "requirements": ["attrs", "six"]}
    write_metadata(str(notebook), {"nbenv": newer})
    assert jupytext.read(text).metadata["nbenv"] == newer
    assert text.stat().st_mtime >= notebook.stat().st_mtime


@pytest.mark.parametrize(
    ("formats", "found"),
    [
        ("ipynb,py:percent", ["x.py"]),
        ("ipynb,auto:light,md", ["x.py"]),
        ("ipynb,scripts//py", []),
        ("ipynb", []),
        ("", []),
        (None, []),
    ],
)
def test_files_of_a_pair(formats: str | None, found: list[str], tmp_path: Path) -> None:
    notebook, text = pair(tmp_path)
    metadata: dict[str, object] = {"jupytext": {"formats": formats}}
    assert texts_of_notebook(str(notebook), metadata) == [str(tmp_path / each) for each in found]
    is_paired = "ipynb" in (formats or "")
    assert notebook_of_text(str(text), metadata) == (str(notebook) if is_paired else None)
    assert notebook_of_text(str(tmp_path / "y.py"), metadata) is None
    assert texts_of_notebook(str(notebook), {"jupytext": []}) == []

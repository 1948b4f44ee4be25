"""Notebooks are told by their names; text is one only if its header says so."""

from __future__ import annotations

import pytest

from nbenv.core.file_names import is_notebook, is_text_notebook


@pytest.mark.parametrize("name", ["x.py", "a/x.md", "x.Rmd", "x.qmd", "x.myst", "X.PY"])
def test_text_notebooks(name: str) -> None:
    assert is_notebook(name)
    assert is_text_notebook(name)


@pytest.mark.parametrize("name", ["x.R", "x.jl", "x.txt", "x", "x.ipynb.txt", "py", ""])
def test_other_files(name: str) -> None:
    assert not is_notebook(name)


def test_ipynb() -> None:
    assert is_notebook("x.ipynb")
    assert not is_text_notebook("x.ipynb")

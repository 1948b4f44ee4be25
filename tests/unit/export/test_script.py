"""Unit tests of ``nbenv.export.script``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.export.script import write
from tests.unit.export.made import snapshot


def body(folder: Path, *cells: str) -> str:
    """Return the part below the block, without the notebook's heading."""
    text = write(snapshot(folder, "a", cells=cells))
    assert text.startswith("#!/usr/bin/env -S uv run --script\n# /// script\n")
    return text.partition("# # What leaves are\n")[2].strip()


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("import a\n", "import a"),
        ("%pip install b\nimport b", "# %pip install b\nimport b"),
        ("!pip install b \\\n  c\nimport b", "# !pip install b \\\n#   c\nimport b"),
        ("if x:\n    !pip install b", "if x:\n    pass  # !pip install b"),
        ("%matplotlib inline", "get_ipython().run_line_magic('matplotlib', 'inline')"),
        ("async def f():\n    await g()", "async def f():\n    await g()"),
        ("await g()", "get_ipython().run_cell('''\nawait g()\n''').raise_error()"),
        ("await g('''x''')", "get_ipython().run_cell(\"await g('''x''')\").raise_error()"),
        ("a = = b  # !", "a = = b  # !"),
    ],
)
def test_a_cell(cell: str, code: str, tmp_path: Path) -> None:
    assert body(tmp_path, cell) == f"# %%\n{code}"


def test_text_becomes_comments_and_an_empty_cell_nothing(tmp_path: Path) -> None:
    text = write(snapshot(tmp_path, cells=("", "1")))
    assert "# Exported from Some notebook.ipynb.\n\n# %% [markdown]\n# # What leaves are" in text
    assert text.count("# %%\n") == 1


def test_magics_need_ipython(tmp_path: Path) -> None:
    plain = write(snapshot(tmp_path, cells=("1",)))
    magic = write(snapshot(tmp_path, cells=("%time 1",)))
    assert ('"ipython"' in plain, '"ipython"' in magic) == (False, True)
    assert "InteractiveShell.instance(user_ns=globals())" in magic

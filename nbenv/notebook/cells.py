"""Read a notebook's cells as plain JSON.

Importing nbformat takes seconds, and callers have checked the metadata already.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from nbenv.core.file_names import is_text_notebook
from nbenv.errors import NotebookError
from nbenv.notebook.unfinished_saves import read_again

__all__ = ["Cell", "Notebook", "cells_of", "read_notebook", "source_of"]

Notebook = dict[str, object]
Cell = dict[str, object]


def read_notebook(path: str) -> Notebook:
    """Return the parsed notebook.

    Raises
    ------
    NotebookError
        The file cannot be read, or is not JSON; or is text, and jupytext is missing.
    """
    if is_text_notebook(path):
        from nbenv.notebook.text_cells import read_text_notebook

        return dict(read_text_notebook(path))
    try:
        return read_again(path, lambda: _read_json(path))
    except (OSError, ValueError) as error:
        raise NotebookError(f"The notebook {path} cannot be read.", f"{error}.") from None


def _read_json(path: str) -> Notebook:
    return cast("Notebook", json.loads(Path(path).read_text(encoding="utf-8-sig")))


def cells_of(notebook: Notebook) -> list[Cell]:
    """Return its cells."""
    return cast("list[Cell]", notebook.get("cells", []))


def source_of(cell: Mapping[str, object]) -> str:
    """Return a cell's text, which nbformat stores as one string or as a list of lines."""
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)

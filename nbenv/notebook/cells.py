"""The notebook's cells, for the formats that hold them.

Plain JSON: importing nbformat takes seconds, and the metadata was checked before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from nbenv.errors import NotebookError

__all__ = ["Cell", "Notebook", "cells_of", "read_notebook", "source_of"]

Notebook = dict[str, object]
Cell = dict[str, object]


def read_notebook(path: str) -> Notebook:
    """Return the whole notebook."""
    try:
        return cast("Notebook", json.loads(Path(path).read_text(encoding="utf-8-sig")))
    except (OSError, ValueError) as error:
        raise NotebookError(f"The notebook {path} cannot be read.", f"{error}.") from None


def cells_of(notebook: Notebook) -> list[Cell]:
    """Return its cells."""
    return cast("list[Cell]", notebook.get("cells", []))


def source_of(cell: Mapping[str, object]) -> str:
    """Return a cell's text, which a file has whole or in lines."""
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)

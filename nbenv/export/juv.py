"""A copy of the notebook as juv reads it: a first cell of inline metadata (PEP 723)."""

from __future__ import annotations

import json
from typing import cast

from nbenv.engine.document import NotebookSnapshot
from nbenv.export.script_metadata import block
from nbenv.notebook.cells import Cell, Notebook, cells_of, read_notebook, source_of
from nbenv.progress import Steps

__all__ = ["write"]

_KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_IDENTIFIER = "nbenv-inline-metadata"


def write(document: NotebookSnapshot) -> Steps[str]:
    """Return the notebook; its record stays, so that it is the same for nbenv."""
    notebook = read_notebook(document.ref.notebook)
    first: Cell = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"jupyter": {"source_hidden": True}},
        "outputs": [],
        "source": block(document).rstrip("\n").splitlines(keepends=True),
    }
    if notebook.get("nbformat_minor", 0) >= 5:  # type: ignore[operator]
        first["id"] = _IDENTIFIER
    notebook["cells"] = [first, *(cell for cell in cells_of(notebook) if not _is_inline(cell))]
    metadata = cast("Notebook", notebook["metadata"])
    metadata["kernelspec"] = _KERNELSPEC
    metadata.pop("uv.lock", None)  # juv's own lock was of what the old cell said
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    yield  # no progress: nothing here takes time


def _is_inline(cell: Cell) -> bool:
    return cell["cell_type"] == "code" and source_of(cell).lstrip().startswith("# /// script")

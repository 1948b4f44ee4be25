"""A copy of the notebook as juv reads it: with inline script metadata (PEP 723) in its first cell.

https://github.com/manzt/juv
"""

from __future__ import annotations

import json
from typing import cast

from nbenv.engine.document import NotebookSnapshot
from nbenv.export.script_metadata import block
from nbenv.notebook.cells import Cell, Notebook, cells_of, read_notebook, source_of

__all__ = ["write"]

_KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_IDENTIFIER = "nbenv-inline-metadata"


def write(snapshot: NotebookSnapshot) -> str:
    """Return the notebook; it keeps its record, so that nbenv reads the copy like the original."""
    notebook = read_notebook(snapshot.ref.notebook)
    first: Cell = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"jupyter": {"source_hidden": True}},
        "outputs": [],
        "source": block(snapshot).rstrip("\n").splitlines(keepends=True),
    }
    if notebook.get("nbformat_minor", 0) >= 5:  # type: ignore[operator]
        first["id"] = _IDENTIFIER
    notebook["cells"] = [first, *(cell for cell in cells_of(notebook) if not _is_block(cell))]
    metadata = cast("Notebook", notebook["metadata"])
    metadata["kernelspec"] = _KERNELSPEC
    metadata.pop("uv.lock", None)  # juv's own lock was made for the block that is replaced
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _is_block(cell: Cell) -> bool:
    return cell["cell_type"] == "code" and source_of(cell).lstrip().startswith("# /// script")

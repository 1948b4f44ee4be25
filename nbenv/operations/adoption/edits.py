"""Changes that adopting makes to a notebook's file: its format, and its install lines."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat

from nbenv.adopt.rewrite_cells import rewritten
from nbenv.engine.document import NotebookRef
from nbenv.errors import UsageError
from nbenv.notebook.cells import source_of

__all__ = ["prepare_file", "rewrite_installs"]


def prepare_file(path: Path, ref: NotebookRef, *, rewriting: bool) -> None:
    """Convert an old file to format 4, and keep a copy of it.

    Raises
    ------
    UsageError
        The notebook is open and its cells would be rewritten.
    """
    if rewriting and ref.keeps_unsaved:
        raise UsageError(
            "--rewrite changes the notebook's cells, but the notebook is open.",
            todo="Close the notebook, then in a terminal: nbenv adopt --rewrite NOTEBOOK",
        )
    notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
    if notebook["nbformat"] != 4:
        shutil.copyfile(path, path.with_suffix(f".v{notebook['nbformat']}.ipynb"))
        converted = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.write(converted, path)  # type: ignore[no-untyped-call]


def rewrite_installs(path: Path) -> None:
    """Rewrite install lines as ``%nbenv`` lines; the file is laid out as Jupyter does it."""
    notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
    changed = False
    for cell in notebook["cells"]:
        if cell.get("cell_type") != "code":
            continue
        source = source_of(cell)
        new = rewritten(source)
        if new != source:
            cell["source"] = new.splitlines(keepends=True)
            changed = True
    if changed:
        text = json.dumps(notebook, ensure_ascii=False, indent=1)
        path.write_text(f"{text}\n", encoding="utf-8")

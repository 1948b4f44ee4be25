"""Changes that adopting makes to a notebook's file: its format, and its install lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from nbenv.adopt.notebook_reader import kept_copy
from nbenv.adopt.rewrite_cells import rewritten
from nbenv.core.file_names import is_text_notebook
from nbenv.engine.document import NotebookRef
from nbenv.errors import UsageError
from nbenv.notebook.cells import Notebook, cells_of, source_of
from nbenv.notebook.metadata import update_notebook

__all__ = ["prepare_file", "rewrite_installs"]


def prepare_file(path: Path, ref: NotebookRef, *, rewriting: bool) -> None:
    """Convert an old file to format 4, and keep a copy of it.

    Raises
    ------
    UsageError
        The notebook is open, or text, and its cells would be rewritten.
    """
    if rewriting and ref.keeps_unsaved:
        raise UsageError(
            "--rewrite changes the notebook's cells, but the notebook is open.",
            todo="Close the notebook, then in a terminal: nbenv adopt --rewrite NOTEBOOK",
        )
    if is_text_notebook(path.name):
        if rewriting:
            raise UsageError(
                "--rewrite changes cells, which nbenv does in .ipynb files only.",
                todo="Adopt it without --rewrite, and write the install lines yourself.",
            )
        return
    version = _parsed(path.read_bytes())["nbformat"]
    if version != 4:
        copy = kept_copy(path, int(str(version)))
        update_notebook(str(path), lambda data: _converted(data, copy))


def rewrite_installs(path: Path) -> None:
    """Rewrite install lines as ``%nbenv`` lines; the file is laid out as Jupyter does it."""
    update_notebook(str(path), _rewritten)


def _parsed(data: bytes) -> Notebook:
    return cast("Notebook", json.loads(data.decode("utf-8-sig")))


def _converted(data: bytes, copy: Path) -> bytes:
    """Return the notebook in format 4, having kept the old content as a copy."""
    if _parsed(data)["nbformat"] == 4:  # another program converted it meanwhile
        return data
    import nbformat  # slow to import, and seldom needed

    copy.write_bytes(data)
    text: str = nbformat.writes(nbformat.reads(data.decode("utf-8-sig"), as_version=4))
    return f"{text.rstrip()}\n".encode()


def _rewritten(data: bytes) -> bytes:
    notebook, changed = _parsed(data), False
    for cell in cells_of(notebook):
        if cell.get("cell_type") != "code":
            continue
        source = source_of(cell)
        new = rewritten(source)
        if new != source:
            cell["source"] = new.splitlines(keepends=True)
            changed = True
    if not changed:
        return data
    return f"{json.dumps(notebook, ensure_ascii=False, indent=1)}\n".encode()

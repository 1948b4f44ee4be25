"""Changes to a notebook's file that adopting makes: its format, and its install lines."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat

from nbenv.adopt.rewrite_cells import rewritten
from nbenv.engine.document import NotebookRef
from nbenv.errors import UsageError

__all__ = ["prepare_file", "rewrite"]


def prepare_file(path: Path, target: NotebookRef, rewriting: bool) -> None:
    """Bring an old file to today's format, beside a copy of it; refuse to rewrite an open one."""
    if rewriting and target.keeps_unsaved:
        raise UsageError(
            "--rewrite changes the notebook's cells, which are open here.",
            todo="Close the notebook, then in a terminal: nbenv adopt --rewrite NOTEBOOK",
        )
    document = json.loads(path.read_bytes().decode("utf-8-sig"))
    if document["nbformat"] != 4:
        shutil.copyfile(path, path.with_suffix(f".v{document['nbformat']}.ipynb"))
        converted = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.write(converted, path)  # type: ignore[no-untyped-call]


def rewrite(path: Path) -> None:
    """Write install lines as ``%nbenv`` ones, laid out as Jupyter lays out a file."""
    document = json.loads(path.read_bytes().decode("utf-8-sig"))
    changed = False
    for cell in document["cells"]:
        if cell.get("cell_type") != "code":
            continue
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        new = rewritten(source)
        if new != source:
            cell["source"] = new.splitlines(keepends=True)
            changed = True
    if changed:
        text = json.dumps(document, ensure_ascii=False, indent=1)
        path.write_text(f"{text}\n", encoding="utf-8")

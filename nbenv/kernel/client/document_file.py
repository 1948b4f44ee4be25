"""Find the file that a document in memory was read from.

A name alone proves nothing: clients read one file and write another. The file has to hold the
document's record, and where several do, or the document has none, the same cells as well. Files
that are equal in both are one notebook to nbenv.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable

from nbenv.core.file_names import is_notebook, is_text_notebook
from nbenv.errors import NbenvError
from nbenv.kernel.client.held_document import Document, Held
from nbenv.notebook.metadata import read_metadata

__all__ = ["file_of"]

_MOST = 100
"""Names that are tried."""
_LARGEST = 20_000_000
"""Bytes of a file whose cells are compared."""
_INJECTED = "injected-parameters"
"""The tag of the cell that papermill adds."""


def file_of(held: Held, record: object, folder: str | None) -> str | None:
    """Return the path of the file that holds a document; None where that is not certain.

    Parameters
    ----------
    held
        The document, and names that may be its file's.
    record
        The document's record in plain form, None for one without.
    folder
        The folder that the kernel is started in: names may be relative to it.
    """
    written = _about_papermill(held.document).get("output_path")
    names = [_about_papermill(held.document).get("input_path"), *held.names, *_words()]
    found = [each for each in _files(names, folder) if _record_in(each) == (True, record)]
    found = [each for each in found if not _is_same(each, written)] or found
    if record is None or len(found) > 1:
        wanted = _cells(held.document)
        found = sorted((each for each in found if _cells_in(each) == wanted), key=_age)
    return found[0] if found else None


def _about_papermill(document: Document) -> dict[str, object]:
    about = document["metadata"].get("papermill")
    return about if isinstance(about, dict) else {}


def _words() -> list[str]:
    return [word for word in sys.argv[1:] if not word.startswith("-")]


def _files(names: Iterable[object], folder: str | None) -> list[str]:
    """Return the real paths of the notebooks that exist, each once."""
    has_texts = "jupytext" in sys.modules
    found: dict[str, None] = {}
    known = [each for each in names if isinstance(each, str) and is_notebook(each)]
    tried = [each for each in dict.fromkeys(known) if has_texts or not is_text_notebook(each)]
    # The client may have gone to another folder since it was started, as `papermill --cwd` does.
    bases = dict.fromkeys((os.getcwd(), folder or os.curdir, os.environ.get("PWD", os.curdir)))
    for name in tried[:_MOST]:
        for base in bases:
            path = os.path.realpath(os.path.join(base, os.path.expanduser(name)))
            if os.path.isfile(path):
                found[path] = None
    return list(found)


def _is_same(path: str, name: object) -> bool:
    return isinstance(name, str) and os.path.realpath(name) == path


def _record_in(path: str) -> tuple[bool, object]:
    """Return whether a file is a notebook, and its record."""
    try:
        return True, read_metadata(path).get("nbenv")
    except (NbenvError, OSError, ValueError):
        return False, None


def _cells_in(path: str) -> list[tuple[object, str]] | None:
    try:
        if os.path.getsize(path) > _LARGEST:
            return None
        with open(path, encoding="utf-8") as file:
            return _cells(json.load(file))
    except (OSError, ValueError, AttributeError, RecursionError):
        return None


def _cells(document: Document) -> list[tuple[object, str]]:
    """Return kind and source of each cell, as they are before and after a run."""
    found = []
    for cell in document.get("cells") or []:
        tags = cell.get("metadata", {}).get("tags") or []
        source = cell.get("source", "")
        text = "".join(source) if isinstance(source, list) else str(source)
        if _INJECTED not in tags:
            found.append((cell.get("cell_type"), text))
    return found


def _age(path: str) -> float:
    """Return a key that puts the oldest first: clients write later than they read."""
    return os.path.getmtime(path)

"""Read the cells of a notebook in text, with jupytext where that is installed.

nbenv itself needs only the header (`nbenv.notebook.text_header`); jupytext turns the rest into
cells, and knows all its formats.
"""

from __future__ import annotations

from pathlib import Path

import nbformat

from nbenv.errors import NotebookError
from nbenv.notebook.text_header import header_metadata, is_written_as_notebook
from nbenv.notebook.unfinished_saves import whole_content

__all__ = ["read_text_notebook"]


def read_text_notebook(path: str) -> nbformat.NotebookNode:
    """Return a notebook in text as the notebook that jupytext makes of it.

    No settings of jupytext's are read from the notebook's folder.

    Raises
    ------
    NotebookError
        The file cannot be read, or jupytext is missing or cannot read it.
    """
    try:
        data = whole_content(path)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise NotebookError(
            f"The notebook {path} cannot be read.", f"{error.strerror or error}."
        ) from None
    except UnicodeDecodeError as error:
        raise NotebookError(
            f"{path} is not a notebook.", f"It is not UTF-8 text (byte {error.start})."
        ) from None
    notebook = _converted(path, text)
    if is_written_as_notebook(path, data):
        found = nbformat.from_dict(header_metadata(path, data))
        notebook.metadata.update(found)
    return notebook


def _converted(path: str, text: str) -> nbformat.NotebookNode:
    try:
        import jupytext  # type: ignore[import-untyped]  # optional, and slow to import
    except ImportError:
        raise NotebookError(
            f"The cells of {path} cannot be read.",
            "A notebook in text takes jupytext, which is not installed beside nbenv.",
            "Install it there: pip install jupytext",
        ) from None
    try:
        found: nbformat.NotebookNode = jupytext.reads(text, fmt=Path(path).suffix.lstrip("."))
    except Exception as error:  # of any kind, as quarto's, which it runs for .qmd
        reason = (str(error).splitlines() or [""])[0]
        raise NotebookError(
            f"The cells of {path} cannot be read.", f"{type(error).__name__}: {reason}."
        ) from None
    return found

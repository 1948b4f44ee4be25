"""Notebooks that jupytext keeps in two files: an ``.ipynb``, and a text beside it.

jupytext takes the cells from the text, and refuses to open a pair whose ``.ipynb`` is the newer
file. Pairs in other folders are left to ``jupytext --sync``.
"""

from __future__ import annotations

import os

__all__ = ["notebook_of_text", "texts_of_notebook"]


def texts_of_notebook(path: str, metadata: dict[str, object]) -> list[str]:
    """Return the texts that an ``.ipynb`` with this metadata is paired with."""
    stem = path[: path.rindex(".")]
    texts = [f"{stem}.{each}" for each in _extensions(metadata) if each != "ipynb"]
    return [text for text in texts if os.path.isfile(text)]


def notebook_of_text(path: str, metadata: dict[str, object]) -> str | None:
    """Return the ``.ipynb`` that a text with this metadata is paired with."""
    notebook = f"{path[: path.rindex('.')]}.ipynb"
    is_paired = "ipynb" in _extensions(metadata) and os.path.isfile(notebook)
    return notebook if is_paired else None


def _extensions(metadata: dict[str, object]) -> list[str]:
    settings = metadata.get("jupytext")
    formats = settings.get("formats") if isinstance(settings, dict) else None
    names = [each.strip().partition(":")[0] for each in str(formats or "").split(",")]
    plain = [name for name in names if name.isalnum()]
    return ["py" if name == "auto" else name for name in plain]

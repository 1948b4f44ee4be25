"""The files that are notebooks, by their names.

Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

__all__ = ["TEXT_SUFFIXES", "is_notebook", "is_text_notebook"]

_SUFFIX = ".ipynb"
TEXT_SUFFIXES = (".py", ".md", ".markdown", ".rmd", ".qmd", ".myst", ".mystnb", ".mnb")
"""Suffixes of notebooks that jupytext keeps as text, those of other languages left out."""


def is_text_notebook(path: str) -> bool:
    """Return whether a file may be a notebook in text; its header says whether it is one."""
    return path.lower().endswith(TEXT_SUFFIXES)


def is_notebook(path: str) -> bool:
    """Return whether a file is a notebook, or may be one in text."""
    return path.endswith(_SUFFIX) or is_text_notebook(path)

"""Local projects in pip's words: relative to the folder that pip is called in, as pip takes them.

A record takes them relative to its notebook, which may be in another folder.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from nbenv.home.real_path import is_same

__all__ = ["from_working_directory"]

_EDITABLE = ("-e", "--editable")
_ARCHIVES = (".whl", ".zip", ".tar.gz")


def from_working_directory(words: Sequence[str], folder: Path) -> list[str]:
    """Return pip's words with full paths of the projects and wheels that they name.

    They are left as they are typed where the working directory is `folder`, the notebook's.
    """
    if is_same(folder, os.getcwd()):
        return list(words)
    before = ["", *words]
    return [_full(word, after) for after, word in zip(before, words, strict=False)]


def _full(word: str, after: str) -> str:
    option, equals, value = word.partition("=")
    if equals and option in _EDITABLE:
        return f"{option}={_full(value, option)}"
    path, bracket, extras = word.partition("[")
    is_path = after in _EDITABLE or os.sep in path or path.startswith(".")
    if not (is_path or path.endswith(_ARCHIVES)) or "://" in path or path.startswith("-"):
        return word
    return os.path.abspath(path) + bracket + extras if os.path.exists(path) else word

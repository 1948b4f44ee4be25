"""Recognise the calls of Python that run a line of a shell, or install as one does."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

__all__ = ["shell_line"]


def shell_line(name: str, words: list[str]) -> str | None:
    """Return the line that a call runs, by its dotted name and its texts; None for other calls."""
    if name.rpartition(".")[2] in ("system", "getoutput", "popen", "run_line_magic"):
        return " ".join(words)
    if name.startswith("subprocess.") or name in ("run", "check_call", "Popen", "call"):
        return " ".join(_quoted(words) if len(words) > 1 else words)
    if name.endswith(("pip.main", "_internal.main", "pip_main", "pipmain")):
        return " ".join(["pip", *words])
    if re.fullmatch(r"(piplite|micropip|ipydeps)\.(install|pip)", name):
        return "pip install " + " ".join(f'"{word}"' for word in words)
    return None


def _quoted(words: Iterable[str]) -> list[str]:
    """Return the words of a command such that a shell takes each for one."""
    return [shlex.quote(word) if re.search(r"\s", word) else word for word in words]

"""The import statements of a cell, and the lines that they begin on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from nbenv.adopt.code.facts import CodeFacts, Import
from nbenv.adopt.python_code import analyse

__all__ = ["CellImports", "read_imports"]

_REMEMBERED = 2000


_MAGIC = re.compile(r"(?:[\w\s,]+=\s*)?%")
"""The beginning of a line that is a magic, whose value may be assigned."""


@dataclass(frozen=True)
class CellImports:
    """The imports of a cell, each with its line, from 0, and the facts without syntax trees."""

    imports: tuple[tuple[int, Import], ...]
    facts: CodeFacts


@lru_cache(maxsize=_REMEMBERED)
def read_imports(source: str) -> CellImports:
    """Return the imports of a cell, of one that is still being typed those in its valid lines.

    Each cell is read once: of a notebook that is being edited, all but one are as they were.
    """
    try:
        facts = _analysed(source)
    except (SyntaxError, RecursionError):  # also in the body of a cell magic
        return CellImports((), CodeFacts())
    # They take most of the memory.
    facts.trees.clear()
    facts.properties.clear()
    return CellImports(tuple(_placed(facts.imports, source)), facts)


def _analysed(source: str) -> CodeFacts:
    try:
        return analyse(source, is_cell=True)
    except SyntaxError:
        return analyse(source, is_cell=True, lenient=True)


def _placed(imports: list[Import], source: str) -> list[tuple[int, Import]]:
    """Find the lines of imports in the cell, where IPython's transform may have moved them.

    It drops empty lines and joins those of a command, so imports move up, but it leaves their text
    alone.
    """
    lines = [line.strip() for line in source.splitlines()]
    found: list[tuple[int, Import]] = []
    next_line, last = 0, (0, "")
    for each in imports:
        if not each.text:
            continue
        if (each.line, each.text) != last:
            line = _find(each.text, lines, max(next_line, each.line - 1))
            if line is None:
                continue
            next_line = line + 1
            last = (each.line, each.text)
        found.append((next_line - 1, each))
    return found


def _find(text: str, lines: Sequence[str], first: int) -> int | None:
    """Return the line that is this text, or a magic that runs it: ``%time import pandas``."""
    for number in range(first, len(lines)):
        line = lines[number]
        if line == text or (_MAGIC.match(line) and line.endswith(f" {text}")):
            return number
    return None

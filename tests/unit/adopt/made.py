"""Notebooks made in memory, as the readers of adopt take them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nbenv.adopt.findings import Findings
from nbenv.adopt.notebook_reader import Cell, ReadNotebook

__all__ = ["found", "made", "pins"]


def made(
    *cells: str | tuple[str, str], metadata: Mapping[str, object] | None = None, prose: str = ""
) -> ReadNotebook:
    """Return a notebook with these cells: sources, or sources and the text of their outputs."""
    pairs = [(each, "") if isinstance(each, str) else each for each in cells]
    code = tuple(Cell(number, *pair) for number, pair in enumerate(pairs, 1))
    return ReadNotebook(Path("notebook.ipynb"), metadata or {}, code, prose, 4)


def found(findings: Findings) -> list[str]:
    """Return the requirements in the order in which they were added."""
    return [each.requirement for each in findings.requirements]


def pins(findings: Findings) -> list[str]:
    """Return the pinned versions."""
    return sorted(each.requirement for each in findings.pins.values())

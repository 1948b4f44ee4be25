"""Scripts beside a notebook that it does not run: what they import is theirs."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from nbenv.adopt.python_code import analyse
from nbenv.core.import_names import distribution_of

__all__ = ["needed_by_scripts"]

_MOST_SCRIPTS = 50
_LARGEST = 200_000
"""In bytes: longer files are data."""


def needed_by_scripts(folder: Path, visited: Collection[Path]) -> set[str]:
    """Return the packages that Python files in a folder import.

    Parameters
    ----------
    folder
        The notebook's folder.
    visited
        The resolved paths of the files that the notebook imports or runs: they are left out.
    """
    scripts = [each for each in sorted(folder.glob("*.py")) if each.resolve() not in visited]
    names = {name for each in scripts[:_MOST_SCRIPTS] for name in _imported(each)}
    return {name for name in map(distribution_of, names) if name}


def _imported(path: Path) -> set[str]:
    """Return the modules that a file imports; one that cannot be read imports nothing."""
    try:
        if path.stat().st_size > _LARGEST:
            return set()
        facts = analyse(path.read_text(encoding="utf-8", errors="replace"), is_cell=False)
    except (OSError, SyntaxError):
        return set()
    return {found.module for found in facts.imports if not found.level}

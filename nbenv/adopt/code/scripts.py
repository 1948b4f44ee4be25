"""Scripts around a notebook that it does not run: what they import is theirs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from nbenv.core.import_names import distribution_of

__all__ = ["needed_by_scripts"]

_DEEPEST = 3
"""How many folders below the notebook's own scripts are read."""
_MOST_SCRIPTS = 200
_LARGEST = 200_000
"""In bytes: longer files are data."""
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([^\n#;]+))", re.MULTILINE
)


def needed_by_scripts(folder: Path, visited: Collection[Path]) -> set[str]:
    """Return the packages that Python files in a folder, and in those below it, import.

    Parameters
    ----------
    folder
        The notebook's folder.
    visited
        The resolved paths of the files that the notebook imports or runs: they are left out.
    """
    names = {name for each in _scripts(folder, visited) for name in _imported(each)}
    return {name for name in map(distribution_of, names) if name}


def _scripts(folder: Path, visited: Collection[Path]) -> list[Path]:
    """Return the scripts, those nearest to the notebook first, as far as they are read."""
    found: list[Path] = []
    for depth in range(_DEEPEST + 1):
        found += sorted(folder.glob(f"{'*/' * depth}*.py"))
        if len(found) >= _MOST_SCRIPTS:
            break
    return [each for each in found[:_MOST_SCRIPTS] if each.resolve() not in visited]


def _imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports; one that cannot be read imports nothing."""
    try:
        if path.stat().st_size > _LARGEST:
            return
        source = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for origin, modules in _IMPORT.findall(source):
        for text in [origin] if origin else modules.split(","):
            name = text.split(" as ")[0].strip()
            if name and not name.startswith("."):
                yield name

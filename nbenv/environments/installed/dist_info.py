"""Read a distribution's ``.dist-info`` folder: its files, their sizes and modules, its origin.

None of it is to be trusted: a row of ``RECORD`` may be short, and a path may lead out of the
environment.
https://packaging.python.org/en/latest/specifications/recording-installed-packages/
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from nbenv.core.sync_plan import Installed

__all__ = ["own_modules", "recorded_size", "rows_of", "size_in", "top_level", "with_source"]


def rows_of(dist_info: Path) -> list[list[str]]:
    """Return the rows of a distribution's ``RECORD``: path, hash and size of each file."""
    try:
        with open(dist_info / "RECORD", encoding="utf-8", errors="replace", newline="") as file:
            return [row for row in csv.reader(file) if row]
    except (OSError, csv.Error):
        return []


def size_in(text: str) -> int | None:
    """Return a size that ``RECORD`` gives; None for none, or what no file can have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def recorded_size(rows: Iterable[list[str]]) -> int:
    """Return the size of all files in bytes, as ``RECORD`` gives it."""
    return sum(size_in(row[-1]) or 0 for row in rows)


def top_level(rows: Iterable[list[str]]) -> list[str]:
    """Return the modules and packages at the top, sorted."""
    modules = set()
    for row in rows:
        first, slash, _ = row[0].partition("/")
        if first.endswith((".dist-info", ".data", ".pth")) or first in ("..", "__pycache__", ""):
            continue
        modules.add(first if slash else first.partition(".")[0])
    return sorted(modules)


def own_modules(rows: Sequence[list[str]]) -> list[str]:
    """Return the highest modules that have code: below one of them, all is its own."""
    tops = set(top_level(rows))
    files = [parts for row in rows if (parts := row[0].split("/"))[0].partition(".")[0] in tops]
    packages = {tuple(parts[:-1]) for parts in files if parts[-1] == "__init__.py"}
    highest_of: dict[tuple[str, ...], tuple[str, ...] | None] = {}
    found = set()
    for parts in files:
        folder = tuple(parts[:-1])
        if folder not in highest_of:  # a folder has many files
            above = (folder[:end] for end in range(1, len(parts)))
            highest_of[folder] = next((each for each in above if each in packages), None)
        highest = highest_of[folder]
        stem, _, kind = parts[-1].partition(".")
        if highest is None and kind.endswith(("py", "so", "pyd")):
            highest = (*parts[:-1], stem)
        if highest is not None:
            found.add(".".join(highest))
    return sorted(found) or sorted(tops)


def with_source(installed: Installed, folder: Path) -> Installed:
    """Add where a distribution came from, if not from an index (``direct_url.json``, PEP 610)."""
    try:
        source = json.loads((folder / "direct_url.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return installed
    return Installed(
        installed.name,
        installed.version,
        source.get("url"),
        source.get("vcs_info", {}).get("commit_id"),
        bool(source.get("dir_info", {}).get("editable")),
        source.get("subdirectory"),
    )

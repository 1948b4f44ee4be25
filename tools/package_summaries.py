"""Regenerate ``nbenv/core/typed/package_summaries.txt``: well-known packages with their summaries.

    python -m tools.package_summaries FILE

FILE has a line for each package: its name, its rank among the most downloaded, and its summary,
with tabs between them. Only packages that the table of import names knows are taken: whoever
registers a likely slip of a name must not be suggested.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from packaging.utils import canonicalize_name

import nbenv
from nbenv.core import import_names
from nbenv.core.typed.suggestions import well_known

DATA = Path(nbenv.__file__).parent / "core" / "typed" / "package_summaries.txt"
MOST = 4000
"""The rank up to which packages are well known."""
LONGEST = 90
"""Characters of a summary."""


def main() -> None:
    """Write the table, the most downloaded first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    lines = parser.parse_args().file.read_text(encoding="utf-8").splitlines()
    DATA.write_text("\n".join(_entries(lines)) + "\n", encoding="utf-8")


def _entries(lines: list[str]) -> Iterator[str]:
    popular = well_known()
    known = {*import_names.distributions(), *popular}
    rows = [line.split("\t") for line in lines]
    ranked = sorted((int(rank), name, summary) for name, rank, summary in rows if rank.isdigit())
    listed = set()
    for rank, written, summary in ranked:
        name = canonicalize_name(written)
        if name in popular or (rank <= MOST and name in known):
            listed.add(name)
            yield f"{name} {_short(summary)}".rstrip()
    yield from sorted(popular - listed)


def _short(summary: str) -> str:
    """Return a summary as one plain line without hosts, cut at a word."""
    without_hosts = re.sub(r"\(?\b[\w-]+\.(org|com|io|net)\b\S*|\(?https?://\S+", " ", summary)
    plain = " ".join(re.sub(r"[^ -~]+", " ", without_hosts).split()).strip().rstrip(".")
    if len(plain) <= LONGEST:
        return plain
    return plain[:LONGEST].rsplit(" ", 1)[0].rstrip(",;:") + "..."


if __name__ == "__main__":
    main()

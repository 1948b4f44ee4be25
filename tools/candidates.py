"""Write ``nbenv/core/import_candidates.txt``: packages that claim modules of other names.

    python -m tools.candidates --summaries TSV [--database FILE]

nbenv's table of import names has what people have reviewed. These are claims that nobody has: what
`adopt` may ask an index about, and look into, for a module that the table lacks. They are taken
from pigar's database (the content of all wheels; BSD 3-Clause), downloaded from the index unless
FILE is a copy of it. TSV lists all packages: name, version, month, rank among the most downloaded,
and summary. Those that are about science or have a rank count, but for plug-ins, and packages whose
modules anybody has.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path

from packaging.utils import canonicalize_name

from nbenv.adopt.unlisted.generic_names import is_generic
from nbenv.core.import_names import known
from tools.listed_packages import SCIENCE
from tools.mapping import DATA, FOLDERS, SOURCES, claims, downloaded, sensible

CANDIDATES = DATA.with_name("import_candidates.txt")
MOST_CLAIMANTS = 5
"""A module that more packages have is one that many people name so."""
MOST_SHOWN = 3
MOST_MODULES = 12
"""A package with more has put its tests and scripts beside its module."""
PLUGIN = re.compile(r"(django|flake8|mcp|apache-airflow|sphinx|pytest|nonebot|types)-|.*-stubs$")
HEADER = """\
# The packages that claim a module of another name; nobody has reviewed them. Sorted by code point.
# Written by tools/candidates.py from pigar's database (BSD 3-Clause) on {day}.
"""


def worth_asking(path: Path) -> Iterator[str]:
    """Yield the packages that are about science, or among the most downloaded."""
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        name, _, _, rank, summary = (*line.split("\t"), "", "", "", "", "")[:5]
        if (rank or SCIENCE.search(summary)) and not PLUGIN.match(name):
            yield canonicalize_name(name)


def candidates(
    provided: Mapping[str, set[str]], asked: Iterable[str], listed: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return module → packages of other names that have it, those with few modules first.

    Parameters
    ----------
    provided
        Package → top-level modules, of the whole index.
    asked
        The packages that count.
    listed
        The table of import names: what it has is known.
    """
    claimants = defaultdict[str, list[str]](list)
    for name, modules in provided.items():
        for module in modules:
            claimants[module].append(name)
    counting = {name for name in asked if len(provided.get(name, ())) <= MOST_MODULES}
    found = {}
    for module, names in claimants.items():
        if module in listed or len(names) > MOST_CLAIMANTS or not is_askable(module):
            continue
        others = counting.intersection(names) - {canonicalize_name(module)}
        if best := sorted(others, key=lambda name: (len(provided[name]), name))[:MOST_SHOWN]:
            found[module] = best
    return found


def is_askable(module: str) -> bool:
    return "." not in module and sensible(module) and not ({module} & FOLDERS or is_generic(module))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--summaries", required=True, type=Path, metavar="TSV")
    parser.add_argument("--database", type=Path, metavar="FILE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        provided = claims(options.database or downloaded(*SOURCES["pigar"], Path(folder)))
    found = candidates(provided, worth_asking(options.summaries), known())
    lines = (f"{module} {' '.join(names)}\n" for module, names in sorted(found.items()))
    text = HEADER.format(day=datetime.now(timezone.utc).date()) + "".join(lines)
    CANDIDATES.write_text(text, encoding="utf-8")
    print(f"{len(found)} modules")


if __name__ == "__main__":
    main()

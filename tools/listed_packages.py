"""Write the packages that people list in reviewed lists of software, for ``tools/mapping.py``.

    python -m tools.listed_packages FOLDER... -o FILE [--summaries TSV]

Each FOLDER is a clone of such a list: best-of-ml-python, awesome-python-data-science and the like;
or of notebooks with requirements. A package counts that is named by its name on the index, in
``pip install NAME``, a link to the index, ``pypi_id`` or a ``requirements.txt``. With TSV (name,
version, month, rank and summary of all packages), the name of a repository counts too where the
package of that name is about science. FILE is for ``python -m tools.mapping --carried FILE``.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

from packaging.utils import canonicalize_name

SUFFIXES = (".md", ".rst", ".yaml", ".yml", ".csv", ".ipynb")
REQUIREMENTS = re.compile(r"requirements[\w.-]*\.txt$")
NAME = r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)(?![A-Za-z0-9+]|://)"
"""A name as in a sentence, which may end behind it; no part of a URL to install from."""
BADGE = r"(?:(?:v|l|d[dmw]|format|implementation|pyversions|status|types|wheel)/)?"
REQUIRED = re.compile(rf"^{NAME}[ \t]*(?:[=<>~!;[@,].*)?$", re.MULTILINE)
NAMED = re.compile(
    rf"(?:pypi_id|pypi):\s*\"?{NAME}|/(?:project|pypi)/{BADGE}{NAME}|\bpip3? install {NAME}"
)
REPOSITORY = re.compile(rf"github\.com/[\w.-]+/{NAME}")
SCIENCE = re.compile(
    r"\bdata\b|analy[sz]|statist|plot|visuali[sz]|learning|neural|model|scien|bioinf|genom|cell"
    r"|molec|chem|physic|astro|quantum|simulat|optimi[sz]|spatial|climate|weather|time.?series"
    r"|forecast|financ|trading|signal|audio|image|vision|nlp|language|bayes|probab|causal|graph"
    r"|network|jupyter|notebook|pandas|numpy|scikit|torch|tensorflow|xarray|spectr|medical|neuro"
    r"|regress|cluster|classif|tensor|dataset|embedding|llm|protein|satellite|hydrolog|energy",
    re.IGNORECASE,
)


def texts(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield the texts, and whether each is a list of requirements."""
    for path in folder.rglob("*"):
        is_list = bool(REQUIREMENTS.search(path.name))
        if (path.suffix.lower() in SUFFIXES or is_list) and path.is_file():
            yield path.read_text(encoding="utf-8", errors="replace"), is_list


def named(pattern: re.Pattern[str], text: str) -> set[str]:
    """Return the normalised names that a pattern finds."""
    found = (name for each in pattern.finditer(text) for name in each.groups() if name)
    return {canonicalize_name(re.sub(r"\.(git|svg)$", "", name)) for name in found}


def about_science(path: Path) -> Iterator[str]:
    """Yield the packages whose summary is about science, but those in their first days."""
    for line in path.read_text(encoding="utf-8").splitlines():
        name, version, _, _, summary = (*line.split("\t"), "", "", "", "", "")[:5]
        if SCIENCE.search(summary) and not re.match(r"0\.0(\.\d+)?\b", version) and len(name) > 4:
            yield canonicalize_name(name)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")
    parser.add_argument("--summaries", type=Path, metavar="TSV")
    options = parser.parse_args()
    scientific = set(about_science(options.summaries)) if options.summaries else set()
    found: set[str] = set()
    for folder in options.folders:
        for text, is_list in texts(folder):
            found |= named(NAMED, text) | (named(REPOSITORY, text) & scientific)
            found |= named(REQUIRED, text) if is_list else set()
    options.output.write_text(
        json.dumps({name: [name] for name in sorted(found)}), encoding="utf-8"
    )
    print(f"{len(found)} packages")


if __name__ == "__main__":
    main()

"""Regenerate ``nbenv/adopt/needs/derived.txt``: what parts of libraries need besides them.

    python -m tools.optional_needs [NAME...] [--keep FOLDER]

The newest wheels are downloaded, from this machine's index, and their sources are read, never run:

- a module that imports a package which the wheel does not depend on needs it, and so does the
  library itself where the wheel depends on nothing;
- a function, or a class by its ``__init__``, that imports one without a condition, checks for one
  by name (``import_optional_dependency("tables")``), or raises where one is missing, needs it;
- so does a class that lists it in its tags (``"python_dependencies": ["numba"]``), and what is
  marked as in Qiskit (``@HAS_PYSCF.require_in_instance``);
- so does a name that a package offers without importing it at once: one that only type checkers
  import, or that is left out where its module fails;
- in a library of integrations, so does a class that raises anywhere where it is missing.

Without a name, the packages of ``names.txt`` beside this file are read. With names, only
theirs are, and the rules of all others stay. FOLDER keeps the wheels for another run.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

import nbenv
from tools.optional_needs.reading import Library, read
from tools.optional_needs.rules import rules

DATA = Path(nbenv.__file__).parent / "adopt" / "needs" / "derived.txt"
NAMES = Path(__file__).with_name("names.txt")
HEADER = """\
# What parts of libraries need besides them, in the form that rules.txt describes.
# Written by tools/optional_needs, last on {day}, from the sources of wheels; rules.txt goes
# first. In the order of the packages that are imported.
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    names = options.names or [
        line for line in NAMES.read_text(encoding="utf-8").split("\n") if line and line[0] != "#"
    ]
    is_added = bool(options.names) and DATA.is_file()
    known = DATA.read_text(encoding="utf-8").splitlines() if is_added else []
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        for name in names:
            if not options.keep or not any(folder.glob(f"{name.replace('-', '_')}-*.whl")):
                command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
                command += ["--only-binary=:all:", "--dest", str(folder), name]
                subprocess.run(command, check=False)
        libraries = map(read, sorted(folder.glob("*.whl")))
        found = merged((line for line in known if not line.startswith("#")), libraries)
    DATA.write_text(
        HEADER.format(day=datetime.now(timezone.utc).date()) + "".join(f"{x}\n" for x in found)
    )
    print(f"{len(found)} rules")


def merged(known: Iterable[str], libraries: Iterable[Library]) -> list[str]:
    """Return the rules of libraries, and those known ones that are about no module of theirs.

    Of a namespace such as ``odc``, a library has the parts that its wheel holds.
    """
    read_now, found = set[str](), list[str]()
    for each in libraries:
        parts = (name.split(".") for name in each.sources)
        read_now |= {".".join(p[: 1 if p[0] in each.sources else 2]) for p in parts}
        found += rules(each)
    kept = [line for line in known if not {top_of(line)[0], part_of(line)} & read_now]
    return sorted(dict.fromkeys([*kept, *found]), key=top_of)


def part_of(rule: str) -> str:
    """Return the first two parts of the name that a rule is about."""
    return ".".join(rule.removeprefix("import ").partition(":")[0].split(" ")[0].split(".")[:2])


def top_of(rule: str) -> tuple[str, bool]:
    words = rule.removeprefix("import ").partition(":")[0]
    return re.split(r"[.* ]", words)[0], not rule.startswith("import ")


if __name__ == "__main__":
    main()

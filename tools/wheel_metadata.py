"""Regenerate ``nbenv/adopt/needs/dependencies.txt``: what scientific packages depend on.

    python -m tools.wheel_metadata [NAME...]

pip reads the metadata of the newest wheels, from this machine's index, without installing them.
Without a name, the packages that the present file has are read again; with names, only theirs are,
and the lines of all others stay. Those without a wheel are left out. The file has one line for a
package's dependencies and one for each of its extras, but those for developers.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import nbenv

DATA = Path(nbenv.__file__).parent / "adopt" / "needs" / "dependencies.txt"
FOR_DEVELOPERS = frozenset(
    "bench benchmark benchmarks build check checks ci deploy deployment dev devel develop "  # noqa: SIM905
    "developer development devs doc docs doctest documentation lint linters linting quality "
    "release sphinx style test testing tests typecheck typechecking types typing unittest".split()
)
"""Words in the names of extras that only developers of the package itself need."""
FOR_ONE_BUILD = re.compile(r"(^|-)cu\d{2,}|onlytorch|torch\d{3}")
"""An extra for one accelerator or version of PyTorch, of which some packages have hundreds."""
HEADER = """\
# The dependencies of packages, and of their extras, according to their wheels.
# Written by tools/wheel_metadata.py on {day}, on Linux for Python {python}.
"""


AT_ONCE = 32
"""The packages that one process reads."""


def read(names: list[str]) -> list[dict[str, Any]]:
    """Return the metadata of the newest wheels, as pip reports it, without those that have none."""
    if len(names) > AT_ONCE:
        parts = (names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE))
        return [each for part in parts for each in read(part)]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps"]
    command += ["--ignore-installed", "--only-binary=:all:", "--report=-", *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return [each["metadata"] for each in json.loads(done.stdout)["install"]]
    half = len(names) // 2
    return [*read(names[:half]), *read(names[half:])] if half else []


def is_for_developers(extra: str) -> bool:
    """Return whether an extra is for those who work on the package itself.

    ``all-docs`` of unstructured is for all kinds of documents.
    """
    words = re.split(r"[-_.]", extra.lower())
    return words[0] != "all" and not FOR_DEVELOPERS.isdisjoint(words)


def lines(metadata: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of one package."""
    found: dict[str, set[str]] = defaultdict(set)
    for text in metadata.get("requires_dist", ()):
        requirement = Requirement(text)
        for extra in ("", *metadata.get("provides_extra", ())):
            if extra and (is_for_developers(extra) or FOR_ONE_BUILD.search(extra)):
                continue
            marker = requirement.marker
            always = marker is None or marker.evaluate({"extra": ""})
            if always != bool(extra) and (marker is None or marker.evaluate({"extra": extra})):
                found[extra].add(canonicalize_name(requirement.name))
    name = canonicalize_name(metadata["name"])
    yield f"{name}: {' '.join(sorted(found.pop('', ())))}".rstrip()
    for extra, names in sorted(found.items()):
        yield f"{name}[{extra}]: {' '.join(sorted(names))}"


def known() -> dict[str, list[str]]:
    """Return the packages that the present file has, and their lines."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in DATA.read_text(encoding="utf-8").splitlines():
        if line[0] != "#":
            found[re.split(r"[\[:]", line)[0]].append(line)
    return found


def main() -> None:
    """Write the file."""
    asked = sorted({str(canonicalize_name(each)) for each in sys.argv[1:]})
    before = known()
    python = ".".join(map(str, sys.version_info[:2]))
    text = HEADER.format(day=datetime.now(timezone.utc).date(), python=python)
    now = {str(canonicalize_name(x["name"])): list(lines(x)) for x in read(asked or list(before))}
    found = {**before, **now} if asked else now
    DATA.write_text(
        text + "".join(f"{x}\n" for name in sorted(found) for x in found[name]), "utf-8"
    )
    print(f"{len(found)} packages, {len(now)} read")


if __name__ == "__main__":
    main()

"""The modules and names that a later version removed, from two tables.

``removed_names.txt`` is what notebooks use, and is looked for in their code. ``derived_names.txt``
is all that releases of libraries removed: it explains errors, and is read only for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from packaging.version import Version

__all__ = [
    "PYTHON",
    "Removal",
    "derived_removal_of",
    "removal_of",
    "removal_of_member",
    "removal_of_version",
]

PYTHON = "python"
"""The distribution of what Python itself removed."""
_LIMIT = "limit"


@dataclass(frozen=True, order=True)
class Removal:
    """A removed name: the distribution that had it, and the first version without it.

    `day` is that of the version. With `is_limit`, an older version of this distribution alone is
    enough; otherwise everything has to be as old. `name` is the one in the table.
    """

    name: str
    distribution: str
    version: str
    day: str
    is_limit: bool = False

    @property
    def requirement(self) -> str:
        """The requirement of a version that still has the name."""
        return f"{self.distribution}<{self.version}"

    def __str__(self) -> str:
        owner = "Python" if self.distribution == PYTHON else self.distribution
        when = f" ({self.day})" if self.day else ""
        return f"{owner} {self.version}{when} removed {self.name}"


def removal_of(dotted: str) -> Removal | None:
    """Return the removal of a module or of a name in one, such as ``numpy.float``.

    What is below a removed module was removed with it.
    """
    return _innermost(dotted, _table())


def derived_removal_of(dotted: str) -> Removal | None:
    """Return the removal of a module or name by any release that was read, for an error about it.

    Read from sources alone, it is no reason to take older versions before the code fails.
    """
    return _innermost(dotted, _table("derived_names.txt"))


def _innermost(dotted: str, table: dict[str, Removal]) -> Removal | None:
    parts = dotted.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((found for name in names if (found := table.get(name))), None)


def removal_of_member(owner: str, member: str) -> Removal | None:
    """Return the removal of a method or attribute of objects of a class, whatever its package."""
    return _table().get(f"{owner}.{member}") or _table().get(f"*.{member}")


def removal_of_version(distribution: str, version: str) -> Removal:
    """Return what a version of a distribution removed, without the name of it.

    Of a version that is not in the table no day is known, and a limit has to do.
    """
    wanted = Version(version)
    for each in _table().values():
        if each.distribution == distribution and Version(each.version) == wanted:
            return replace(each, name="what this notebook uses")
    return Removal("what this notebook uses", distribution, version, "", is_limit=True)


@cache
def _table(file: str = "removed_names.txt") -> dict[str, Removal]:
    text = files("nbenv.adopt.removals").joinpath(file).read_text("utf-8")
    found: dict[str, Removal] = {}
    heading = [""] * 3
    for line in text.splitlines():
        if line.startswith(" "):
            distribution, version, day = heading[:3]
            for name in _names(line):
                found[name] = Removal(name, distribution, version, day, _LIMIT in heading)
        elif not line.startswith("#"):
            heading = line.split()
    return found


def _names(line: str) -> Iterator[str]:
    """Yield the names in a line: ``a.{b,c}`` are two."""
    for word in line.split():
        braced = re.fullmatch(r"(.*)\{(.*)\}(.*)", word)
        inner = braced[2].split(",") if braced else [word]
        yield from (f"{braced[1]}{each}{braced[3]}" if braced else each for each in inner)

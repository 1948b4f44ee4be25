"""The lock: one pip requirements line for each distribution of the resolved set.

A line is ``name==version ; marker --hash=sha256:…`` or ``name @ url --hash=…``, as pip's
requirements file format has it (https://pip.pypa.io/en/stable/reference/requirements-file-format/).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.markers import InvalidMarker, Marker, UndefinedComparison
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from nbenv.core.urls import direct_problem, is_archive, is_local, without_credentials
from nbenv.errors import LockError

__all__ = ["Change", "Lock", "LockedDistribution"]

_HASH = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_LONGEST = 4096
"""Characters of a line without its hashes."""


@dataclass(frozen=True)
class LockedDistribution:
    """One distribution of a lock: exactly one of `version` and `url` is set.

    `source` says that its hashes are of an sdist, which must be built; its line does not tell.
    `index` is known of what was just resolved, and recorded nowhere.
    """

    name: str
    version: str | None = None
    url: str | None = None
    marker: str | None = None
    hashes: tuple[str, ...] = ()
    source: bool = False
    index: str = field(default="", compare=False)

    @classmethod
    def from_line(cls, line: str, position: int = 0) -> LockedDistribution:
        """Read one line; raise `LockError` naming its place."""
        text, *hashes = re.split(r" +--hash=", line)
        requirement = _requirement(text)
        problem = _line_problem(text, requirement, hashes)
        if problem or requirement is None:
            raise _broken(line, position, problem)
        version = None if requirement.url else next(iter(requirement.specifier)).version
        marker = str(requirement.marker).replace('"', "'") if requirement.marker else None
        name = canonicalize_name(requirement.name)
        return cls(name, version, requirement.url, marker, tuple(hashes))

    @property
    def requirement(self) -> str:
        """The line without its marker and its hashes."""
        return f"{self.name}=={self.version}" if self.version else f"{self.name} @ {self.url}"

    @property
    def line(self) -> str:
        """The line of the lock."""
        marker = f" ; {self.marker}" if self.marker else ""
        return "".join((self.requirement, marker, *(f" --hash={digest}" for digest in self.hashes)))

    def holds_for(self, environment: Mapping[str, str]) -> bool:
        """Whether the distribution belongs to an environment with these marker values."""
        if self.marker is None:
            return True
        try:
            return Marker(self.marker).evaluate(dict(environment))
        except (InvalidMarker, UndefinedComparison):
            return False


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text) if len(text) <= _LONGEST and text.isprintable() else None
    except (InvalidRequirement, RecursionError):
        return None


def _line_problem(text: str, requirement: Requirement | None, hashes: Sequence[str]) -> str:
    """Return why a line cannot be used: what it installs must be fixed by the line alone."""
    if requirement is None or not all(_HASH.fullmatch(each.rstrip(" ")) for each in hashes):
        return "it is not a requirement with its hashes"
    if requirement.extras:
        return "it names extras"
    if requirement.url:
        problem = direct_problem(requirement.url, locked=True)
        return f"its address {problem}" if problem else _unhashed(requirement.url, hashes)
    pins = [spec for spec in requirement.specifier if _is_pin(spec)]
    if len(pins) != 1 or len(requirement.specifier) != 1:
        return "it does not name one version"
    return "" if hashes else "it has no hash"


def _is_pin(specifier: Specifier) -> bool:
    try:
        return specifier.operator == "==" and bool(Version(specifier.version))
    except InvalidVersion:  # a wildcard
        return False


def _unhashed(url: str, hashes: Sequence[str]) -> str:
    # A commit fixes a repository's content. Nothing fixes that of a folder on this machine.
    fixed = url.startswith("git+") or (is_local(url) and not is_archive(url))
    return "" if hashes or fixed else "it has no hash"


def _broken(line: str, position: int, why: str) -> LockError:
    shown = without_credentials(line if len(line) < 80 else f"{line[:77]}…")
    return LockError(
        f"Line {position + 1} of the notebook's lock cannot be used: {why}.",
        f"The line is {shown!r} (metadata.nbenv.lock[{position}]).",
        "Restore the metadata from a good copy, or make the list lock there empty: "
        "nbenv restore then locks anew.",
    )


@dataclass(frozen=True)
class Change:
    """A distribution that comes (`old` is None), goes (`new` is None) or changes its version."""

    name: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        if self.old is None:
            return f"+ {self.name} {self.new}"
        if self.new is None:
            return f"- {self.name} {self.old}"
        return f"~ {self.name} {self.old} → {self.new}"


@dataclass(frozen=True)
class Lock:
    """A whole resolved set, for every platform and one minor version of CPython."""

    distributions: tuple[LockedDistribution, ...] = ()

    @classmethod
    def from_lines(cls, lines: Iterable[str], source: Collection[str] = ()) -> Lock:
        """Read the lines of a record, and the names of those that are built from source."""
        read = (LockedDistribution.from_line(line, n) for n, line in enumerate(lines))
        return cls(tuple(replace(each, source=each.name in source) for each in read))

    def source(self) -> list[str]:
        """Return the names of those that are built from source."""
        return sorted({locked.name for locked in self.distributions if locked.source})

    def lines(self) -> list[str]:
        """Return the lines, sorted."""
        return sorted(locked.line for locked in self.distributions)

    def selection(self, environment: Mapping[str, str]) -> dict[str, LockedDistribution]:
        """Return what belongs to an environment with these marker values, by name."""
        chosen: dict[str, LockedDistribution] = {}
        for position, locked in enumerate(self.distributions):
            if locked.holds_for(environment):
                if locked.name in chosen:
                    why = "another line is for the same distribution and platform"
                    raise _broken(locked.line, position, why)
                chosen[locked.name] = locked
        return chosen

    def versions(self) -> dict[str, str]:
        """Return name → version (or URL) of the distributions locked for some platform."""
        return {locked.name: locked.version or locked.url or "" for locked in self.distributions}

    def by_name(self) -> dict[str, tuple[LockedDistribution, ...]]:
        """Return the lines of each name: more than one where platforms differ."""
        found: dict[str, tuple[LockedDistribution, ...]] = {}
        for locked in self.distributions:
            found[locked.name] = (*found.get(locked.name, ()), locked)
        return found

    @classmethod
    def of(cls, named: Mapping[str, Sequence[LockedDistribution]]) -> Lock:
        """Return the lock of what `by_name` gives."""
        distributions = (locked for group in named.values() for locked in group)
        return cls(tuple(sorted(distributions, key=lambda each: each.line)))

    def grown_by(self, more: Lock) -> Lock | None:
        """Return this lock with what `more` adds, None where a line of this one would not do."""
        mine, others = self.by_name(), more.by_name()
        shared = mine.keys() & others.keys()
        if all(_serves(mine[name], others[name]) for name in shared):
            return Lock.of({**others, **mine})
        return None

    def changes_to(self, newer: Lock) -> list[Change]:
        """Return how this lock differs from a newer one, by name."""
        old, new = self.versions(), newer.versions()
        names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        return [Change(name, old.get(name), new.get(name)) for name in names]


def _serves(mine: Sequence[LockedDistribution], others: Sequence[LockedDistribution]) -> bool:
    """Whether what is locked of a name is what others need of it, on every platform they do."""
    if len(mine) == len(others) == 1 and mine[0].marker is None:
        return mine[0].requirement == others[0].requirement
    pairs = [{(each.requirement, each.marker) for each in group} for group in (mine, others)]
    return pairs[0] == pairs[1]

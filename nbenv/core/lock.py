"""The lock of a notebook: one line of pip's requirements format for each package.

A line is ``name==version ; marker --hash=sha256:…`` or ``name @ url --hash=…``: a dependency
specifier (PEP 508) with the hashes of pip's requirements file format
(https://pip.pypa.io/en/stable/reference/requirements-file-format/). So pip can install a lock
without nbenv.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from packaging.markers import (
    InvalidMarker,
    Marker,
    UndefinedComparison,
    UndefinedEnvironmentName,
)
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from nbenv.core.marker_form import canonical_marker, marker_text
from nbenv.core.urls import direct_problem, is_archive, is_local, without_credentials
from nbenv.core.wheels.platform_limits import common_platforms
from nbenv.errors import LockError

__all__ = ["Change", "Lock", "LockedDistribution", "changes_between"]

_HASH = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_LONGEST = 4096
"""Characters of a line without its hashes: parsing a longer one could take very long."""


@dataclass(frozen=True)
class LockedDistribution:
    """One distribution of a lock: exactly one of `version` and `url` is set.

    Whatever it is made from, its marker and its hashes are in one form and order: what was resolved
    equals what is read back from a record.

    `source` says that one of its hashes is that of an sdist, which must be built; where the marker
    `prebuilt` holds, a wheel is installed instead. The record lists both beside the lock, since a
    line cannot say it. `index` is known only of what was just resolved: it is recorded nowhere, so
    that a lock works with any mirror.
    """

    name: str
    version: str | None = None
    url: str | None = None
    marker: str | None = None
    hashes: tuple[str, ...] = ()
    source: bool = False
    prebuilt: str | None = None
    index: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Bring the markers and the hashes into their one form."""
        for key in ("marker", "prebuilt"):
            if (marker := getattr(self, key)) is not None:
                object.__setattr__(self, key, canonical_marker(marker))
        object.__setattr__(self, "hashes", tuple(sorted(set(self.hashes))))

    @classmethod
    def from_line(cls, line: str, position: int = 0) -> LockedDistribution:
        """Read the line at a `position` of a lock, counted from 0.

        Raises
        ------
        LockError
            The line does not fix what it installs; the message names its place.
        """
        text, *hashes = (part.rstrip(" ") for part in line.split(" --hash="))
        requirement = _requirement(text)
        problem = _line_problem(requirement, hashes)
        if problem or requirement is None:
            raise _broken(line, position, problem)
        version = None if requirement.url else next(iter(requirement.specifier)).version
        marker = marker_text(text, requirement.url) or None
        name = canonicalize_name(requirement.name)
        return cls(name, version, requirement.url, marker, tuple(hashes))

    @property
    def version_or_url(self) -> str:
        """The version, or else the URL: what fixes the distribution."""
        return self.version or self.url or ""

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
        """Return whether the distribution belongs to an environment with these marker values.

        A marker that cannot be evaluated belongs to no environment.
        """
        return self.marker is None or _holds(self.marker, environment)

    def for_environment(self, environment: Mapping[str, str]) -> LockedDistribution:
        """Return the distribution as it is there: not built where there is a wheel of it."""
        if self.prebuilt is None or not _holds(self.prebuilt, environment):
            return self
        return replace(self, source=False)


def _holds(marker: str, environment: Mapping[str, str]) -> bool:
    try:
        return _marker(marker).evaluate(dict(environment))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName):
        return False


@lru_cache(maxsize=1024)
def _marker(text: str) -> Marker:
    return Marker(text)  # a lock repeats few of them


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text) if len(text) <= _LONGEST and text.isprintable() else None
    except (InvalidRequirement, RecursionError):
        return None


def _line_problem(requirement: Requirement | None, hashes: Sequence[str]) -> str:
    """Return why a line cannot be used: the line alone must fix what it installs."""
    if requirement is None or not all(_HASH.fullmatch(each) for each in hashes):
        return "it is not a requirement with its hashes"
    if requirement.extras:
        return "it has extras"  # what they add is locked in lines of its own
    if requirement.url:
        problem = direct_problem(requirement.url, locked=True)
        return f"its URL {problem}" if problem else _hash_problem(requirement.url, hashes)
    pins = [spec for spec in requirement.specifier if _is_pin(spec)]
    if len(pins) != 1 or len(requirement.specifier) != 1:
        return "it does not name one version"
    return "" if hashes else "it has no hash"


def _is_pin(specifier: Specifier) -> bool:
    try:
        return specifier.operator == "==" and bool(Version(specifier.version))
    except InvalidVersion:  # ``==1.*`` is many versions
        return False


def _hash_problem(url: str, hashes: Sequence[str]) -> str:
    # A commit is a hash of the repository's content. A folder on this machine can have none: it is
    # approved together with its files and the notebook's folder. A hash that nobody compares would
    # make it look as fixed as an archive is.
    if is_local(url) and not is_archive(url):
        return "it has a hash, but a folder has none" if hashes else ""
    return "" if hashes or url.startswith("git+") else "it has no hash"


def _broken(line: str, position: int, why: str) -> LockError:
    shown = without_credentials(line if len(line) < 80 else f"{line[:77]}…")
    return LockError(
        f"Line {position + 1} of the notebook's lock cannot be used: {why}.",
        f"The line is {shown!r} (metadata.nbenv.lock[{position}]).",
        "Restore the metadata from a good copy, or empty the list 'lock' in it: "
        "nbenv restore then makes a new lock.",
    )


@dataclass(frozen=True)
class Change:
    """A distribution that is added (`old` is None), removed (`new` is None) or changes.

    `old` and `new` are versions, or URLs where no version fixes it; they are equal where the same
    version was installed again with another content.
    """

    name: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        if self.old is None:
            return f"+ {self.name} {self.new}"
        if self.new is None:
            return f"- {self.name} {self.old}"
        if self.old == self.new:
            return f"~ {self.name} {self.new} (installed again)"
        return f"~ {self.name} {self.old} → {self.new}"


def changes_between(
    old: Mapping[str, str], new: Mapping[str, str], names: Iterable[str] | None = None
) -> list[Change]:
    """Return what is added, removed or changed from `old` to `new`, sorted by name.

    Parameters
    ----------
    old, new
        Name → version, URL, or whatever else is compared.
    names
        The names known to differ. Give them where equal versions do not mean equal content, as
        with a project that is installed from another folder now.
    """
    if names is None:
        names = (name for name in {*old, *new} if old.get(name) != new.get(name))
    return [Change(name, old.get(name), new.get(name)) for name in sorted(names)]


_Selection = Mapping[str, LockedDistribution]


@dataclass(frozen=True)
class Lock:
    """A complete resolved set, for one minor version of CPython.

    It is for every platform, unless `platforms` has the markers of the only ones: an index may have
    no files for the others.
    """

    distributions: tuple[LockedDistribution, ...] = ()
    platforms: tuple[str, ...] = ()

    @classmethod
    def from_lines(
        cls,
        lines: Iterable[str],
        source: Collection[str] = (),
        prebuilt: Mapping[str, str] | None = None,
    ) -> Lock:
        """Read the lines of a record.

        Parameters
        ----------
        lines
            The lines.
        source
            The names of what they build from source.
        prebuilt
            Name → marker of where nothing is built of it.
        """
        built, known = set(source), prebuilt or {}
        read = (LockedDistribution.from_line(line, n) for n, line in enumerate(lines))
        return cls(
            tuple(
                replace(each, source=each.name in built, prebuilt=known.get(each.name))
                for each in read
            )
        )

    def source(self) -> list[str]:
        """Return the names of those that are built from source."""
        return sorted({locked.name for locked in self.distributions if locked.source})

    def prebuilt(self) -> dict[str, str]:
        """Return name → marker of where nothing is built of what is built from source elsewhere."""
        return {each.name: each.prebuilt for each in self.distributions if each.prebuilt}

    def lines(self) -> list[str]:
        """Return the lines, sorted."""
        return sorted(locked.line for locked in self.distributions)

    def selection(self, environment: Mapping[str, str]) -> dict[str, LockedDistribution]:
        """Return what belongs to an environment with these marker values, by name.

        Raises
        ------
        LockError
            Two lines of one name apply, so that neither fixes what is installed.
        """
        values = tuple(sorted(environment.items()))
        if values not in self._selections:
            self._selections[values] = self._select(environment)
        found = self._selections[values]
        if isinstance(found, LockError):
            raise LockError(*found.args)
        return dict(found)

    @cached_property
    def _selections(self) -> dict[tuple[tuple[str, str], ...], _Selection | LockError]:
        """Earlier results of `selection`: a page asks every few seconds, and markers take long."""
        return {}

    def _select(self, environment: Mapping[str, str]) -> _Selection | LockError:
        chosen: dict[str, LockedDistribution] = {}
        for position, locked in enumerate(self.distributions):
            if locked.holds_for(environment):
                if locked.name in chosen:
                    why = "another line names the same package for the same platform"
                    return _broken(locked.line, position, why)
                chosen[locked.name] = locked.for_environment(environment)
        return chosen

    def versions(self) -> dict[str, str]:
        """Return name → version (or URL) of the distributions locked for some platform."""
        return {locked.name: locked.version_or_url for locked in self.distributions}

    def by_name(self) -> dict[str, tuple[LockedDistribution, ...]]:
        """Return the lines of each name: more than one where platforms differ."""
        found: dict[str, tuple[LockedDistribution, ...]] = {}
        for locked in self.distributions:
            found[locked.name] = (*found.get(locked.name, ()), locked)
        return found

    @classmethod
    def of(
        cls,
        named: Mapping[str, Sequence[LockedDistribution]],
        platforms: Sequence[str] = (),
    ) -> Lock:
        """Return the lock made of what `by_name` returns, for these platforms."""
        distributions = (locked for group in named.values() for locked in group)
        return cls(tuple(sorted(distributions, key=lambda each: each.line)), tuple(platforms))

    def grown_by(self, more: Lock) -> Lock | None:
        """Return this lock with what `more` adds; None if a line of this one conflicts with it."""
        mine, others = self.by_name(), more.by_name()
        shared = mine.keys() & others.keys()
        platforms = common_platforms(self.platforms, more.platforms)
        if platforms is not None and all(_serves(mine[name], others[name]) for name in shared):
            return Lock.of({**others, **mine}, platforms)
        return None

    def changes_to(self, newer: Lock) -> list[Change]:
        """Return how a newer lock differs from this one, by name."""
        return changes_between(self.versions(), newer.versions())


def _serves(mine: Sequence[LockedDistribution], others: Sequence[LockedDistribution]) -> bool:
    """Return whether the lines of a name fix what `others` need, on every platform of theirs."""
    if len(mine) == len(others) == 1 and mine[0].marker is None:
        return mine[0].requirement == others[0].requirement
    pairs = [{(each.requirement, each.marker) for each in group} for group in (mine, others)]
    return pairs[0] == pairs[1]

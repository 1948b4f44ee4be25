"""Find the notebooks of a folder that agree, and the versions that these have in common.

Those that want the same Python, indexes and day are resolved together. Where that is impossible,
as many as possible are, in the order of their names, and then the others among themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbenv.adopt.findings import is_exact, parse_named, unpinned
from nbenv.core.lock import Lock
from nbenv.core.requirements import name_of
from nbenv.core.spec import Index, Spec
from nbenv.engine.own_kernel import resolve_with_kernel
from nbenv.environments import interpreters
from nbenv.errors import BuildError, IndexAccessError, ResolutionError
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.adoption.dates import SLOW_TO_BUILD, day_of_versions
from nbenv.operations.adoption.goal import SharedVersions
from nbenv.progress import Progress, Steps

__all__ = ["AgreeingGroup", "Wants", "agreeing_groups"]


@dataclass(frozen=True)
class Wants:
    """The wants of a notebook that others can share: no addresses, no paths."""

    name: str
    python: str
    requirements: tuple[str, ...]
    indexes: tuple[Index, ...] = ()
    as_of: str | None = None

    @property
    def is_exact(self) -> bool:
        """Whether it names versions, which may be old."""
        return any(map(is_exact, self.requirements))


@dataclass(frozen=True)
class AgreeingGroup:
    """Notebooks that agree, by their names, and the versions that they have in common."""

    names: tuple[str, ...]
    versions: SharedVersions


def agreeing_groups(
    wanted: Sequence[Wants], folder: Path, known: Mapping[str, Lock]
) -> Steps[list[AgreeingGroup]]:
    """Return groups of two and more notebooks; one that agrees with no other is in none.

    Where notebooks have versions already, even one is a group: it agrees with these.

    Parameters
    ----------
    wanted
        What each notebook wants.
    folder
        The folder whose settings of the installer count.
    known
        For a Python, the versions that notebooks there have already: preferred where possible.

    Raises
    ------
    IndexAccessError
        An index of this machine's failed, so that no notebook could be adopted.
    """
    groups: list[AgreeingGroup] = []
    for members in _alike(wanted):
        try:
            groups += yield from _groups_of(members, folder, known)
        except IndexAccessError:
            if not members[0].indexes:
                raise  # of this machine's; one of their own fails these notebooks alone
    return groups


def _groups_of(
    members: Sequence[Wants], folder: Path, known: Mapping[str, Lock]
) -> Steps[list[AgreeingGroup]]:
    """Return the groups among notebooks that want the same Python, indexes and day."""
    first = members[0]
    interpreter = interpreters.find(first.python)
    lock = known.get(first.python, Lock())
    if interpreter is None or len(members) < _fewest(lock, first):
        return []
    groups: list[AgreeingGroup] = []
    resolver = _Resolver(first, interpreter.executable, folder, lock)
    for apart in (yield from resolver.by_age(members)):
        groups += yield from _partition(resolver, apart)
    grouped = {name for group in groups for name in group.names}
    left = [each for each in members if each.name not in grouped and each.is_exact]
    return groups + (yield from _partition(resolver, (yield from resolver.loosened(left))))


def _fewest(lock: Lock, alike: Wants) -> int:
    """Return how many notebooks a group needs: one, if it has others' versions to agree with.

    One that names indexes is adopted by itself, which finds out what these alone serve.
    """
    return 1 if lock.distributions and not alike.indexes else 2


def _alike(wanted: Sequence[Wants]) -> Iterator[list[Wants]]:
    """Yield the notebooks that want the same Python, indexes and day.

    What each of them asks an index for, that index then serves for all of them.
    """
    found: dict[object, list[Wants]] = {}
    for each in wanted:
        places = tuple((index.name, index.url) for index in each.indexes)
        found.setdefault((each.python, places, each.as_of), []).append(each)
    for members in found.values():
        indexes = members[0].indexes
        for other in members[1:]:
            indexes = tuple(
                one.serving(two.packages or ())
                for one, two in zip(indexes, other.indexes, strict=True)
            )
        yield [replace(each, indexes=indexes) for each in members]


def _partition(resolver: _Resolver, members: Sequence[Wants]) -> Steps[list[AgreeingGroup]]:
    """Return a group of all that agree, then one of the others that do, and so on."""
    rest, groups = list(members), []
    fewest = _fewest(resolver.lock, resolver.alike)
    while len(rest) >= fewest:  # the last one may have nobody to agree with
        agreed = yield from _grown([], _by_requirements(rest), resolver)
        if not agreed:
            break
        versions = yield from resolver.versions(agreed)
        texts = {each.requirements for each in agreed}
        names = tuple(each.name for each in rest if each.requirements in texts)
        if versions and len(names) >= fewest:
            groups.append(AgreeingGroup(names, versions))
        rest = [each for each in rest if each.requirements not in texts]
    return groups


def _by_requirements(members: Sequence[Wants]) -> list[Wants]:
    """Return one notebook for each set of requirements."""
    found: dict[tuple[str, ...], Wants] = {}
    for each in members:
        found.setdefault(each.requirements, each)
    return list(found.values())


def _grown(good: list[Wants], more: Sequence[Wants], resolver: _Resolver) -> Steps[list[Wants]]:
    """Add all of `more` that agrees with what is good so far, half by half."""
    if (yield from resolver.versions([*good, *more])):
        return [*good, *more]
    if len(more) == 1:
        return good
    middle = len(more) // 2
    good = yield from _grown(good, more[:middle], resolver)
    return (yield from _grown(good, more[middle:], resolver))


@dataclass
class _Resolver:
    """Resolves sets of notebooks that are alike, each set once; `lock` has versions to prefer."""

    alike: Wants
    interpreter: str
    folder: Path
    lock: Lock
    unknown: set[str] = field(default_factory=set)
    found: dict[tuple[str, ...], SharedVersions | None] = field(default_factory=dict)

    def by_age(self, members: Sequence[Wants]) -> Steps[list[list[Wants]]]:
        """Return those that ask for old versions apart: the others want today's."""
        exact = [each for each in members if each.is_exact]
        if self.alike.as_of or not exact or len(exact) == len(members):
            return [list(members)]
        versions = yield from self.versions(exact)
        if versions and versions.day is None:
            return [list(members)]
        return [[each for each in members if not each.is_exact], exact]

    def loosened(self, members: Sequence[Wants]) -> Steps[list[Wants]]:
        """Return those that cannot have the versions that they name, without these versions.

        Each will be adopted like that in the end: see `attempts.install_first_possible`.
        """
        found = []
        for each in members:
            if not (yield from self.versions([each])):
                found.append(replace(each, requirements=tuple(unpinned(each.requirements))))
        return found

    def versions(self, members: Sequence[Wants]) -> Steps[SharedVersions | None]:
        """Return versions that all of these notebooks can have, None where there are none."""
        texts = tuple(sorted({text for each in members for text in each.requirements}))
        if texts not in self.found:
            self.found[texts] = yield from self._resolved(texts)
        return self.found[texts]

    def _resolved(self, texts: tuple[str, ...]) -> Steps[SharedVersions | None]:
        asked = [text for text in texts if name_of(text) not in self.unknown]
        if _is_contradictory(asked):
            return None
        yield Progress("resolve", f"Resolving together: {_some(asked)}…")
        try:
            return (yield from self._resolved_dated(tuple(asked)))
        except ResolutionError as error:
            if error.unknown and any(name_of(text) == error.unknown for text in asked):
                self.unknown.add(error.unknown)  # each notebook that asks for it will say so
                return (yield from self._resolved(texts))
            return None
        except BuildError:
            return None

    def _resolved_dated(self, texts: tuple[str, ...]) -> Steps[SharedVersions]:
        alike = self.alike
        day = alike.as_of or (
            yield from day_of_versions(texts, alike.python, self.folder, alike.indexes)
        )
        try:
            return (yield from self._resolved_as_of(texts, day))
        except (ResolutionError, BuildError):
            if day == alike.as_of:
                raise
            return (yield from self._resolved_as_of(texts, alike.as_of))

    def _resolved_as_of(self, texts: tuple[str, ...], day: str | None) -> Steps[SharedVersions]:
        spec = Spec(self.alike.python, texts, self.lock, self.alike.indexes)
        options = ResolveOptions(before=day or "", no_build=SLOW_TO_BUILD)
        lock = yield from resolve_with_kernel(spec, self.interpreter, self.folder, options)
        return SharedVersions(self.alike.python, lock, day)


def _some(texts: Sequence[str]) -> str:
    names = sorted({name_of(text) for text in texts})
    return ", ".join([*names[:4], *([f"and {len(names) - 4} more"] if names[4:] else [])])


def _is_contradictory(texts: Iterable[str]) -> bool:
    """Return whether two requirements name different versions of a package without conditions."""
    exact: dict[str, str] = {}
    pins = ((name, version) for text in texts for name, version in _pins(text))
    return any(exact.setdefault(name, version) != version for name, version in pins)


def _pins(text: str) -> Iterator[tuple[str, str]]:
    parsed = parse_named(text)
    if parsed is None or parsed.marker is not None:
        return
    for each in parsed.specifier:
        if each.operator == "==" and not each.version.endswith(".*"):
            yield parsed.name, each.version

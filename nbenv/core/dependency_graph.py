"""The graph of which installed distributions need which, as a tree or as paths to one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.markers import UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

__all__ = ["DependencyGraph", "build_graph"]


@dataclass(frozen=True)
class DependencyGraph:
    """Installed versions by name, and the names that each of them needs."""

    versions: Mapping[str, str]
    needs: Mapping[str, tuple[str, ...]]

    def paths_to(self, name: str, roots: Iterable[str]) -> Iterator[list[str]]:
        """Yield the shortest chain from each root that leads to `name`."""
        for root in roots:
            chain = self._chain(root, name)
            if chain:
                yield chain

    def _chain(self, start: str, end: str) -> list[str] | None:
        came_from: dict[str, str | None] = {start: None}
        waiting = [start]
        for current in waiting:
            if current == end:
                return _walk_back(came_from, end)
            for needed in self.needs.get(current, ()):
                if needed not in came_from:
                    came_from[needed] = current
                    waiting.append(needed)
        return None

    def closure(self, names: Iterable[str]) -> set[str]:
        """Return these names, and all that they need."""
        found = set(names)
        waiting = list(found)
        while waiting:
            more = set(self.needs.get(waiting.pop(), ())) - found
            found |= more
            waiting.extend(more)
        return found

    def tree(self, roots: Iterable[str]) -> list[str]:
        """Return the lines of a tree; what was expanded further up is marked ``*`` instead.

        So the tree stays short where much is shared, and ends where distributions need each other.
        """
        seen: set[str] = set()
        lines: list[str] = []
        for root in roots:
            self._grow(root, "", "", seen, lines)
        return lines

    def _grow(self, name: str, lead: str, below: str, seen: set[str], lines: list[str]) -> None:
        again = name in seen and bool(self.needs.get(name))
        lines.append(
            f"{lead}{name} {self.versions.get(name, '(not installed)')}{' *' if again else ''}"
        )
        if again:
            return
        seen.add(name)
        children = self.needs.get(name, ())
        for position, child in enumerate(children):
            last = position == len(children) - 1
            branch, deeper = ("└── ", "    ") if last else ("├── ", "│   ")
            self._grow(child, below + branch, below + deeper, seen, lines)


def _walk_back(came_from: Mapping[str, str | None], end: str) -> list[str]:
    chain = [end]
    while (previous := came_from[chain[-1]]) is not None:
        chain.append(previous)
    return chain[::-1]


def build_graph(
    requires: Mapping[str, Sequence[str]],
    versions: Mapping[str, str],
    roots: Mapping[str, frozenset[str]],
    environment: Mapping[str, str],
) -> DependencyGraph:
    """Build the graph of what is installed.

    Parameters
    ----------
    requires
        Name → its ``Requires-Dist`` lines (core metadata). Unreadable ones are left out.
    versions
        Name → installed version.
    roots
        Name → the extras that were asked for of it.
    environment
        Marker values (PEP 508) of the environment's Python.
    """
    extras: dict[str, set[str]] = {name: set(wanted) for name, wanted in roots.items()}
    needs: dict[str, tuple[str, ...]] = {}
    waiting = list(versions)
    while waiting:  # a name is looked at again when another one asks for more of its extras
        name = waiting.pop()
        found = dict(_needed(requires.get(name, ()), extras.get(name, set()), environment))
        needs[name] = tuple(sorted(other for other in found if other in versions))
        for other, wanted in found.items():
            if other in versions and not wanted <= extras.get(other, set()):
                extras.setdefault(other, set()).update(wanted)
                waiting.append(other)
    return DependencyGraph(versions, needs)


def _needed(
    lines: Iterable[str], extras: set[str], environment: Mapping[str, str]
) -> Iterator[tuple[str, set[str]]]:
    for line in lines:
        try:
            requirement = Requirement(line)
            applies = requirement.marker is None or any(
                requirement.marker.evaluate({**environment, "extra": extra})
                for extra in ("", *extras)
            )
        except (InvalidRequirement, UndefinedEnvironmentName):
            continue
        if applies:
            yield str(canonicalize_name(requirement.name)), set(requirement.extras)

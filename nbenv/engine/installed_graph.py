"""Read from an environment which of its packages need which."""

from __future__ import annotations

from collections.abc import Iterable

from nbenv.core import requirements
from nbenv.core.dependency_graph import DependencyGraph, build_graph
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookSnapshot
from nbenv.environments.environment import Environment
from nbenv.environments.markers import marker_values

__all__ = ["graph_of", "installed_graph", "with_dependencies"]


def installed_graph(snapshot: NotebookSnapshot) -> tuple[DependencyGraph, list[str]]:
    """Return the graph of what is installed, and what was asked for: its roots."""
    return graph_of(snapshot.spec, snapshot.environment)


def graph_of(spec: Spec, environment: Environment) -> tuple[DependencyGraph, list[str]]:
    """Return the graph of what is in an environment, and what a record asks for: its roots."""
    found = environment.distributions()
    asked = [requirements.parse(text) for text in spec.requirements]
    roots = {each.name: frozenset(each.extras) for each in asked}
    built = build_graph(
        {name: each.requires or [] for name, each in found.items()},
        {name: each.version for name, each in found.items()},
        roots,
        marker_values(spec.python, environment.read_version()),
    )
    return built, list(dict.fromkeys([*sorted(roots), requirements.KERNEL]))


def with_dependencies(snapshot: NotebookSnapshot, names: Iterable[str]) -> set[str]:
    """Return names with what they need of what is installed; the kernel's own is left out."""
    if snapshot.environment.read_version() is None:
        return set(names)
    graph, _ = installed_graph(snapshot)
    asked = set(names)
    return asked | graph.closure(asked) - graph.closure([requirements.KERNEL])

"""Choose which of the locked packages an archive leaves out."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from packaging.utils import canonicalize_name

from nbenv.core.dependency_graph import DependencyGraph
from nbenv.core.requirements import KERNEL, name_of
from nbenv.core.spec import Spec
from nbenv.engine.installed_graph import graph_of
from nbenv.environments.environment import Environment
from nbenv.errors import UsageError

__all__ = ["check_left_out", "not_needed"]


def check_left_out(names: Collection[str], locked: Collection[str]) -> frozenset[str]:
    """Return names that a user leaves out, in their canonical form.

    Raises
    ------
    UsageError
        One of them is not locked.
    """
    for written in names:
        name = str(canonicalize_name(written))
        if name not in locked:
            near = get_close_matches(name, locked, 1)
            raise UsageError(
                f"{written} is not locked, so it cannot be left out.",
                f"Did you mean {near[0]}?" if near else "",
            )
    return frozenset(str(canonicalize_name(each)) for each in names)


def not_needed(
    spec: Spec,
    environment: Environment,
    without: Collection[str] = (),
    provided: Collection[str] = (),
    kernel: bool = True,
) -> set[str]:
    """Return the packages of an environment that are not needed where it goes.

    Parameters
    ----------
    environment
        An environment with everything that is locked.
    without
        What is left out, with all that only this needs.
    provided
        What is there already: it is left out, but what it needs stays.
    kernel
        Whether the notebook's kernel is needed there.
    """
    graph, roots = graph_of(spec, environment)
    asked = {name_of(text) for text in spec.requirements} | ({KERNEL} if kernel else set())
    cut = {name: () if name in without else needs for name, needs in graph.needs.items()}
    kept = DependencyGraph(graph.versions, cut).closure(asked - set(without))
    unneeded = graph.closure(roots) - kept
    return (unneeded | set(without) | set(provided)) & graph.versions.keys()

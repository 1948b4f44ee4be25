"""Find out what an index serves beyond what was asked from it by name: what that needs.

A command that names an index instead of the machine's default one asks it for everything, as for
pip: a dependency must not be taken from a public index that has something else of its name.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

from nbenv.core.recorded_options import index_serving
from nbenv.core.requirements import name_of
from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Index, Spec
from nbenv.environments.interpreters import Interpreter
from nbenv.errors import ResolutionError
from nbenv.installer.resolve import resolve_lock
from nbenv.progress import Steps

__all__ = ["moved", "with_claimed", "without_unneeded"]


def with_claimed(
    old: Spec, new: Spec, interpreter: Interpreter, folder: Path, options: ResolveOptions
) -> Steps[Spec]:
    """Return a spec whose indexes list what their packages need, too, if they claim that.

    What is locked already stays where it came from.

    Parameters
    ----------
    old
        The spec before the change, with its lock.
    new
        The spec after it.
    interpreter
        A Python of its version.
    folder
        The folder that local requirements are relative to.
    options
        The limits for what is resolved.
    """
    options = replace(options, any_index=True)  # nothing is locked by it
    for index in [each for each in new.indexes if each.claims]:
        others = (each for each in new.indexes if each.name != index.name)
        first = replace(index, packages=None)
        asked = [text for text in new.requirements if _comes_from(index, name_of(text), new)]
        alone = replace(new, requirements=tuple(asked), indexes=(first, *others), editable=())
        with contextlib.suppress(ResolutionError):  # which the resolution that follows explains
            lock = yield from resolve_lock(
                alone, interpreter.executable, folder, options, kernel=False
            )
            places = {each.name: (each.index or "").rstrip("/") for each in lock.distributions}
            found = [name for name, url in places.items() if url == index.url.rstrip("/")]
            known = old.lock.versions()
            new = _serving(new, index, [name for name in found if name not in known])
    return new


def moved(old: Spec, new: Spec) -> tuple[str, ...]:
    """Return the locked names that a change asks from another index than before."""
    places = {
        name: [index_serving(each.indexes, name) for each in (old, new)]
        for name in old.lock.versions()
    }
    return tuple(
        name
        for name, (before, now) in places.items()
        if before and (not now or now.url != before.url)
    )


def _comes_from(index: Index, name: str, spec: Spec) -> bool:
    serving = index_serving(spec.indexes, name)
    return serving is not None and serving.name == index.name


def _serving(spec: Spec, index: Index, names: list[str]) -> Spec:
    """Return a spec in which an index lists names that no other one does, as dependencies."""
    free = {name for name in names if index_serving(spec.indexes, name) is None}
    needed = tuple(sorted({*index.dependencies, *free}))
    indexes = (
        replace(each, dependencies=needed, claims=False) if each.name == index.name else each
        for each in spec.indexes
    )
    return replace(spec, indexes=tuple(indexes))


def without_unneeded(spec: Spec) -> Spec:
    """Return a spec whose indexes list no dependencies that its lock does not have."""
    locked = spec.lock.versions()
    indexes = tuple(
        replace(index, dependencies=tuple(each for each in index.dependencies if each in locked))
        for index in spec.indexes
    )
    return replace(spec, indexes=indexes) if indexes != spec.indexes else spec

"""Find out what an index serves beyond what was asked from it by name: what that needs.

A command that names an index instead of the machine's default one asks it for everything, as for
pip: a dependency must not be taken from a public index that has something else of its name. What
no index of the machine had, when it was locked, stays where it was as well.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import partial
from pathlib import Path

from nbenv.core.lock import Lock
from nbenv.core.recorded_options import index_serving
from nbenv.core.requirements import name_of
from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Index, Spec
from nbenv.environments.interpreters import Interpreter
from nbenv.errors import ResolutionError
from nbenv.installer.index_packages import FIRST, IN_ORDER
from nbenv.installer.machine.uv_environment import own_indexes
from nbenv.installer.resolve import resolve_lock
from nbenv.progress import Steps

__all__ = ["claims_anew", "moved_names", "with_claimed", "with_locked"]


def claims_anew(old: Spec, new: Spec) -> bool:
    """Return whether an index claims what other packages, or versions, need than before."""
    known = {index.name for index in old.indexes if index.claims}
    if old.python != new.python or old.lock.platforms != new.lock.platforms:
        return any(index.claims for index in new.indexes)
    for index in (each for each in new.indexes if each.claims):
        if index.name not in known or not {*_asked(index, new)} <= {*old.requirements}:
            return True
        before, now = old.lock.versions(), new.lock.versions()
        if any(now.get(name) != before[name] for name in before if _comes_from(index, name, new)):
            return True
    return False


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
        first, asked = replace(index, packages=None), _asked(index, new)
        if not asked:
            continue
        # Whatever the machine does, this index comes first, and others for what it does not have:
        # not for what it is known to serve.
        alone = replace(new, requirements=asked, editable=(), index_strategy=FIRST)
        alone = replace(alone, indexes=(first, index, *others), lock=_preferred(old, new))
        resolve = partial(resolve_lock, kernel=False)
        with contextlib.suppress(ResolutionError):  # which the resolution that follows explains
            try:
                lock = yield from resolve(alone, interpreter.executable, folder, options)
            except ResolutionError:  # only now, others are asked for what is not named
                alone = replace(alone, index_strategy=IN_ORDER)
                lock = yield from resolve(alone, interpreter.executable, folder, options)
            places = {each.name: (each.index or "").rstrip("/") for each in lock.distributions}
            found = [name for name, url in places.items() if url == index.url.rstrip("/")]
            known = old.lock.versions()
            new = _serving(new, index, [name for name in found if name not in known])
    return new


def moved_names(old: Spec, new: Spec) -> tuple[str, ...]:
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


def _preferred(old: Spec, new: Spec) -> Lock:
    """Return the versions to keep, without those that another index may have just got in."""
    known, lines = old.lock.versions(), new.lock.distributions
    kept = (each for each in lines if each.name in known or index_serving(new.indexes, each.name))
    return replace(new.lock, distributions=tuple(kept))


def _asked(index: Index, spec: Spec) -> tuple[str, ...]:
    return tuple(text for text in spec.requirements if _comes_from(index, name_of(text), spec))


def _comes_from(index: Index, name: str, spec: Spec) -> bool:
    serving = index_serving(spec.indexes, name)
    return serving is not None and serving.name == index.name


def _serving(spec: Spec, index: Index, names: list[str]) -> Spec:
    """Return a spec in which an index lists names that no other one does, as dependencies."""
    free = {name for name in names if index_serving(spec.indexes, name) is None}
    needed = tuple(sorted({*index.dependencies, *free}))
    indexes = (
        replace(each, dependencies=needed) if each.name == index.name else each
        for each in spec.indexes
    )
    return replace(spec, indexes=tuple(indexes))


def with_locked(spec: Spec) -> Spec:
    """Return a spec whose indexes list the dependencies that its lock has from them, no others.

    What only such an index has would otherwise come from any that gets something of its name.
    """
    locked = spec.lock.versions()
    indexes = tuple(
        replace(index, dependencies=tuple(each for each in index.dependencies if each in locked))
        for index in spec.indexes
    )
    made = replace(spec, indexes=indexes) if indexes != spec.indexes else spec
    for index in indexes:
        if (
            index.packages is not None
            and not index.default
            and (names := _locked_from(index, spec))
        ):
            made = _serving(made, index, names)
    return made


def _locked_from(index: Index, spec: Spec) -> list[str]:
    """Return the names that were just locked from an index that this machine itself does not ask.

    Of one that it asks for everything, that says nothing.
    """
    url, lines = index.url.rstrip("/"), spec.lock.distributions
    names = [each.name for each in lines if each.index.rstrip("/") == url]
    return names if names and url not in [each.rstrip("/") for each in own_indexes()] else []

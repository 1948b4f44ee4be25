"""Resolve requirements into the lock that meets them, moving as little as possible."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from packaging.version import Version

from nbenv.core.lock import Lock
from nbenv.core.requirements import KERNEL, merge, normalise, parse
from nbenv.core.spec import Spec
from nbenv.core.typed.torch_backends import TORCH_PACKAGES
from nbenv.engine.accelerators.dated_torch import resolve_torch_of_day
from nbenv.engine.accelerators.torch_choice import resolve_with_torch
from nbenv.engine.dated.as_of import resolve_as_of
from nbenv.engine.document import parse_record
from nbenv.engine.indexes.claimed_packages import (
    claims_anew,
    moved_names,
    with_claimed,
    with_locked,
)
from nbenv.engine.interrupts import stopped
from nbenv.engine.own_kernel import resolve_with_kernel
from nbenv.environments.interpreters import Interpreter
from nbenv.errors import IndexAccessError, InstallerError, ResolutionError, StoppedError
from nbenv.installer.machine.machine_policy import prefers_wheels
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.progress import Progress, Steps

__all__ = ["relock", "resolve_anew"]


def relock(
    old: Spec, new: Spec, interpreter: Interpreter, folder: Path, options: ResolveOptions | None
) -> Steps[Spec]:
    """Resolve a changed spec, keeping the locked versions of the old one where possible.

    Where `new` only adds requirements, those alone are resolved, as long as no locked version has
    to change.

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
        The locked versions that may change; None if none may without need.

    Returns
    -------
    Spec
        `new` with a lock that meets its requirements.

    Raises
    ------
    ResolutionError
        No set of versions meets them.
    InstallerError
        uv failed otherwise.
    """
    yield _resolving(new)
    if prefers_wheels():
        options = replace(options or ResolveOptions(), prefer_binary=True)
    asking = partial(with_claimed, old, interpreter=interpreter, folder=folder)
    is_asked = options is not None or claims_anew(old, replace(new, lock=old.lock))
    if is_asked:
        new = yield from asking(new, options=options or ResolveOptions())
    resolve = partial(_relocked, old, interpreter=interpreter, folder=folder, options=options)
    if new.exclude_newer or (options and options.before):
        resolve = partial(resolve_torch_of_day, resolve)
    moving = options is not None and (
        options.everything or not TORCH_PACKAGES.isdisjoint(options.names)
    )
    made = yield from resolve_with_torch(new, resolve, moving=moving)
    if not is_asked and claims_anew(old, made):  # a limit moved what an index serves
        again = yield from asking(made, options=ResolveOptions())
        if again.indexes != made.indexes:
            new = replace(again, lock=new.lock)
            made = yield from resolve_with_torch(new, resolve, moving=moving)
    return with_locked(made)


def _relocked(
    old: Spec, new: Spec, interpreter: Interpreter, folder: Path, options: ResolveOptions | None
) -> Steps[Spec]:
    if options is None:
        lock = yield from _grown_lock(old, new, interpreter, folder)
        if lock is not None:
            return replace(new, lock=lock)
    choice = options or ResolveOptions()
    choice = replace(choice, locked_for=old.python, moved=moved_names(old, new))
    if choice.no_index:
        return (yield from _without_index(old, new, interpreter, folder, choice))
    if choice.before:
        base = yield from _with_kernel(new, interpreter, folder, choice)
        return (yield from resolve_as_of(new, base, choice, partial(_at, interpreter, folder)))
    if new.exclude_newer:
        return (yield from _with_newer_kernel(new, interpreter, folder, choice))
    if choice.resolution and KERNEL not in new.lock.versions():
        new = replace(new, lock=(yield from _kernel_alone(new, interpreter, folder)))
    if choice.prefer_binary:
        with contextlib.suppress(InstallerError):
            wheels = replace(choice, only_wheels=True)
            return (yield from _resolved(new, interpreter, folder, wheels))
    return (yield from _resolved(new, interpreter, folder, choice))


def _at(interpreter: Interpreter, folder: Path, spec: Spec, options: ResolveOptions) -> Steps[Spec]:
    return (yield from _resolved(spec, interpreter, folder, options))


def _with_newer_kernel(
    new: Spec, interpreter: Interpreter, folder: Path, options: ResolveOptions
) -> Steps[Spec]:
    """Resolve a record with a last day, which limits neither its kernel nor what is locked.

    Only if that leads nowhere, everything is as old as the day says.
    """
    base = yield from _with_kernel(new, interpreter, folder, options)
    exempt = tuple(name for name in base.versions() if name not in options.names)
    kept = replace(options, everything=False, exempt=exempt)
    try:
        return (yield from _resolved(replace(new, lock=base), interpreter, folder, kept))
    except ResolutionError:
        return (yield from _resolved(new, interpreter, folder, options))


def _with_kernel(
    new: Spec, interpreter: Interpreter, folder: Path, options: ResolveOptions
) -> Steps[Lock]:
    """Return the locked versions, or those of a kernel alone where there are none to keep."""
    if options.everything or KERNEL not in new.lock.versions():
        return (yield from _kernel_alone(new, interpreter, folder))
    return new.lock


def _kernel_alone(new: Spec, interpreter: Interpreter, folder: Path) -> Steps[Lock]:
    """Resolve the kernel as for a new notebook: a command's options are about what it names."""
    alone = Spec(new.python, indexes=new.indexes, find_links=new.find_links)
    return (yield from _resolved(alone, interpreter, folder, ResolveOptions())).lock


def _without_index(
    old: Spec, new: Spec, interpreter: Interpreter, folder: Path, options: ResolveOptions
) -> Steps[Spec]:
    """Resolve what is new from folders and addresses alone; the kernel comes from an index."""
    base = old
    if not _meets_requirements(old):
        ordinary = replace(options, no_index=False)
        base = yield from _resolved(old, interpreter, folder, ordinary)
    moving = {*options.names}
    added = [
        text
        for text in new.requirements
        if text not in old.requirements or parse(text).name in moving
    ]
    staying = (each for each in base.lock.distributions if each.name not in moving)
    kept = replace(base.lock, distributions=tuple(staying))
    asked = replace(new, requirements=tuple(added), lock=kept)
    more = yield from _resolved(asked, interpreter, folder, options, kernel=False)
    lock = kept.grown_by(more.lock)
    if lock is None:
        raise ResolutionError(
            "What was found without an index does not fit what this notebook has locked.",
            "It needs other versions of the same packages.",
            "Nothing was changed. Leave --no-index away, or install it into a new notebook.",
        )
    return replace(new, lock=lock)


def resolve_anew(
    spec: Spec, interpreter: Interpreter, folder: Path, options: ResolveOptions
) -> Steps[Spec]:
    """Return `spec` with a lock that meets its requirements; see `relock`."""
    yield _resolving(spec)
    spec = yield from with_claimed(spec, spec, interpreter, folder, options)
    is_as_old = spec.exclude_newer and not options.before
    with_kernel = _with_newer_kernel if is_as_old else _resolved
    resolve = partial(_in_order, with_kernel, interpreter, folder, options)
    if spec.exclude_newer or options.before:
        resolve = partial(resolve_torch_of_day, resolve)
    return with_locked((yield from resolve(spec)))


def _in_order(
    resolve: Callable[..., Steps[Spec]],
    interpreter: Interpreter,
    folder: Path,
    options: ResolveOptions,
    spec: Spec,
) -> Steps[Spec]:
    return (yield from resolve(spec, interpreter, folder, options))


def _resolving(spec: Spec) -> Progress:
    return Progress("resolve", f"Resolving for Python {spec.python}…")


def _resolved(
    spec: Spec,
    interpreter: Interpreter,
    folder: Path,
    options: ResolveOptions,
    *,
    kernel: bool = True,
) -> Steps[Spec]:
    resolve = resolve_with_kernel if kernel else partial(resolve_lock, kernel=False)
    try:
        lock = yield from resolve(spec, interpreter.executable, folder, options)
    except StoppedError:  # nothing but the cache has changed so far
        raise stopped(is_unchanged=True) from None
    made = _with_pre_releases(replace(spec, lock=lock), options.pre)
    parse_record(made.to_record())  # a record that could not be read back is never written
    return made


def _with_pre_releases(spec: Spec, names: tuple[str, ...]) -> Spec:
    """Require the pre-releases that were found, so that the next change keeps them."""
    asked = [
        f"{locked.name}>={locked.version}"
        for locked in spec.lock.distributions
        if locked.name in names and locked.version and Version(locked.version).is_prerelease
    ]
    return replace(spec, requirements=tuple(merge(spec.requirements, asked)))


# -- only additions


def _grown_lock(old: Spec, new: Spec, interpreter: Interpreter, folder: Path) -> Steps[Lock | None]:
    """Resolve the added requirements alone; None where everything has to be resolved.

    uv asks the index for the page of every package that it resolves. That is most of the time of an
    install into a notebook that has its environment.
    """
    added = _added_requirements(old, new)
    if not added or old.lock.platforms:  # the index may have files for others by now
        return None
    asked = replace(new, requirements=added)
    try:
        more = yield from _resolved(asked, interpreter, folder, ResolveOptions(), kernel=False)
    except IndexAccessError:  # the other requirements need the index, too
        raise
    except InstallerError:  # together with the other requirements it may be possible
        return None
    return old.lock.grown_by(more.lock)


def _added_requirements(old: Spec, new: Spec) -> tuple[str, ...]:
    """Return the requirements that `new` adds; none if it differs otherwise, or `old` is not met.

    A lock that does not meet its own requirements was edited by hand.
    """
    kept = replace(new, requirements=old.requirements, lock=old.lock, editable=old.editable)
    if TORCH_PACKAGES.isdisjoint(old.lock.versions()):  # a build that is chosen moves nothing
        kept = replace(kept, torch_backend=old.torch_backend, torch_choice=old.torch_choice)
    known = set(map(normalise, old.requirements))
    grows = known < set(map(normalise, new.requirements)) and {*old.editable} <= {*new.editable}
    if kept != old or not grows or not _meets_requirements(old):
        return ()
    return tuple(text for text in new.requirements if normalise(text) not in known)


def _meets_requirements(spec: Spec) -> bool:
    """Return whether a lock has each required package in an allowed version."""
    return KERNEL in spec.lock.versions() and not spec.unmet_requirements

"""Choose the build of PyTorch: as it was asked for, else the one that fits this machine.

Where nobody says one, a machine without an accelerator would download gigabytes of CUDA. So the
default is ``auto``, but only where that takes nothing away: a machine whose default index was
replaced, or a record that says where PyTorch comes from, keeps that.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from nbenv.core.recorded_options import index_serving
from nbenv.core.requirements import parse
from nbenv.core.spec import Index, Spec
from nbenv.core.typed.torch_backends import AUTO, NONE, TORCH_PACKAGES, is_backend, public_version
from nbenv.errors import IndexAccessError, InstallerError, ResolutionError, UsageError
from nbenv.home import variables
from nbenv.installer import pip_config
from nbenv.installer.accelerators.build_lookup import best_build
from nbenv.installer.accelerators.own_builds import own_builds
from nbenv.installer.accelerators.torch_index import fitting_backends, mirror
from nbenv.installer.machine.uv_environment import own_indexes
from nbenv.progress import Progress, Steps

__all__ = ["default_choice", "parse_choice", "resolve_with_torch", "same_versions", "with_choice"]

_TRIED = 2
"""Builds to try where a look-up found none; each takes a resolution."""
Resolve = Callable[[Spec], Steps[Spec]]
"""Resolves a record once."""


def parse_choice(text: str, source: str = "--torch-backend") -> str:
    """Return a choice that was typed or set: ``auto``, ``none`` or a build; "" for none at all.

    Raises
    ------
    UsageError
        It is something else.
    """
    chosen = text.strip().lower()
    if chosen and chosen not in (AUTO, NONE) and not is_backend(chosen):
        raise UsageError(
            f"{source} {text} cannot be followed: it is not a build of PyTorch.",
            todo=f"Choose {AUTO}, cpu, one such as cu126 or rocm6.4, or {NONE}.",
        )
    return chosen


def with_choice(spec: Spec, choice: str) -> Spec:
    """Return a record with a choice; "" leaves it as it is, ``auto`` is settled by resolving."""
    if not choice:
        return spec
    if choice == AUTO:
        return replace(spec, torch_backend="", torch_choice=AUTO)
    return replace(spec, torch_backend=choice, torch_choice="")


def default_choice(spec: Spec) -> str:
    """Return the choice where neither a command nor the record says one.

    Raises
    ------
    UsageError
        A setting has a value that cannot be followed.
    """
    for name in (variables.TORCH_BACKEND, "UV_TORCH_BACKEND"):
        if said := parse_choice(os.environ.get(name, ""), name):
            return said
    if any(map(_may_serve, spec.indexes)) or _locked_torch(spec):
        return NONE  # what the record says, or has, stays
    return AUTO


def _is_reached() -> bool:
    """Return whether PyTorch's index may be asked though nobody said so.

    Whoever replaced this machine's default index decided which hosts it gets packages from.
    """
    own = own_indexes()[0].rstrip("/")
    return bool(mirror()) or own == pip_config.default_index().rstrip("/")


def _may_serve(index: Index) -> bool:
    """Return whether a record's index is meant for PyTorch, or for everything."""
    if index.default or index.packages is None:
        return True
    return any(index_serving([index], name) for name in TORCH_PACKAGES)


def resolve_with_torch(new: Spec, resolve: Resolve, *, moving: bool) -> Steps[Spec]:
    """Resolve a record with the build of PyTorch that it is to have.

    Parameters
    ----------
    new
        The record, with its former lock.
    resolve
        Resolves a record.
    moving
        Whether PyTorch may leave its locked version, so that ``auto`` is asked anew.

    Returns
    -------
    Spec
        The resolved record. Without PyTorch, it remembers no build that was chosen for it.

    Raises
    ------
    UsageError
        The choice cannot be followed.
    NbenvError
        As of `resolve`.
    """
    resolve = partial(_naming_builds, resolve)
    if not moving:
        resolve = partial(_keeping_versions, resolve)
    elif new.torch_choice == AUTO:
        new = replace(new, torch_backend="")
    if new.torch_backend:
        return _settled((yield from _tried(new, resolve, None)))
    choice = new.torch_choice or default_choice(new)
    bare = replace(new, torch_choice="")
    if choice == NONE:
        return (yield from resolve(bare))
    plain = None
    if not _asks_for_torch(new):  # what has no PyTorch is not to wait for any of this
        plain = yield from resolve(bare)
        if not _locked_torch(plain):
            return plain
    asks = bool(new.torch_choice) or _is_set() or _is_reached()
    return (yield from _chosen(bare, choice, resolve, plain, asks=asks))


def _is_set() -> bool:
    return any(os.environ.get(name) for name in (variables.TORCH_BACKEND, "UV_TORCH_BACKEND"))


def _chosen(
    bare: Spec, choice: str, resolve: Resolve, plain: Spec | None, *, asks: bool
) -> Steps[Spec]:
    """Resolve with the first fitting build that can be had.

    What fits the machine is no demand: where it cannot be had, PyTorch is what it would be without.
    """
    failure: InstallerError | None = None
    for backend in (yield from _backends(bare, choice, plain)):
        tried = with_choice(bare, backend)
        tried = replace(tried, torch_choice=AUTO if choice == AUTO else "")
        yield Progress("resolve", f"Resolving with PyTorch for {backend}…")
        try:
            return (yield from _tried(tried, resolve, plain, asks=asks))
        except (ResolutionError, IndexAccessError) as error:
            failure = failure or error
            if isinstance(error, IndexAccessError):
                break
    assert failure is not None
    if choice != AUTO:
        raise failure
    found = plain or (yield from resolve(bare))
    if asks and _locked_torch(found):
        yield Progress("resolve", _not_chosen(failure), lasting=True)
    return found


def _backends(bare: Spec, choice: str, plain: Spec | None) -> Steps[Sequence[str]]:
    """Return the builds to try, the best first."""
    if choice != AUTO:
        return (choice,)
    fitting = fitting_backends()
    if len(fitting) == 1:  # this machine has no accelerator, so there is nothing to look up
        return fitting
    torch = plain.lock.versions().get("torch") if plain else None
    asked = [f"torch=={public_version(torch)}"] if torch else []
    lines = [*asked, *bare.requirements, *bare.constraints]
    best = yield from best_build(lines, bare.python, fitting)
    return tuple(dict.fromkeys(filter(None, (best, *fitting[:_TRIED], "cpu"))))


def _tried(tried: Spec, resolve: Resolve, plain: Spec | None, *, asks: bool = True) -> Steps[Spec]:
    """Resolve with PyTorch's index for a build; where it is out of reach, with the machine's own.

    A folder or a mirror of the machine's may have that build.
    """
    failure = IndexAccessError("PyTorch's index is not asked here.")
    if asks:
        try:
            return (yield from resolve(tried))
        except IndexAccessError as error:
            if not is_backend(tried.torch_backend):
                raise
            failure = error
        except ResolutionError as error:
            raise _explained(error, tried) from None
    bare = replace(tried, torch_backend=NONE, torch_choice="")
    if plain is None:
        plain = yield from resolve(bare)
    for version in _own_versions(tried, plain):
        limit = f"torch=={version} ; sys_platform == '{sys.platform}'"
        with contextlib.suppress(ResolutionError, IndexAccessError):
            found = yield from resolve(replace(bare, constraints=(*bare.constraints, limit)))
            return replace(
                found,
                constraints=tried.constraints,
                torch_backend=tried.torch_backend,
                torch_choice=tried.torch_choice,
            )
    raise failure


def _explained(error: ResolutionError, tried: Spec) -> ResolutionError:
    """Return an error about PyTorch that says where it was looked for."""
    about = (error.unknown, error.unmet, *re.findall(r"[\w-]+", error.what))
    if is_backend(tried.torch_backend) and not TORCH_PACKAGES.isdisjoint(about):
        where = f"PyTorch's packages come from its index for {tried.torch_backend} alone."
        error.why = " ".join(filter(None, (error.why, where)))
        if "--torch-backend" not in error.todo:
            error.todo += (
                f" Or choose another build: --torch-backend {AUTO}, cpu, cu126 … or {NONE}."
            )
    return error


def _naming_builds(resolve: Resolve, spec: Spec) -> Steps[Spec]:
    """Resolve; where a build is asked for by its version alone, say how to get it."""
    try:
        return (yield from resolve(spec))
    except ResolutionError as error:
        build = _missed_build(error, spec)
        if build:
            error.todo = f"For that build, add --torch-backend {build}; nothing was changed."
        raise


def _missed_build(error: ResolutionError, spec: Spec) -> str:
    """Return the build in a version (``2.9.1+cu126``) that was asked for, but not looked for."""
    for each in map(parse, (*spec.requirements, *spec.constraints)):
        builds = (limit.version.partition("+")[2] for limit in each.specifier)
        build = next(filter(is_backend, builds), "")
        is_it = each.name in TORCH_PACKAGES and each.name == error.unmet
        if is_it and build not in ("", spec.torch_backend):
            return build
    return ""


def same_versions(spec: Spec) -> list[str]:
    """Return limits by which PyTorch keeps its locked versions in another build than it has."""
    locked = {e.name: e.version for e in spec.lock.distributions if e.name in _locked_torch(spec)}
    builds = {name: version.partition("+")[2] for name, version in locked.items() if version}
    if not is_backend(spec.torch_backend) or spec.torch_backend in builds.values():
        return []
    return [f"{name}=={public_version(version)}" for name, version in locked.items() if version]


def _keeping_versions(resolve: Resolve, spec: Spec) -> Steps[Spec]:
    """Resolve with the locked versions of PyTorch if another build has them."""
    limits = same_versions(spec)
    if limits:
        with contextlib.suppress(ResolutionError):
            kept = replace(spec, constraints=(*spec.constraints, *limits))
            found = yield from resolve(kept)
            return replace(found, constraints=spec.constraints)
    return (yield from resolve(spec))


def _own_versions(tried: Spec, plain: Spec) -> list[str]:
    """Return the versions of a build that the machine's own indexes and folders may have."""
    backend = tried.torch_backend
    locked = plain.lock.versions().get("torch")
    same = [f"{public_version(locked)}+{backend}"] if locked else []
    return list(dict.fromkeys([*same, *own_builds(backend, tried.python)]))


def _not_chosen(failure: InstallerError) -> str:
    reason = "cannot be reached" if isinstance(failure, IndexAccessError) else "has no fitting one"
    return (
        f"PyTorch's own index {reason}, so PyTorch comes from this machine's indexes, and may "
        "bring what this machine cannot use."
    )


def _asks_for_torch(spec: Spec) -> bool:
    asked = map(parse, spec.requirements)
    return any(not each.url and each.name in TORCH_PACKAGES for each in asked)


def _locked_torch(spec: Spec) -> list[str]:
    """Return the packages of PyTorch that a lock takes from an index."""
    return [e.name for e in spec.lock.distributions if e.version and e.name in TORCH_PACKAGES]


def _settled(spec: Spec) -> Spec:
    """Return a record that remembers the build only where it has PyTorch, or was told one."""
    if _locked_torch(spec) or spec.torch_choice != AUTO:
        return spec
    return replace(spec, torch_backend="", torch_choice="")

"""Resolve where a notebook's default index does not have what a kernel needs.

A private index that replaces the default one often has nothing but its owner's packages. The kernel
is not among what anybody asked that index for, so it comes from this machine's own.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nbenv.core.lock import Lock
from nbenv.core.requirements import KERNEL, name_of
from nbenv.core.spec import Spec
from nbenv.engine.document import parse_record
from nbenv.environments.environment import Marker
from nbenv.errors import RecordError, ResolutionError
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.progress import Steps

__all__ = ["installed_before", "resolve_with_kernel"]


def installed_before(spec: Spec, marker: Marker) -> set[str]:
    """Return the names that a change may remove: what is locked so far.

    Before the first change of a notebook nothing is, but its kernel is there, with what only this
    version of it needs. What a notebook held whose record is lost is not ours to remove.

    Parameters
    ----------
    spec
        The notebook's record before the change.
    marker
        The marker of its environment.
    """
    if spec.lock.distributions or (marker.record or {}).get("requirements"):
        return set(spec.lock.versions())
    try:
        return set(parse_record(marker.record or {}).lock.versions())
    except RecordError:  # written by another version of nbenv
        return set()


def resolve_with_kernel(
    spec: Spec, interpreter: str, folder: Path, options: ResolveOptions
) -> Steps[Lock]:
    """Resolve a record with its kernel; see `nbenv.installer.resolve.resolve_lock`.

    Only if its own default index leads nowhere, the kernel is resolved with this machine's indexes,
    and the requirements alone with the record's.
    """
    try:
        return (yield from resolve_lock(spec, interpreter, folder, options))
    except ResolutionError:
        others = tuple(index for index in spec.indexes if not index.default)
        if others == spec.indexes:
            raise
        own = replace(spec, indexes=others)
        try:
            lock = yield from _apart(spec, own, interpreter, folder, options)
        except ResolutionError as error:
            raise _explained(error, spec) from None
        if lock is None:
            raise
        return lock


def _explained(error: ResolutionError, spec: Spec) -> ResolutionError:
    """Return an error that says which index was asked, where that may be why a name is unknown."""
    url = next(index.url for index in spec.indexes if index.default)
    if not error.unknown or error.unknown == KERNEL:
        return error
    reason = f"This notebook uses {url} instead of this machine's default index."
    error.why = " ".join(filter(None, (error.why, reason)))
    return error


def _apart(
    spec: Spec, own: Spec, interpreter: str, folder: Path, options: ResolveOptions
) -> Steps[Lock | None]:
    """Return both parts joined; None where they need other versions of the same packages."""
    asked = [text for text in spec.requirements if name_of(text) != KERNEL]
    kernel = tuple(text for text in spec.requirements if text not in asked)
    base = yield from resolve_lock(
        replace(own, requirements=kernel, editable=(), no_deps=()), interpreter, folder, options
    )
    preferred = Lock.of({**spec.lock.by_name(), **base.by_name()})
    alone = replace(spec, requirements=tuple(asked), lock=preferred)
    more = yield from resolve_lock(alone, interpreter, folder, options, kernel=False)
    return base.grown_by(more)

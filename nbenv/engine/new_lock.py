"""Find the lock of an edited record, and what installing it would change."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from nbenv.core.lock import Change
from nbenv.core.spec import Spec
from nbenv.core.sync_plan import make_plan
from nbenv.core.urls import is_local
from nbenv.engine.direct_sources import (
    current_sources,
    must_be_reinstalled,
    read_again,
    with_full_urls,
)
from nbenv.engine.disclosure import names_built
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult
from nbenv.engine.own_kernel import installed_before
from nbenv.engine.relock import relock
from nbenv.engine.summaries import narrowed_note
from nbenv.environments.interpreters import Interpreter
from nbenv.environments.markers import is_for_here, select_locked
from nbenv.errors import InstallerError, InstallerKilledError
from nbenv.installer.lookup.expected_download import expected_download
from nbenv.installer.resolve import ResolveOptions
from nbenv.progress import Progress, Steps

__all__ = ["lock_edited", "planned_sync", "reading_again"]


def reading_again(
    snapshot: NotebookSnapshot, named: Collection[str], options: ResolveOptions | None
) -> ResolveOptions | None:
    """Return the options with which the sources that a command names are read again.

    They stay as they are where nothing can have changed: what is satisfied is not resolved.
    """
    if not named:
        return options
    sources = current_sources(snapshot.spec, snapshot.ref.folder)
    names = read_again(snapshot.spec, named, snapshot.marker, sources)
    return replace(options or ResolveOptions(), refreshed=tuple(names)) if names else options


def lock_edited(
    snapshot: NotebookSnapshot,
    spec: Spec,
    interpreter: Interpreter,
    is_locked: bool,
    options: ResolveOptions | None,
) -> Steps[Spec]:
    """Return an edited spec with a lock that meets it.

    It is the present spec where nothing else is recorded: equal content is then written as it was,
    whoever wrote it.

    Parameters
    ----------
    snapshot
        The notebook before the change.
    spec
        The edited spec.
    interpreter
        A Python of its version.
    is_locked
        Whether it has its lock already.
    options
        The locked versions that may change; None if none may without need.
    """
    if not is_locked:
        spec = yield from _with_lock(snapshot, spec, interpreter, options)
        if note := narrowed_note(snapshot.spec, spec):
            yield Progress("resolve", note, lasting=True)
    return snapshot.spec if spec.is_same(snapshot.spec) else spec


def _with_lock(
    snapshot: NotebookSnapshot,
    spec: Spec,
    interpreter: Interpreter,
    options: ResolveOptions | None,
) -> Steps[Spec]:
    """Return a spec with a lock that meets it; the present lock if that does."""
    is_met = _is_met(snapshot.spec, spec) and is_for_here(snapshot.spec, interpreter.version)
    if options is None and is_met:
        return spec
    try:
        steps = relock(snapshot.spec, spec, interpreter, snapshot.ref.folder, options)
        return (yield from steps)
    except InstallerError as error:
        if isinstance(error, InstallerKilledError) or not (
            is_met and _is_only_a_look(spec, options)
        ):
            raise
    names = ", ".join(options.refreshed if options else ())
    what = f"Could not check whether {names} changed; keeping what is locked."
    yield Progress("resolve", what, lasting=True)
    return replace(spec, lock=snapshot.spec.lock)


def _is_met(old: Spec, new: Spec) -> bool:
    """Return whether the present lock was made for exactly these requirements."""
    return bool(old.lock.distributions) and replace(new, lock=old.lock).is_same(old)


def _is_only_a_look(spec: Spec, options: ResolveOptions | None) -> bool:
    """Return whether resolving only serves to see what addresses offer by now.

    A cell that is run again without a network then goes on, as it does for other packages.
    """
    refreshed = options.refreshed if options else ()
    if options != ResolveOptions(refreshed=refreshed):
        return False
    lines = spec.lock.by_name()
    return not any(is_local(each.url) for name in refreshed for each in lines.get(name, ()))


def planned_sync(snapshot: NotebookSnapshot, spec: Spec, interpreter: Interpreter) -> SyncResult:
    """Return what installing `spec` would change, download and build."""
    changes = tuple(_expected_changes(snapshot, spec))
    locked = select_locked(spec, interpreter.version)
    coming = [locked[each.name] for each in changes if each.new and each.name in locked]
    download = None
    if coming:
        folder = snapshot.ref.folder
        download = expected_download(coming, spec, folder, interpreter.executable)
    return SyncResult(
        snapshot.environment, changes, download=download, built=tuple(names_built(coming))
    )


def _expected_changes(snapshot: NotebookSnapshot, spec: Spec) -> Iterator[Change]:
    environment, folder = snapshot.environment, snapshot.ref.folder
    present = environment.installed()
    wanted = with_full_urls(select_locked(spec, environment.read_version()), folder)
    sources = current_sources(spec, folder)
    again = must_be_reinstalled(spec, wanted.values(), present, snapshot.marker, sources)
    for each in make_plan(wanted, present, (), again).install:
        old = present.get(each.name)
        new = each.version or (old.version if old else spec.lock.versions()[each.name])
        yield Change(each.name, old.version if old else None, new)
    # What is installed beyond the old lock stays, as drift.
    removed = installed_before(snapshot.spec, snapshot.marker) - set(spec.lock.versions())
    for name in sorted(removed & set(present)):
        yield Change(name, present[name].version, None)

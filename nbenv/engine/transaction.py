"""From a new record to a synced environment to a recorded change, or back to where it was."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nbenv.core.lock import Change
from nbenv.core.spec import Spec
from nbenv.engine.consent import agree, check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult, begin_look, sync_environment, version_of
from nbenv.engine.relock import relock
from nbenv.environments import interpreters
from nbenv.environments.interpreters import Interpreter
from nbenv.environments.store import State, Store, superseding
from nbenv.errors import NbenvError, NotebookError
from nbenv.home.locks import is_locked, locked
from nbenv.installer.resolve import ResolveOptions
from nbenv.installer.sync import fetch_python
from nbenv.notebook.metadata import KERNELSPEC, write_metadata
from nbenv.progress import Progress, Steps, drain

__all__ = ["ChangeOptions", "Edit", "change", "held", "obtain"]

Edit = Callable[[NotebookSnapshot], "Steps[Spec] | Spec"]


# -- the parts


def held(
    store: Store, target: NotebookRef, known: Callable[[str], State]
) -> Steps[tuple[contextlib.ExitStack, NotebookRef]]:
    """Take the lock of the notebook's environment, saying so when another change must end first.

    Return with it the target where the notebook is by then. That other change may have given it
    another environment, which has another lock.
    """
    while True:
        stack = contextlib.ExitStack()
        identifier = known(target.notebook).environment
        if is_locked(identifier):
            yield Progress("waiting", "Waiting for another change of this environment to end …")
        stack.enter_context(locked(identifier))
        now = store.state(target.notebook)
        is_same = now is None or now.environment == identifier
        if is_same or store.notebook_of(identifier):  # it was renamed, and its path taken
            return stack, target.following(identifier)
        stack.close()


def obtain(python: str, fetch: bool, folder: Path) -> Steps[Interpreter]:
    """Find the Python of a version, or have uv fetch it when that is agreed to."""
    found = interpreters.find(python)
    if found:
        return found
    if not fetch:
        raise interpreters.missing(python)
    yield Progress("python", f"Python {python} is not here; asking uv to fetch it …")
    try:
        executable = yield from fetch_python(python)
    except NbenvError as error:
        raise interpreters.missing(python, f"Fetching it failed: {_first_line(error)}") from None
    return Interpreter(python, python, executable)


def _first_line(error: NbenvError) -> str:
    lines = [line.strip() for line in (error.why or error.what).splitlines()]
    return next((line for line in lines if line), error.what)


# -- recording


def _check_writable(target: NotebookRef) -> None:
    if target.keeps_unsaved or not os.path.exists(target.notebook):
        return
    mode = os.stat(target.notebook).st_mode
    folder = os.path.dirname(os.path.realpath(target.notebook))
    if mode & 0o222 and os.access(target.notebook, os.W_OK) and os.access(folder, os.W_OK):
        return
    raise NotebookError(
        f"The notebook {target.notebook} cannot be written.",
        "It or its folder is read-only, so the change could not be recorded; nothing was changed.",
        "Make both writable, or work on a copy.",
    )


def _record(document: NotebookSnapshot, store: Store, spec: Spec, remembered: bool) -> None:
    # In this order a kill between two steps leaves the old record or the new one, both approved.
    value, target = spec.to_record(), document.target
    agree(document, spec)
    if value != document.value and remembered:
        store.remember(store.place_of(document.state), document.value)
    if not target.keeps_unsaved:
        changes = {"nbenv": value, "kernelspec": KERNELSPEC}
        write_metadata(target.notebook, changes)
    saved = not target.keeps_unsaved
    if value != document.value or document.state.value != value:
        store.save(superseding(document.state, document.in_file, value, saved))


# -- a whole change


@dataclass(frozen=True)
class ChangeOptions:
    """How a change is made.

    `upgrade` says which locked versions may move; with `locked` the edited spec has its lock
    already; what is not `remembered` cannot be undone; `consent` is an agreement to what the
    notebook's lock names.
    """

    upgrade: ResolveOptions | None = None
    dry_run: bool = False
    locked: bool = False
    remembered: bool = True
    consent: bool = False


def change(target: NotebookRef, edit: Edit, how: ChangeOptions) -> Steps[tuple[Spec, SyncResult]]:
    """Edit the record, resolve, sync and record: all of it, or nothing.

    `edit` returns the new spec from the document; it may look up names.
    """
    store, upgrade = Store(), how.upgrade
    if not how.dry_run:
        _check_writable(target)
    known = store.state_for if how.dry_run else store.claim
    stack, target = yield from held(store, target, known)
    with stack:
        document = NotebookSnapshot.read(target, store)
        check_approved(document, how.consent)
        edited = edit(document)
        spec = edited if isinstance(edited, Spec) else (yield from edited)
        found = yield from obtain(spec.python, how.consent, target.folder)
        glance = None if how.dry_run else begin_look(document.environment)
        if not how.locked and (upgrade or not _is_met(document, spec)):
            spec = yield from relock(document.spec, spec, found, target.folder, upgrade)
        if how.dry_run:
            return spec, SyncResult(document.state.environment, tuple(_expected(document, spec)))
        try:
            synced = yield from sync_environment(
                document, store, spec, found, exact=False, glance=glance
            )
            _record(document, store, spec, how.remembered)
        except BaseException:
            if not document.is_ready:
                _back(document, store, found)
            raise
        return spec, synced


def _is_met(document: NotebookSnapshot, spec: Spec) -> bool:
    """Whether the lock at hand was made for these very requirements."""
    old = document.spec
    return bool(old.lock.distributions) and replace(spec, lock=old.lock) == old


def _expected(document: NotebookSnapshot, spec: Spec) -> Iterator[Change]:
    environment = document.environment
    values = {**environment.marker_environment(), "python_version": spec.python}
    if environment.python_version is None:
        values["python_full_version"] = f"{spec.python}.0"
    present = environment.installed()
    for name, wanted in sorted(spec.lock.selection(values).items()):
        old = present.get(name)
        new = wanted.version or wanted.url
        if old is None or (wanted.version and old.version != wanted.version):
            yield Change(name, version_of(old), new)
    going = set(document.spec.lock.versions()) - set(spec.lock.versions())
    yield from (Change(name, present[name].version, None) for name in sorted(going & set(present)))


def _back(document: NotebookSnapshot, store: Store, found: Interpreter) -> None:
    """Bring the environment back to the record that stays, after recording failed."""
    if document.environment.python_version is None:  # there was none before
        return
    with contextlib.suppress(NbenvError):
        if document.value is None:
            document.environment.unmark()
        else:
            drain(sync_environment(document, store, document.spec, found, exact=False))

"""One change of a notebook's environment: edit, resolve, sync and record, or none of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from nbenv.core.spec import Spec
from nbenv.engine.allowed_hashes import AllowedHashes, limited
from nbenv.engine.consent import agree, check_before_edit, names_changed
from nbenv.engine.damage import begin_check
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult, sync_environment
from nbenv.engine.interrupts import INTERRUPTS, stopped, stopped_too_late, undisturbed
from nbenv.engine.new_lock import lock_edited, planned_sync, reading_again
from nbenv.engine.obtain_python import obtain_python
from nbenv.engine.summaries import besides_kernel
from nbenv.engine.working_kernel import check_kernel
from nbenv.environments import history, inventory
from nbenv.environments.interpreters import Interpreter
from nbenv.environments.store import (
    State,
    claim_state,
    notebook_of,
    place_of,
    read_state,
    save_state,
    state_for,
    superseding,
)
from nbenv.errors import BuildRefusedError, NbenvError, NotebookError
from nbenv.home.locks import is_locked, locked
from nbenv.installer.direct_versions import check_direct_versions
from nbenv.installer.resolve import ResolveOptions
from nbenv.notebook.metadata import KERNELSPEC, write_metadata
from nbenv.progress import Progress, Steps, drain

__all__ = [
    "ChangeOptions",
    "ChangeResult",
    "Edit",
    "Edited",
    "change",
    "hold_environment",
    "settle",
]

N = TypeVar("N")


@dataclass(frozen=True)
class Edited(Generic[N]):
    """An edited spec, and a note that the maker of the edit gets back with the result.

    `named` are the packages whose sources the command names: what changed in them is approved by
    that, and resolved and installed again. `hashes` are the only ones that its lock may have, by
    name. `resolve` are the locked versions that may change, where the edit found that out; it
    counts instead of that of the options. `reinstall` are names to install again, from files that
    are downloaded again.
    """

    spec: Spec
    note: N
    named: tuple[str, ...] = ()
    hashes: Mapping[str, AllowedHashes] = field(default_factory=dict)
    resolve: ResolveOptions | None = None
    reinstall: tuple[str, ...] = ()


Edit = Callable[[NotebookSnapshot], "Edited[N] | Steps[Edited[N]]"]
"""Returns the new spec of a notebook; it runs while the environment is locked, maybe in steps."""


@dataclass(frozen=True)
class ChangeOptions:
    """Options of a change.

    Parameters
    ----------
    resolve
        The locked versions that may change; None if none may without need.
    dry_run
        Whether to stop before anything is changed.
    is_locked
        Whether the edited spec has its lock already.
    remembered
        Whether the change can be undone.
    agreed
        The digest of the record that the user was shown and agreed to (see `engine.consent`).
    fetch
        Whether a Python that is not on this machine may be downloaded.
    """

    resolve: ResolveOptions | None = None
    dry_run: bool = False
    is_locked: bool = False
    remembered: bool = True
    agreed: str | None = None
    fetch: bool = False


@dataclass(frozen=True)
class ChangeResult(Generic[N]):
    """The result of a change: the notebook `before` it, its spec now, the sync, the edit's note."""

    before: NotebookSnapshot
    spec: Spec
    synced: SyncResult
    note: N


def change(ref: NotebookRef, edit: Edit[N], options: ChangeOptions) -> Steps[ChangeResult[N]]:
    """Edit the record, resolve, sync and record: all of it, or nothing.

    Parameters
    ----------
    ref
        The notebook.
    edit
        Returns the new spec, given a snapshot that no other change can make outdated.
    options
        Options of the change.

    Raises
    ------
    ApprovalNeededError
        What the notebook records was never approved on this machine, and is not what was agreed to.
    NotebookError
        The notebook cannot be read or written.
    NbenvError
        Resolving or installing failed; the notebook and its environment are as they were.
    """
    if not options.dry_run:
        _check_writable(ref)
    stack, ref = yield from hold_environment(ref, state_for if options.dry_run else claim_state)
    with stack:
        snapshot = NotebookSnapshot.read(ref)
        refusal = check_before_edit(snapshot, options.agreed)
        edited = edit(snapshot)
        new = edited if isinstance(edited, Edited) else (yield from edited)
        if refusal and not names_changed(snapshot, new.named):
            raise refusal
        interpreter = yield from obtain_python(new.spec.python, options.fetch)
        if options.dry_run:
            spec = yield from _locked_spec(snapshot, new, interpreter, options)
            return ChangeResult(snapshot, spec, planned_sync(snapshot, spec, interpreter), new.note)
        checked = begin_check(snapshot.environment)
        spec = yield from _locked_spec(snapshot, new, interpreter, options)
        after, is_recorded = snapshot, False
        try:
            again = new.reinstall
            synced = yield from sync_environment(
                snapshot, spec, interpreter, exact=False, checked=checked, again=again
            )
            after = settle(snapshot, synced)
            _check_built(spec, synced)
            is_dated = bool(options.resolve and options.resolve.before)
            yield from check_kernel(spec, after.environment, synced.changes, is_dated=is_dated)
            with undisturbed():
                _record(after, spec, _note_on(synced) if options.remembered else None)
                is_recorded = True
        except BaseException as error:
            if is_recorded:
                raise stopped_too_late() from None
            is_back = _go_back(after, spec, interpreter)
            if isinstance(error, INTERRUPTS):
                raise stopped(is_back) from None
            if isinstance(error, BuildRefusedError):
                error.todo = _todo_of_refusal(error, snapshot.spec)
            raise
        return ChangeResult(snapshot, spec, synced, new.note)


# -- the lock of an environment


def hold_environment(
    ref: NotebookRef, known: Callable[[str], State]
) -> Steps[tuple[contextlib.ExitStack, NotebookRef]]:
    """Lock the environment of a notebook, and report if another change has to end first.

    Parameters
    ----------
    ref
        The notebook.
    known
        Returns the state of a notebook: `claim_state`, or `state_for` where nothing may be written.

    Returns
    -------
    tuple[contextlib.ExitStack, NotebookRef]
        The lock, released when the stack is closed, and the notebook with its present path.
    """
    while True:
        stack = contextlib.ExitStack()
        identifier = known(ref.notebook).environment
        if is_locked(identifier):
            yield Progress("waiting", "Waiting for another change to this environment to finish…")
        stack.enter_context(locked(identifier))
        now = read_state(ref.notebook)
        is_same = now is None or now.environment == identifier
        # Another notebook may have the path by now: this one was renamed, and is followed.
        if is_same or notebook_of(identifier):
            return stack, ref.following(identifier)
        stack.close()  # the other change replaced the environment; the new one has its own lock


# -- the new lock


def _locked_spec(
    snapshot: NotebookSnapshot, edited: Edited[N], interpreter: Interpreter, options: ChangeOptions
) -> Steps[Spec]:
    """Return an edited spec with a lock that meets it, and has only the hashes that are allowed."""
    resolve = edited.resolve or options.resolve
    if not options.is_locked:
        resolve = reading_again(snapshot, edited.named, resolve)
    steps = lock_edited(snapshot, edited.spec, interpreter, options.is_locked, resolve)
    spec = yield from steps
    within = replace(spec, lock=limited(spec.lock, edited.hashes))
    return spec if within.is_same(spec) else within


# -- recording


def _check_writable(ref: NotebookRef) -> None:
    """Raise before anything is downloaded, not after, if the change could not be recorded."""
    if ref.keeps_unsaved or not os.path.exists(ref.notebook):
        return
    mode = os.stat(ref.notebook).st_mode
    folder = os.path.dirname(os.path.realpath(ref.notebook))
    if mode & 0o222 and os.access(ref.notebook, os.W_OK) and os.access(folder, os.W_OK):
        return
    raise NotebookError(
        f"The notebook {ref.notebook} cannot be written.",
        "It or its folder is read-only, so the change could not be recorded; nothing was changed.",
        "Make both writable, or work on a copy.",
    )


def settle(snapshot: NotebookSnapshot, synced: SyncResult) -> NotebookSnapshot:
    """Give the notebook the environment that a sync made, and discard a damaged one.

    Returns
    -------
    NotebookSnapshot
        The notebook with its environment now.
    """
    if not synced.replaced:
        return snapshot
    identifier = synced.environment.identifier
    # The state is written first: killed in between, the old environment is unused, not missing.
    after = replace(snapshot, state=save_state(replace(snapshot.state, environment=identifier)))
    if synced.damaged:
        inventory.discard(synced.damaged)
    return after


def _todo_of_refusal(error: BuildRefusedError, before: Spec) -> str:
    """Return what to do about what cannot be built: only what was locked can be upgraded."""
    if set(error.names) <= set(before.lock.versions()):
        return error.todo
    return "Nothing was changed. Ask for a version that has a file for this machine."


def _check_built(spec: Spec, synced: SyncResult) -> None:
    """Check the versions that projects got when they were built; the others are checked before."""
    direct = {each.name for each in spec.lock.distributions if each.url}
    installed = synced.environment.installed() if direct else {}
    check_direct_versions(spec, {n: installed[n].version for n in direct & installed.keys()})


def _note_on(synced: SyncResult) -> history.Note:
    """Return what the history says of a change; a new environment's kernel does not count."""
    changes = besides_kernel(synced.changes)
    sizes = synced.environment.sizes({each.name for each in changes if each.new})
    rows = ((each.name, each.old, each.new) for each in changes)
    return history.Note.now(rows, sum(sizes.values()))


def _record(snapshot: NotebookSnapshot, spec: Spec, note: history.Note | None) -> None:
    """Approve the new record, remember the old one, write the file, and then the state.

    Without a note on the change, the old record is not remembered.

    In this order, a kill between two steps leaves a notebook with the old record or the new one,
    and either can be restored without asking.
    """
    record, ref, state = spec.to_record(), snapshot.ref, snapshot.state
    agree(snapshot, spec)
    if record != snapshot.record and note:
        history.remember(place_of(state), snapshot.record, snapshot.marker.record, note)
    if not ref.keeps_unsaved:
        write_metadata(ref.notebook, {"nbenv": record, "kernelspec": KERNELSPEC})
    if record != snapshot.record or state.record != record:
        saved = not ref.keeps_unsaved
        save_state(superseding(state, snapshot.in_file, record, saved))


def _go_back(snapshot: NotebookSnapshot, tried: Spec, interpreter: Interpreter) -> bool:
    """Sync the environment back to the record that remains, after `tried` was not recorded.

    Return whether it is as before.
    """
    environment = snapshot.environment
    if snapshot.describes(environment.read_marker()) or environment.read_version() is None:
        return True
    with contextlib.suppress(NbenvError, KeyboardInterrupt):
        if snapshot.record is None:
            environment.unmark()
        else:
            # As for a notebook with the new record: what only that one locks is removed.
            changed = replace(snapshot, record=tried.to_record())
            back = sync_environment(changed, snapshot.spec, interpreter, exact=False)
            settle(snapshot, drain(back))
            return True
    return snapshot.record is None

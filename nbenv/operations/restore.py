"""Restore the environment that a notebook records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from nbenv.core.spec import Spec
from nbenv.core.typed.torch_backends import AUTO
from nbenv.core.urls import shown_path
from nbenv.engine.accelerators.lacking import check_accelerator
from nbenv.engine.accelerators.torch_choice import parse_choice, with_choice
from nbenv.engine.consent import (
    agree,
    agreed_by_command,
    check_approved,
    check_policy,
    check_spec,
    is_approved,
)
from nbenv.engine.damage import begin_check, confirm_touched
from nbenv.engine.direct_sources import changed_projects, current_sources
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.engine.environment_sync import SyncResult, sync_environment
from nbenv.engine.interrupts import INTERRUPTS, stopped
from nbenv.engine.obtain_python import obtain_python
from nbenv.engine.relock import resolve_anew
from nbenv.engine.summaries import counted, install_again, outcome_of
from nbenv.engine.transaction import (
    ChangeOptions,
    Edited,
    change,
    hold_environment,
    settle,
)
from nbenv.environments.readiness import ready_environment
from nbenv.environments.store import claim_state, save_state
from nbenv.errors import InstallerError, InterpreterError, UnavailableError
from nbenv.installer.accelerators.torch_index import fitting_backends
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.fallback import fall_back, with_fallbacks
from nbenv.operations.move_python import move
from nbenv.operations.sharing.provided import is_provided, use_provided
from nbenv.progress import Outcome, Steps

__all__ = ["prepare", "restore"]


def prepare(
    ref: NotebookRef,
    agreed: str | None = None,
    *,
    contents: bool = False,
    looks_for_fallbacks: bool = True,
    anyway: bool = False,
) -> Steps[Outcome]:
    """Make the environment exactly what the notebook records, without resolving again.

    A notebook without a record gets an environment that holds the kernel alone.

    Parameters
    ----------
    ref
        The notebook.
    agreed
        The digest of the record that the user was shown and agreed to (see `engine.consent`). With
        any, even "", the user has asked for it, and the recorded Python may be downloaded.
    contents
        Whether to repair what only the digests of the installed files show, too.
    looks_for_fallbacks
        Whether a failure may resolve anew, to name what could be installed instead.
    anyway
        Whether to install what is built for an accelerator that this machine lacks. It is installed
        without being asked for, too, where the record was approved before.

    Raises
    ------
    ApprovalNeededError
        The record was never approved on this machine, and is not what was agreed to.
    NotebookError
        The record has no lock.
    UnavailableError
        Part of the lock is not available here; the error names the possible fallbacks.
    """
    first = NotebookSnapshot.read(ref)
    if agreed is not None or not is_provided(first):
        check_approved(first, agreed)
    stack, ref = yield from hold_environment(ref, claim_state)
    with stack:
        snapshot = NotebookSnapshot.read(ref)
        environment, is_asked = snapshot.environment, agreed is not None
        if not is_asked and (shared := _from_shared(snapshot)):
            return shared
        check_approved(snapshot, agreed)
        snapshot.check_locked()
        if snapshot.is_ready and not is_asked and confirm_touched(environment, snapshot.marker):
            return Outcome("The environment is ready.", environment=environment.identifier)
        if snapshot.record is not None:
            check_policy(agreed)
        try:
            if is_asked and not anyway and not is_approved(snapshot):
                check_accelerator(snapshot.spec)
            spec, synced = yield from _restore_exactly(snapshot, is_asked, contents)
        except INTERRUPTS:  # whatever was changed only partly has no marker any more
            is_whole = environment.read_marker().record is not None
            raise stopped(is_whole or environment.read_version() is None) from None
        except (InterpreterError, InstallerError) as error:
            if not looks_for_fallbacks:
                raise
            raise (yield from with_fallbacks(snapshot, error)) from None
        _note_current(settle(snapshot, synced))
    environment = synced.environment
    count = counted(len(environment.installed()))
    summary = f"Restored: Python {environment.read_version()} with {count}."
    notes = _notes(spec, synced, ref.folder) if agreed is not None else ()
    return outcome_of(spec, synced, " ".join([summary, *notes]))


def _from_shared(snapshot: NotebookSnapshot) -> Outcome | None:
    """Use the environment that is provided for what a notebook records, if there is one."""
    environment = snapshot.environment
    if environment.is_linked and ready_environment(snapshot.ref.notebook):
        return Outcome("The environment is ready.", environment=environment.identifier)
    if snapshot.is_ready and not environment.is_linked:
        return None
    synced = use_provided(snapshot)
    if synced is None:
        return None
    _note_current(settle(snapshot, synced))
    return outcome_of(snapshot.spec, synced, "Using the environment that this machine provides.")


def _notes(spec: Spec, synced: SyncResult, folder: Path) -> Iterator[str]:
    """Yield sentences about local projects and archives that changed since they were installed."""
    if again := ", ".join(each.name for each in synced.changes if each.old == each.new):
        yield f"Installed again, as the files had changed: {again}."
    marker, sources = synced.environment.read_marker(), current_sources(spec, folder)
    for name, url in changed_projects(spec, marker, sources).items():
        place = shown_path(url)
        yield f"{place} changed since {name} was locked; to take it over: {install_again(place)}"


def _restore_exactly(
    snapshot: NotebookSnapshot, is_asked: bool, contents: bool
) -> Steps[tuple[Spec, SyncResult]]:
    spec, folder = snapshot.spec, snapshot.ref.folder
    approves = is_asked and snapshot.record is not None
    if approves:  # also where the rest fails: the next start may try again
        agree(snapshot, spec)
    if not snapshot.is_ready and (synced := use_provided(snapshot)):
        return spec, synced
    interpreter = yield from obtain_python(spec.python, is_asked)
    if snapshot.record is None:
        spec = yield from resolve_anew(spec, interpreter, folder, ResolveOptions())
    checked = begin_check(snapshot.environment, contents)
    synced = yield from sync_environment(snapshot, spec, interpreter, exact=True, checked=checked)
    if approves and spec.local_urls:
        agree(snapshot, spec)  # a build may have written into its project
    return spec, synced


def _note_current(snapshot: NotebookSnapshot) -> None:
    """Make the file's record the newest one: it was not written by a change on this machine."""
    record, state = snapshot.record, snapshot.state
    if record is not None and record == snapshot.in_file and state.record != record:
        save_state(replace(state, record=record, saved=True, superseded=()))


def restore(
    ref: NotebookRef,
    python: str | None = None,
    fallback: str | None = None,
    agreed: str | None = None,
    torch_backend: str = "",
) -> Steps[Outcome]:
    """Restore the recorded environment; to ask for it is to approve what is recorded now.

    A record that the file has lost, but this machine knows, is put back. One without a lock is
    resolved.

    Parameters
    ----------
    ref
        The notebook.
    python
        Another Python to move the notebook to instead, as ``"3.12"``.
    fallback
        The fallback to take if the exact environment is not available.
    agreed
        The digest of the record that was shown in a page and agreed to there, "" for none; None for
        a command of a terminal or a cell, which is itself the agreement.
    torch_backend
        The build of PyTorch to have instead of the recorded one, or the recorded one whatever this
        machine has.

    Raises
    ------
    ApprovalNeededError
        The record is not the one that was agreed to.
    NotebookError
        There is nothing to restore.
    UnavailableError
        Part of the lock is not available here, and neither is the fallback.
    """
    if python is not None:
        return (yield from move(ref, python, agreed))
    if torch_backend and (changed := (yield from _with_build(ref, torch_backend, agreed))):
        return changed
    agreed = yield from agreed_by_command(ref, agreed)
    snapshot = NotebookSnapshot.read(ref)
    if snapshot.is_stripped:
        return (yield from _put_back(ref, agreed))
    snapshot.check_recorded()
    if not snapshot.spec.lock.distributions:
        return (yield from _add_lock(ref, agreed))
    try:
        return (yield from prepare(ref, agreed, contents=True, anyway=bool(torch_backend)))
    except UnavailableError as error:
        if fallback is None:
            raise
        unavailable = error
    return (yield from fall_back(ref, fallback, unavailable, agreed))


def _with_build(ref: NotebookRef, choice: str, agreed: str | None) -> Steps[Outcome | None]:
    """Change the build of PyTorch, keeping its versions; None if it is the recorded one."""
    known = NotebookSnapshot.read(ref).spec
    choice = fitting_backends()[0] if parse_choice(choice) == AUTO else parse_choice(choice)
    if choice == known.torch_backend:
        return None
    aside = "Another build of PyTorch resolves anew: what that builds from source is unknown."
    agreed = yield from agreed_by_command(ref, agreed, aside)

    def edit(snapshot: NotebookSnapshot) -> Edited[None]:
        return Edited(with_choice(snapshot.spec, choice), None)

    done = yield from change(ref, edit, ChangeOptions(agreed=agreed, fetch=True))
    return outcome_of(done.spec, done.synced, f"Restored with PyTorch for {choice}, not exactly.")


def _put_back(ref: NotebookRef, agreed: str) -> Steps[Outcome]:
    """Write back a record that the file has lost; its approval may have been revoked."""

    def edit(snapshot: NotebookSnapshot) -> Edited[None]:
        known = snapshot.state.record if snapshot.is_stripped else snapshot.record
        spec = snapshot.spec if known is None else parse_record(known)
        check_spec(spec, snapshot.ref.folder, agreed)
        return Edited(spec, None)

    options = ChangeOptions(is_locked=True, remembered=False, agreed=agreed, fetch=True)
    done = yield from change(ref, edit, options)
    summary = f"Put back the record that the file had lost: {_requirements_text(done.spec)}."
    return outcome_of(done.spec, done.synced, summary)


def _add_lock(ref: NotebookRef, agreed: str) -> Steps[Outcome]:
    """Restore a record that was written without a lock: resolve it, and record the lock."""
    options = ChangeOptions(ResolveOptions(), agreed=agreed, fetch=True)
    done = yield from change(ref, lambda snapshot: Edited(snapshot.spec, None), options)
    what = _requirements_text(done.spec)
    summary = f"Nothing was locked: resolved, locked and installed {what}."
    return outcome_of(done.spec, done.synced, summary)


def _requirements_text(spec: Spec) -> str:
    return ", ".join(spec.requirements) or "the kernel alone"

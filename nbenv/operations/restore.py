"""Make the environment what the notebook records."""

from __future__ import annotations

from dataclasses import replace

from nbenv.core.spec import Spec
from nbenv.engine.consent import agree, check_approved, check_policy
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.engine.environment_sync import SyncResult, confirm_touched, sync_environment
from nbenv.engine.relock import resolve_anew
from nbenv.engine.summaries import counted, outcome_of
from nbenv.engine.transaction import (
    ChangeOptions,
    Edited,
    change,
    hold_environment,
    obtain_python,
    settle,
)
from nbenv.environments.store import claim_state, save_state
from nbenv.errors import InstallerError, InterpreterError, UnavailableError
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.fallback import fall_back, with_fallbacks
from nbenv.operations.move_python import move
from nbenv.progress import Outcome, Steps

__all__ = ["prepare", "restore"]


def prepare(ref: NotebookRef, consent: bool = False) -> Steps[Outcome]:
    """Make the environment what the notebook records, exactly; nothing is resolved anew.

    A notebook without a record gets an environment that holds the kernel alone.

    Raises
    ------
    ApprovalNeededError
        Nobody agreed to it on this machine, and `consent` does not either.
    UnavailableError
        Something of it cannot be had here; the error says what could be had instead.
    """
    check_approved(NotebookSnapshot.read(ref), consent)
    stack, ref = yield from hold_environment(ref, claim_state)
    with stack:
        snapshot = NotebookSnapshot.read(ref)
        check_approved(snapshot, consent)
        snapshot.check_locked()
        environment = snapshot.environment
        if snapshot.is_ready and not consent and confirm_touched(environment, snapshot.marker):
            return Outcome("The environment is ready.", environment=environment.identifier)
        if snapshot.record is not None:
            check_policy(consent)
        try:
            spec, synced = yield from _restored(snapshot, consent)
        except (InterpreterError, InstallerError) as error:
            raise (yield from with_fallbacks(snapshot, error)) from None
        _note_current(settle(snapshot, synced))
    environment = synced.environment
    count = counted(len(environment.installed()))
    return outcome_of(spec, synced, f"Restored: Python {environment.read_version()} with {count}.")


def _restored(snapshot: NotebookSnapshot, consent: bool) -> Steps[tuple[Spec, SyncResult]]:
    spec, folder = snapshot.spec, snapshot.ref.folder
    interpreter = yield from obtain_python(spec.python, consent)
    if snapshot.record is None:
        spec = yield from resolve_anew(spec, interpreter, folder, ResolveOptions())
    elif consent:
        agree(snapshot, spec)
    return spec, (yield from sync_environment(snapshot, spec, interpreter, exact=True))


def _note_current(snapshot: NotebookSnapshot) -> None:
    """Remember the document's record as the newest: what is replaced now was not ours."""
    record, state = snapshot.record, snapshot.state
    if record is not None and record == snapshot.in_file and state.value != record:
        save_state(replace(state, value=record, saved=True, superseded=()))


def restore(
    ref: NotebookRef, python: str | None = None, fallback: str | None = None
) -> Steps[Outcome]:
    """Restore the recorded environment; asking for it is agreeing to it.

    Or move the notebook to another Python; or, where the environment cannot be had exactly, take a
    `fallback`. A record that the file has lost, and this machine knows, is put back.
    """
    if python is not None:
        return (yield from move(ref, python))
    snapshot = NotebookSnapshot.read(ref)
    if snapshot.is_stripped:
        return (yield from _put_back(ref))
    snapshot.check_recorded()
    if not snapshot.spec.lock.distributions:
        return (yield from _lock_anew(ref))
    try:
        return (yield from prepare(ref, consent=True))
    except UnavailableError as error:
        if fallback is None:
            raise
        unavailable = error
    return (yield from fall_back(ref, fallback, unavailable))


def _put_back(ref: NotebookRef) -> Steps[Outcome]:
    """Write back a record that the file has lost."""

    def edit(snapshot: NotebookSnapshot) -> Edited[None]:
        known = snapshot.state.value if snapshot.is_stripped else snapshot.record
        return Edited(snapshot.spec if known is None else parse_record(known), None)

    options = ChangeOptions(is_locked=True, remembered=False, consent=True)
    done = yield from change(ref, edit, options)
    summary = f"Put back what the notebook recorded before: {_requested(done.spec)}."
    return outcome_of(done.spec, done.synced, summary)


def _lock_anew(ref: NotebookRef) -> Steps[Outcome]:
    """Restore a record that was written without a lock: resolve what it asks for, and record it."""
    options = ChangeOptions(ResolveOptions(), consent=True)
    done = yield from change(ref, lambda snapshot: Edited(snapshot.spec, None), options)
    summary = f"Nothing was locked: resolved, locked and installed {_requested(done.spec)}."
    return outcome_of(done.spec, done.synced, summary)


def _requested(spec: Spec) -> str:
    return ", ".join(spec.requirements) or "the kernel alone"

"""Make the environment what the notebook records."""

from __future__ import annotations

from nbenv.core.spec import Spec
from nbenv.engine.consent import agree, check_approved, check_policy
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult, confirmed, sync_environment
from nbenv.engine.relock import resolved
from nbenv.engine.summaries import counted, outcome_of
from nbenv.engine.transaction import ChangeOptions, change, held, obtain
from nbenv.environments.store import Store
from nbenv.errors import (
    InstallerError,
    InterpreterError,
    UnavailableError,
)
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.fallback import fall_back, with_fallbacks
from nbenv.operations.move_python import move
from nbenv.progress import Outcome, Steps

__all__ = ["prepare", "restore"]


def prepare(target: NotebookRef, consent: bool = False) -> Steps[Outcome]:
    """Make the environment what the notebook records, exactly; nothing is resolved anew.

    A notebook without a record gets an environment that holds the kernel alone.
    """
    store = Store()
    check_approved(NotebookSnapshot.read(target, store), consent)
    stack, target = yield from held(store, target, store.claim)
    with stack:
        document = NotebookSnapshot.read(target, store)
        check_approved(document, consent)
        document.check_locked()
        if document.is_ready and not consent and confirmed(document.environment):
            return Outcome("The environment is ready.", environment=document.state.environment)
        if document.value is not None:
            check_policy(consent)
        try:
            spec, synced = yield from _restored(document, store, consent)
        except (InterpreterError, InstallerError) as error:
            raise (yield from with_fallbacks(document, error)) from None
        if document.value is not None:
            _note_current(document, store)
    environment = document.environment
    told = f"Python {environment.python_version} with {counted(len(environment.installed()))}"
    return outcome_of(spec, synced, f"Restored: {told}.")


def _restored(
    document: NotebookSnapshot, store: Store, consent: bool
) -> Steps[tuple[Spec, SyncResult]]:
    spec, folder = document.spec, document.target.folder
    found = yield from obtain(spec.python, consent, folder)
    if document.value is None:
        spec = yield from resolved(spec, found, folder, ResolveOptions())
    elif consent:
        agree(document, spec)
    return spec, (yield from sync_environment(document, store, spec, found, exact=True))


def _note_current(document: NotebookSnapshot, store: Store) -> None:
    """Remember the document's record as the newest: what is replaced now was not ours."""
    state = document.state
    if document.value == document.in_file and state.value != document.value:
        state.value, state.saved, state.superseded = document.value, True, []
        store.save(state)


def restore(
    target: NotebookRef, python: str | None = None, fallback: str | None = None
) -> Steps[Outcome]:
    """Restore the recorded environment; asking is agreeing.

    Or move it to another Python; or, where it cannot be had exactly, take a `fallback`. A record
    that the file has lost, and this machine knows, is put back.
    """
    if python is not None:
        return (yield from move(target, python))
    document = NotebookSnapshot.read(target, Store())
    if document.is_stripped:
        return (yield from _put_back(target))
    document.check_recorded()
    if not document.spec.lock.distributions:
        return (yield from _locked_anew(target))
    try:
        return (yield from prepare(target, consent=True))
    except UnavailableError as error:
        if fallback is None:
            raise
        unavailable = error
    return (yield from fall_back(target, fallback, unavailable))


def _put_back(target: NotebookRef) -> Steps[Outcome]:
    def edit(document: NotebookSnapshot) -> Spec:
        known = document.state.value if document.is_stripped else document.value
        return Spec(document.spec.python) if known is None else Spec.from_record(known)

    how = ChangeOptions(locked=True, remembered=False, consent=True)
    spec, synced = yield from change(target, edit, how)
    summary = f"Put back into the notebook what it recorded before: {_asked_for(spec)}."
    return outcome_of(spec, synced, summary)


def _locked_anew(target: NotebookRef) -> Steps[Outcome]:
    """Restore a record that was written without a lock: resolve what it asks for, and record it."""
    how = ChangeOptions(ResolveOptions(), consent=True)
    spec, synced = yield from change(target, lambda document: document.spec, how)
    summary = f"Nothing was locked: resolved, locked and installed {_asked_for(spec)}."
    return outcome_of(spec, synced, summary)


def _asked_for(spec: Spec) -> str:
    return ", ".join(spec.requirements) or "the kernel alone"

"""The verbs that change an environment: uninstall, upgrade, restore, undo, python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from packaging.utils import canonicalize_name

from nbenv import requirements
from nbenv.errors import (
    InstallerError,
    InterpreterError,
    NbenvError,
    RequirementError,
    UnavailableError,
    UsageError,
)
from nbenv.installer import Upgrade
from nbenv.lock import Change
from nbenv.operations.changing import Manner, change, held, obtain
from nbenv.operations.consent import agree, check_approved, check_policy
from nbenv.operations.document import Document, Target
from nbenv.operations.fallback import fall_back, with_fallbacks
from nbenv.operations.progress import Outcome, Steps
from nbenv.operations.resolving import resolved
from nbenv.operations.syncing import Synced, bring, confirmed
from nbenv.operations.telling import counted, outcome_of
from nbenv.spec import Spec
from nbenv.store import Store

__all__ = ["move", "prepare", "restore", "undo", "uninstall", "upgrade"]


# -- uninstall and upgrade


def uninstall(target: Target, names: Sequence[str], dry_run: bool = False) -> Steps[Outcome]:
    """Remove requirements, and the dependencies that nothing needs any more."""
    if not names:
        raise UsageError(
            "Nothing to uninstall was named.", todo="For example: nbenv uninstall pandas"
        )
    wanted = [str(canonicalize_name(name)) for name in names]

    def edit(document: Document) -> Spec:
        spec = document.spec
        kept, missing = requirements.remove(spec.requirements, wanted)
        if missing:
            raise _not_asked_for(missing, document)
        return replace(
            spec,
            requirements=tuple(kept),
            editable=tuple(name for name in spec.editable if name not in wanted),
        )

    spec, synced = yield from change(target, edit, Manner(dry_run=dry_run))
    verb = "Would uninstall" if dry_run else "Uninstalled"
    beyond = len({each.name for each in synced.changes} - set(wanted))
    more = f" (and {counted(beyond)} more)" if beyond else ""
    left = sorted(set(wanted) & set(spec.lock.versions()))
    stays = f" {', '.join(left)} stays: something else needs it." if left else ""
    return outcome_of(spec, synced, f"{verb} {', '.join(wanted)}{more}.{stays}", shown=dry_run)


def _not_asked_for(names: list[str], document: Document) -> NbenvError:
    locked = document.spec.lock.versions()
    dependencies = [name for name in names if name in locked]
    if requirements.KERNEL in names:
        why = "The kernel itself needs it."
    elif dependencies:
        why = f"{', '.join(dependencies)} came as a dependency: see nbenv why {dependencies[0]}."
    else:
        why = "Asked for are: " + (", ".join(document.spec.requirements) or "none") + "."
    return RequirementError(
        f"This notebook does not ask for {', '.join(names)}.", why, "Nothing was changed."
    )


def upgrade(
    target: Target, names: Sequence[str] = (), dry_run: bool = False, any_index: bool = False
) -> Steps[Outcome]:
    """Take the newest versions that the requirements allow, of all or of some.

    With `any_index` they may come from another index than before.
    """
    wanted = tuple(str(canonicalize_name(name)) for name in names)

    def edit(document: Document) -> Spec:
        unknown = sorted(set(wanted) - set(document.spec.lock.versions()))
        if unknown:
            raise RequirementError(f"This notebook has no {', '.join(unknown)}.")
        return document.spec

    choice = Upgrade(everything=not wanted, names=wanted, any_index=any_index)
    spec, synced = yield from change(target, edit, Manner(choice, dry_run))
    verb = "Would upgrade" if dry_run else "Upgraded"
    moved = [each for each in synced.changes if each.old and each.new]
    summary = f"{verb} {counted(len(moved))}." if synced.changes else "Everything is up to date."
    return outcome_of(spec, synced, summary, shown=True)


# -- restore, undo, another Python


def prepare(target: Target, consent: bool = False) -> Steps[Outcome]:
    """Make the environment what the notebook records, exactly; nothing is resolved anew.

    A notebook without a record gets an environment that holds the kernel alone.
    """
    store = Store()
    check_approved(Document.read(target, store), consent)
    stack, target = yield from held(store, target, store.claim)
    with stack:
        document = Document.read(target, store)
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


def _restored(document: Document, store: Store, consent: bool) -> Steps[tuple[Spec, Synced]]:
    spec, folder = document.spec, document.target.folder
    found = yield from obtain(spec.python, consent, folder)
    if document.value is None:
        spec = yield from resolved(spec, found, folder, Upgrade())
    elif consent:
        agree(document, spec)
    return spec, (yield from bring(document, store, spec, found, exact=True))


def _note_current(document: Document, store: Store) -> None:
    """Remember the document's record as the newest: what is replaced now was not ours."""
    state = document.state
    if document.value == document.in_file and state.value != document.value:
        state.value, state.saved, state.superseded = document.value, True, []
        store.save(state)


def restore(
    target: Target, python: str | None = None, fallback: str | None = None
) -> Steps[Outcome]:
    """Restore the recorded environment; asking is agreeing.

    Or move it to another Python; or, where it cannot be had exactly, take a `fallback`. A record
    that the file has lost, and this machine knows, is put back.
    """
    if python is not None:
        return (yield from move(target, python))
    document = Document.read(target, Store())
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


def _put_back(target: Target) -> Steps[Outcome]:
    def edit(document: Document) -> Spec:
        known = document.state.value if document.is_stripped else document.value
        return Spec(document.spec.python) if known is None else Spec.from_value(known)

    how = Manner(locked=True, remembered=False, consent=True)
    spec, synced = yield from change(target, edit, how)
    summary = f"Put back into the notebook what it recorded before: {_asked_for(spec)}."
    return outcome_of(spec, synced, summary)


def _locked_anew(target: Target) -> Steps[Outcome]:
    """Restore a record that was written without a lock: resolve what it asks for, and record it."""
    how = Manner(Upgrade(), consent=True)
    spec, synced = yield from change(target, lambda document: document.spec, how)
    summary = f"Nothing was locked: resolved, locked and installed {_asked_for(spec)}."
    return outcome_of(spec, synced, summary)


def _asked_for(spec: Spec) -> str:
    return ", ".join(spec.requirements) or "the kernel alone"


def move(target: Target, python: str) -> Steps[Outcome]:
    """Move the notebook to another Python, keeping versions where that Python has them."""
    if not re.fullmatch(r"3\.\d{1,2}", python):
        raise UsageError(f"{python!r} is not a Python version.", todo="Write, for example, 3.12.")
    came_from: list[str] = []

    def edit(document: Document) -> Spec:
        came_from.append(document.spec.python)
        return replace(document.spec, python=python)

    spec, synced = yield from change(target, edit, Manner(consent=True))
    if came_from == [python]:
        return outcome_of(spec, synced, f"The notebook is on Python {python} already.")
    return outcome_of(spec, synced, f"Moved from Python {came_from[0]} to {python}.")


def undo(target: Target) -> Steps[Outcome]:
    """Go back to the environment before the last change."""
    store = Store()

    def edit(document: Document) -> Steps[Spec]:
        notebook = document.target.notebook
        known, before = store.last(notebook)
        while known and before == document.value:  # a change that was killed before it was recorded
            store.drop_last(notebook)
            known, before = store.last(notebook)
        if not known:
            raise NbenvError("There is no change of this notebook's environment to undo.")
        if before is not None:
            return Spec.from_value(before)
        empty = replace(document.spec, requirements=(), editable=(), indexes=())
        folder = document.target.folder
        found = yield from obtain(empty.python, False, folder)
        return (yield from resolved(empty, found, folder, Upgrade()))

    try:
        spec, synced = yield from change(target, edit, Manner(locked=True, remembered=False))
    except (InstallerError, InterpreterError) as error:
        raise NbenvError(
            "The environment before the last change cannot be had here any more.",
            error.why or error.what,
            "Nothing was changed.",
        ) from None
    store.drop_last(target.following(synced.environment).notebook)
    return outcome_of(spec, synced, f"Went back: {_undone(synced.changes)}.")


def _undone(changes: Iterable[Change]) -> str:
    changes = list(changes)
    return ", ".join(map(str, changes[:3])) + (" …" if len(changes) > 3 else "") or "no change"

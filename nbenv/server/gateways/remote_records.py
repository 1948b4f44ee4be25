"""Records of notebooks whose kernels run on another machine: what is sent there, and comes back.

A change that such a kernel reports is kept as unsaved, as one of a kernel here. Nothing is approved
by it: another machine's approval is not this one's.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from dataclasses import replace
from enum import Enum, auto

from nbenv.core import record as records
from nbenv.environments.readiness import newest_record
from nbenv.environments.store import (
    State,
    claim_state,
    notebook_of,
    read_state,
    save_state,
    superseding,
)
from nbenv.errors import NbenvError
from nbenv.home.handed_over import HandedOver
from nbenv.home.locks import locked
from nbenv.notebook.metadata import KERNELSPEC, write_metadata

__all__ = ["Taken", "hand_over", "take", "write_unsaved"]


class Taken(Enum):
    """The outcome of a reported record."""

    SAME = auto()
    """It is the notebook's own."""
    NEWER = auto()
    """It follows the notebook's, and is unsaved now."""
    BEHIND = auto()
    """The notebook's follows it."""
    CONFLICT = auto()
    """Both were changed; the notebook's counts."""


def hand_over(notebook: str) -> HandedOver:
    """Return what is handed over for a notebook, with a number of its own.

    Raises
    ------
    NotebookError
        Its file is none that a record can be in.
    BrokenEnvironmentError
        ``NBENV_HOME`` cannot be written.
    """
    state = claim_state(notebook)
    newest = newest_record(notebook)
    if newest is not None and newest != state.record:  # a checkout, or another person's
        before = [*state.superseded, records.fingerprint(state.record)]
        known = tuple(each for each in before if each != records.fingerprint(newest))
        state = save_state(replace(state, record=newest, saved=True, superseded=known))
    identity, number = state.environment, secrets.token_hex(8)
    left = () if newest or not state.record else (records.fingerprint(state.record),)
    return HandedOver(identity, state.notebook, newest, (*state.superseded, *left), number)


def take(identity: str, record: object, known: object) -> Taken:
    """Take the record that a kernel reports.

    Parameters
    ----------
    identity
        The notebook's, as it was handed over.
    record
        The kernel's record.
    known
        Fingerprints of the records that this one follows.

    Raises
    ------
    NbenvError
        The notebook or the record cannot be used.
    """
    notebook = notebook_of(identity)
    state = read_state(notebook) if notebook is not None else None
    if state is None or record is None:
        return Taken.SAME  # deleted meanwhile; and a kernel removes no record
    found = records.check(record)
    shown = newest_record(state.notebook)
    if found == shown:
        return Taken.SAME
    is_as_handed = state.record is None or state.record == shown
    if is_as_handed and isinstance(known, list) and records.fingerprint(shown) in known:
        save_state(superseding(state, shown, found, saved=False))
        return Taken.NEWER
    is_former = records.fingerprint(found) in state.superseded or found == state.record
    return Taken.BEHIND if is_former else Taken.CONFLICT


def write_unsaved(identity: str) -> bool:
    """Write a notebook's unsaved record into its file, where no page is left to save it.

    Returns
    -------
    bool
        Whether there was anything to write.

    Raises
    ------
    NbenvError
        The file cannot be written.
    """
    notebook = notebook_of(identity)
    if notebook is None or not _is_unsaved(read_state(notebook)):
        return False
    with locked(identity):
        state = read_state(notebook)
        if state is None or not _is_unsaved(state) or not os.path.exists(state.notebook):
            return False
        write_metadata(state.notebook, {"nbenv": state.record, "kernelspec": dict(KERNELSPEC)})
        save_state(replace(state, saved=True))
    return True


def _is_unsaved(state: State | None) -> bool:
    if state is None or state.record is None or state.saved:
        return False
    with contextlib.suppress(NbenvError):
        return newest_record(state.notebook) == state.record
    return False

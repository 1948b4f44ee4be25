"""Use what an administrator provides: found by the digest of what a notebook records."""

from __future__ import annotations

import os
from dataclasses import replace

from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult, linked_to_provided
from nbenv.environments.environment import Environment
from nbenv.environments.shared.lower_layer import find_shared
from nbenv.environments.store import new_identifier

__all__ = ["is_provided", "use_provided"]


def is_provided(snapshot: NotebookSnapshot) -> bool:
    """Return whether an administrator provides what a notebook records: it needs no approval.

    Nothing is installed for it, and what runs is what is installed for all users of this machine.
    """
    return snapshot.record is not None and find_shared(snapshot.spec) is not None


def use_provided(snapshot: NotebookSnapshot) -> SyncResult | None:
    """Give the notebook the environment that is provided for its record; None if there is none.

    Nothing is downloaded, built or installed. The caller holds the environment's lock.
    """
    if not is_provided(snapshot):
        return None
    current = snapshot.environment
    replaces = os.path.lexists(current.path)
    own = Environment(new_identifier(snapshot.state.notebook)) if replaces else current
    found = linked_to_provided(snapshot, snapshot.spec, own)
    outdated = current if current.is_linked else None
    return None if found is None else replace(found, replaced=replaces, damaged=outdated)

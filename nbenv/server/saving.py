"""Whatever front end saves a notebook, its newest record goes along.

A change in a running kernel is kept in the notebook's state until then. A front end that loaded the
notebook earlier shows an older record, or none; `nbenv.record.current` tells that from an edit.
"""

from __future__ import annotations

import os
from typing import Any

from nbenv import notebook, record
from nbenv.errors import NbenvError
from nbenv.server.paths import local_path
from nbenv.store import State, Store

__all__ = ["merge", "note_saved"]


def merge(model: dict[str, Any], path: str, contents_manager: Any, **_: object) -> None:
    """Put the newest record into a notebook that is about to be saved (a pre-save hook)."""
    metadata = _metadata(model)
    file = local_path(contents_manager, path)
    state = Store().state(file) if metadata is not None and file else None
    if metadata is None or file is None or state is None or state.value is None:
        return
    shown = metadata.get("nbenv")
    if shown == state.value:
        return
    newest = record.current(shown, vars(state), _on_disk(file, state))
    if newest is not None and newest != shown:
        metadata["nbenv"] = newest
        metadata["kernelspec"] = dict(notebook.KERNELSPEC)


def _metadata(model: dict[str, Any]) -> dict[str, Any] | None:
    content = model.get("content")
    if model.get("type") != "notebook" or not isinstance(content, dict):
        return None
    metadata = content.setdefault("metadata", {})
    return metadata if isinstance(metadata, dict) else None


def _on_disk(file: str, state: State) -> object:
    """Return the record in the file that is replaced, where it matters."""
    if not state.saved or not os.path.exists(file):
        return state.value
    try:
        return notebook.read_metadata(file).get("nbenv")
    except NbenvError:
        return state.value  # a broken file must not keep a good record from being saved


def note_saved(model: dict[str, Any], os_path: str, contents_manager: Any, **_: object) -> None:
    """Remember that the file holds the newest record now (a post-save hook)."""
    if model.get("type") != "notebook":
        return
    store = Store()
    state = store.state(os_path)
    if state is None or state.value is None or state.saved:
        return
    if notebook.read_metadata(os_path).get("nbenv") == state.value:
        state.saved = True
        store.save(state)

"""Whatever front end saves a notebook, its newest record goes along.

A change in a running kernel is kept in the notebook's state until then. A front end that loaded
the notebook earlier shows an older record, or none; `nbenv.core.record.current` tells that from
an edit.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from nbenv.core import record
from nbenv.environments.store import State, forget, read_state, save_state
from nbenv.errors import NbenvError
from nbenv.home.locks import is_locked
from nbenv.notebook.metadata import KERNELSPEC, read_metadata
from nbenv.server.contents_paths import local_path

__all__ = ["merge", "note_saved"]


def merge(model: dict[str, Any], path: str, contents_manager: Any, **_: object) -> None:
    """Put the newest record into a notebook that is about to be saved (a pre-save hook)."""
    metadata = _metadata(model)
    file = local_path(contents_manager, path)
    state = read_state(file) if metadata is not None and file else None
    if metadata is None or file is None or state is None or state.value is None:
        return
    shown = metadata.get("nbenv")
    if shown == state.value:
        return
    if not os.path.exists(file) and _is_another(model["content"], state):
        forget(file)
        return
    newest = record.current(shown, state.to_dict(), _on_disk(file, state))
    if newest is not None and newest != shown:
        metadata["nbenv"] = newest
        if not _has_our_kernel(metadata):
            metadata["kernelspec"] = dict(KERNELSPEC)


def _metadata(model: dict[str, Any]) -> dict[str, Any] | None:
    content = model.get("content")
    if model.get("type") != "notebook" or not isinstance(content, dict):
        return None
    metadata = content.setdefault("metadata", {})
    return metadata if isinstance(metadata, dict) else None


def _has_our_kernel(metadata: dict[str, Any]) -> bool:
    kernelspec = metadata.get("kernelspec")
    return isinstance(kernelspec, dict) and kernelspec.get("name") == KERNELSPEC["name"]


def _is_another(content: dict[str, Any], state: State) -> bool:
    """Whether a notebook that replaces no file is new, not the one that the state is of.

    That one was deleted where the server could not see it, as by ``rm`` or a checkout. With a
    record of its own, other than the newest, it is a copy or was uploaded.
    """
    metadata = content["metadata"]
    if "nbenv" in metadata:
        return state.saved
    if _has_our_kernel(metadata):
        return False
    return state.saved or not content.get("cells")


def _on_disk(file: str, state: State) -> object:
    """Return the record in the file that is replaced, where it matters."""
    if not state.saved or not os.path.exists(file):
        return state.value
    try:
        return read_metadata(file).get("nbenv")
    except NbenvError:
        return state.value  # a broken file must not keep a good record from being saved


def note_saved(model: dict[str, Any], os_path: str, contents_manager: Any, **_: object) -> None:
    """Remember that the file holds the newest record now (a post-save hook).

    When that fails the next save tries again; an exception would make the server report that the
    notebook was not saved, though it was.
    """
    try:
        if model.get("type") == "notebook":
            _mark_saved(os_path)
    except Exception as error:  # the edge: see above
        contents_manager.log.warning("nbenv: could not note that %s is saved: %s", os_path, error)


def _mark_saved(file: str) -> None:
    state = read_state(file)
    if state is None or state.value is None or state.saved:
        return
    in_file = read_metadata(file).get("nbenv")
    if is_locked(state.environment):
        return  # a change is under way, and may be about to write a newer state
    state = read_state(file)
    if state is not None and state.value == in_file:
        save_state(replace(state, saved=True))

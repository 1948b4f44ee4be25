"""Put the newest record into a notebook whenever a front end saves it.

Until then, a change made in a running kernel is kept in the notebook's state. A front end that
loaded the notebook before has an older record, or none; `nbenv.core.record.current` tells that from
an edit. The same is true of the kernel's name: a page that has not seen yet that another one moved
the notebook to its own kernel, or away from it, saves the former one.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from nbenv.core import record
from nbenv.core.file_names import is_text_notebook
from nbenv.core.plain_text import safe
from nbenv.environments.store import State, forget, read_state, save_state
from nbenv.errors import NbenvError
from nbenv.home import paths
from nbenv.home.locks import is_locked
from nbenv.notebook.metadata import KERNELSPEC, read_metadata
from nbenv.notebook.text_header import header_metadata, with_header
from nbenv.server.contents_paths import local_path
from nbenv.server.session_kernels import SessionKernel, kernels_of

if TYPE_CHECKING:
    from jupyter_server.services.contents.manager import ContentsManager

__all__ = ["merge", "note_saved"]

Json: TypeAlias = dict[str, object]


def merge(model: Json, path: str, contents_manager: ContentsManager, **_: object) -> None:
    """Put the newest record into a notebook that is about to be saved (a pre-save hook).

    Parameters
    ----------
    model
        What the front end sends, as the contents API describes it. It is changed in place.
        https://jupyter-server.readthedocs.io/en/latest/developers/contents.html#data-model
    path
        Where it is saved, as a path of that API.
    contents_manager
        The server's.
    """
    content, file = model.get("content"), local_path(contents_manager, path)
    if file is None:
        return
    if model.get("type") == "notebook" and isinstance(content, dict):
        _merge_into(content, file, contents_manager)
    elif model.get("type") == "file" and isinstance(content, str) and is_text_notebook(file):
        model["content"] = _merged_text(content, file, contents_manager)


def _merged_text(content: str, file: str, contents_manager: ContentsManager) -> str:
    """Return a notebook in text, which jupytext sends as a file, with the newest record.

    jupytext leaves out of the header what its filter does not name. Without a header there is no
    place for a record, and an editor may be saving what is no notebook at all.
    """
    if not paths.read_json(paths.state_path(paths.key(file))):
        return content
    data = content.encode("utf-8", "surrogatepass")
    try:
        metadata = header_metadata(file, data)
        if not metadata:
            return content
        before = dict(metadata)
        _merge_into({"metadata": metadata, "cells": [content]}, file, contents_manager)
        changes = {name: each for name, each in metadata.items() if before.get(name) != each}
        return with_header(file, data, changes).decode("utf-8", "surrogatepass")
    except NbenvError:
        return content  # a broken header must not keep the text from being saved


def _merge_into(content: Json, file: str, contents_manager: ContentsManager) -> None:
    metadata, state = content.setdefault("metadata", {}), read_state(file)
    if not isinstance(metadata, dict) or state is None or state.record is None:
        return
    if isinstance(metadata.get("nbenv", state.record), dict):
        _merge_kernelspec(metadata, file, kernels_of(contents_manager, file))
    _merge_record(content, metadata, file, state)


def _merge_record(content: Json, metadata: dict[str, Any], file: str, state: State) -> None:
    shown = metadata.get("nbenv")
    if shown == state.record:
        return
    if not os.path.exists(file) and _is_another(content, metadata, state):
        forget(file)
        return
    newest = record.current(shown, state.to_dict(), _on_disk(file, state))
    if newest is not None and newest != shown:
        metadata["nbenv"] = newest
        if not _has_our_kernel(metadata):
            metadata["kernelspec"] = dict(KERNELSPEC)


def _merge_kernelspec(metadata: Json, file: str, kernels: list[SessionKernel]) -> None:
    """Name the kernel that the notebook has in this server, if the page shows a former one.

    A kernel that another server's page moved the notebook away from is a former one, too. It was
    there before the environment was.
    """
    kernelspec = metadata.get("kernelspec")
    shown = kernelspec.get("name") if isinstance(kernelspec, dict) else None
    own = KERNELSPEC["name"]
    if shown is None or len(kernels) != 1:
        return
    [kernel] = kernels
    if kernel.name == own:
        if shown != own:
            metadata["kernelspec"] = dict(KERNELSPEC)
    elif shown == kernel.name and _is_former(kernel, file):
        metadata["kernelspec"] = dict(KERNELSPEC)
    elif shown == own and not _is_former(kernel, file):
        metadata["kernelspec"] = kernel.kernelspec()


def _is_former(kernel: SessionKernel, file: str) -> bool:
    """Return whether the file names the notebook's own kernel, and got it after this one began."""
    try:
        changed = os.stat(paths.state_path(paths.key(file))).st_mtime
        return kernel.began < changed and _has_our_kernel(read_metadata(file))
    except (NbenvError, OSError):
        return False


def _has_our_kernel(metadata: Json) -> bool:
    kernelspec = metadata.get("kernelspec")
    return isinstance(kernelspec, dict) and kernelspec.get("name") == KERNELSPEC["name"]


def _is_another(content: Json, metadata: Json, state: State) -> bool:
    """Return whether a notebook that replaces no file is not the one that the state is about.

    That one was then deleted where the server could not see it, as by ``rm`` or a checkout. With a
    record of its own, other than the newest, the new one is a copy or was uploaded.
    """
    if "nbenv" in metadata:
        return state.saved
    if _has_our_kernel(metadata):
        return False
    return state.saved or not content.get("cells")


def _on_disk(file: str, state: State) -> object:
    """Return the record in the file that is replaced, or the state's where that says the same."""
    if not state.saved or not os.path.exists(file):
        return state.record
    try:
        return read_metadata(file).get("nbenv")
    except NbenvError:
        return state.record  # a broken file must not keep a good record from being saved


def note_saved(model: Json, os_path: str, contents_manager: ContentsManager, **_: object) -> None:
    """Remember that the file at `os_path` holds the newest record now (a post-save hook).

    When that fails, the next save tries again. An exception would make the server report that the
    notebook was not saved, though it was.
    """
    try:
        is_file = model.get("type") == "file" and is_text_notebook(os_path)
        if is_file or model.get("type") == "notebook":
            _mark_saved(os_path)
    except Exception as error:  # the edge: see above
        place, why = safe(os_path), safe(str(error))
        contents_manager.log.warning("nbenv: could not note that %s is saved: %s", place, why)


def _mark_saved(file: str) -> None:
    state = read_state(file)
    if state is None or state.record is None or state.saved:
        return
    in_file = read_metadata(file).get("nbenv")
    if is_locked(state.environment):
        return  # a change is under way, and may be about to write a newer state
    state = read_state(file)
    if state is not None and state.record == in_file:
        save_state(replace(state, saved=True))

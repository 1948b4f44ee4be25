"""State of each notebook on this machine: its environment, its newest record, where it moved.

One small file per notebook, named by a digest of its path. A write replaces the file in one step,
so that no reader needs a lock; changes of one environment are serialised by `nbenv.home.locks`.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nbenv.core.record import RecordDict, fingerprint
from nbenv.environments import history
from nbenv.environments.environment import Environment
from nbenv.environments.owners import owners
from nbenv.home import held_files, paths, private_files
from nbenv.home.locks import unwritable
from nbenv.home.real_path import part_below, real_path

__all__ = [
    "State",
    "all_states",
    "claim_state",
    "drop_old_moves",
    "forget",
    "forget_folder",
    "new_identifier",
    "notebook_of",
    "place_of",
    "read_state",
    "rename",
    "rename_folder",
    "save_state",
    "state_for",
    "superseding",
]

_KERNEL_LIFE = 60 * 86_400.0
"""Seconds after which no kernel is running that was started at a notebook's former path."""


@dataclass(frozen=True)
class State:
    """The state of one notebook.

    Parameters
    ----------
    notebook
        The real path of its file, or a placeholder.
    environment
        The identifier of its environment, which need not exist.
    record
        The newest record; the file may still hold an older one.
    saved
        Whether the file has held the newest record.
    superseded
        Fingerprints of the records that the document had before: a front end that shows one of them
        is behind (`nbenv.core.record.current`).
    """

    notebook: str
    environment: str
    record: RecordDict | None = None
    saved: bool = True
    superseded: tuple[str, ...] = ()

    def to_dict(self) -> RecordDict:
        """Return the plain form, as the file holds it and `nbenv.core.record` takes it."""
        # The names stand before the record: `nbenv.environments.owners` reads no further.
        return {
            "notebook": self.notebook,
            "environment": self.environment,
            "value": self.record,
            "saved": self.saved,
            "superseded": list(self.superseded),
        }


# -- one notebook


def read_state(notebook: str) -> State | None:
    """Return the state of a notebook; None for one that is new here, or whose state is broken."""
    return _state_from(paths.read_json(paths.state_path(paths.key(notebook))))


def save_state(state: State) -> State:
    """Write a notebook's state; return it with the path that the notebook has now."""
    placed = replace(state, notebook=place_of(state))
    private_files.write_json(paths.state_path(paths.key(placed.notebook)), placed.to_dict())
    return placed


def place_of(state: State) -> str:
    """Return the present path of a notebook, which may have been renamed since it was read."""
    for path in (state.notebook, paths.moved(state.notebook, 0.0)):
        there = read_state(path)
        if there and there.environment == state.environment:
            return path
    return paths.moved(state.notebook)


def state_for(notebook: str) -> State:
    """Return the state of a notebook, or that of one that is new here; write nothing."""
    return read_state(notebook) or State(real_path(notebook), new_identifier(notebook))


def claim_state(notebook: str) -> State:
    """Return the state of a notebook, and write it if it is new.

    All processes that ask at once get the same environment.

    Raises
    ------
    BrokenEnvironmentError
        ``NBENV_HOME`` cannot be written.
    """
    known = read_state(notebook)
    if known:
        return known
    state = state_for(notebook)
    path = paths.state_path(paths.key(notebook))
    try:
        if os.path.exists(path) and read_state(notebook) is None:  # it is broken
            private_files.write_json(path, state.to_dict())
        else:
            private_files.create_json(path, state.to_dict())
    except OSError as error:
        raise unwritable(error) from None
    return state_for(notebook)


def new_identifier(notebook: str) -> str:
    """Return a fresh identifier for an environment of a notebook, readable and unique."""
    stem = re.sub(r"[^A-Za-z0-9._]+", "-", Path(notebook).stem)
    short = stem.strip("-.")[: longest_stem(sys.platform)].rstrip("-.")
    return f"{short or 'notebook'}-{secrets.token_hex(4)}"


def longest_stem(platform: str) -> int:
    """Return how many letters of a notebook's name an environment's folder has.

    Few on Windows, where most programs take no path of more than 260 characters: a package may have
    folders in folders.
    """
    return 12 if platform == "win32" else 40


def superseding(
    state: State, in_document: RecordDict | None, newest: RecordDict, saved: bool
) -> State:
    """Return the state after a change.

    Parameters
    ----------
    state
        The state before it.
    in_document
        The record that the document had, which `newest` supersedes.
    newest
        The record that the change made.
    saved
        Whether the file has it already.
    """
    before = [*state.superseded, fingerprint(in_document)]
    if state.record is not None:
        before.append(fingerprint(state.record))
    # A record that came back, as by undo, is not superseded any more.
    kept = [each for each in dict.fromkeys(before) if each != fingerprint(newest)]
    return State(
        state.notebook, state.environment, newest, saved, tuple(kept[-history.REMEMBERED :])
    )


def notebook_of(identifier: str) -> str | None:
    """Return the present path of the notebook that an environment belongs to, None for none."""
    owner = Environment(identifier).read_marker().notebook
    state = read_state(owner) if owner is not None else None
    if state and state.environment == identifier:
        return state.notebook
    return owners().get(identifier)


# -- all notebooks


def all_states() -> Iterator[State]:
    """Yield the state of every notebook."""
    for path in sorted(Path(paths.home(), "notebooks").glob("*.json")):
        state = _state_from(paths.read_json(str(path)))
        if state:
            yield state


def _below(folder: str) -> list[State]:
    place = real_path(folder)
    return [state for state in all_states() if part_below(state.notebook, place)]


# -- renamed and deleted


def rename(old: str, new: str) -> None:
    """Let a notebook that was renamed or moved keep its environment and its history.

    What was known of a notebook at the new path is forgotten.
    """
    old_key, new_key = paths.key(old), paths.key(new)
    if old_key == new_key:  # another spelling, on a system that ignores case
        return
    state = read_state(old)
    forget(new)
    _note_move(old, new)
    if state is None:
        return
    moved = replace(state, notebook=real_path(new))
    private_files.write_json(paths.state_path(new_key), moved.to_dict())
    # The new state stands before the old one goes: a kill in between forgets nothing.
    _remove(paths.state_path(old_key))
    Environment(moved.environment).assign(moved.notebook)
    history.move(old_key, new_key)


def rename_folder(old: str, new: str) -> None:
    """Let all notebooks below a renamed folder keep theirs."""
    for state in _below(old):
        below = part_below(state.notebook, real_path(old))
        rename(state.notebook, os.path.join(new, below or ""))
    _note_move(old, new)


def _note_move(old: str, new: str) -> None:
    """Note where a path moved: a kernel that runs, or is restarted, still carries the old one."""
    note = {"to": real_path(new), "at": time.time()}
    private_files.write_json(paths.moved_path(paths.key(old)), note)


def drop_old_moves() -> None:
    """Forget the moves of more than two months ago."""
    for path in Path(paths.home(), "moved").glob("*.json"):
        if path.stat().st_mtime < time.time() - _KERNEL_LIFE:
            _remove(str(path))


def forget(notebook: str) -> None:
    """Forget a deleted notebook; its environment stays until ``nbenv prune``."""
    notebook_key = paths.key(notebook)
    _remove(paths.state_path(notebook_key))
    history.forget(notebook_key)


def forget_folder(folder: str) -> None:
    """Forget all notebooks below a deleted folder."""
    for state in _below(folder):
        forget(state.notebook)


# -- the file of a state


def _state_from(known: RecordDict | None) -> State | None:
    if not known or not isinstance(known.get("environment"), str):
        return None
    record, superseded = known.get("value"), known.get("superseded")
    return State(
        str(known.get("notebook", "")),
        str(known["environment"]),
        record if isinstance(record, dict) else None,
        bool(known.get("saved", True)),
        tuple(str(each) for each in superseded) if isinstance(superseded, list) else (),
    )


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        held_files.unlink(path)

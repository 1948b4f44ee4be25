"""What this machine knows of each notebook: its environment, its newest record, where it moved."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nbenv.core import record
from nbenv.environments import history
from nbenv.environments.environment import Environment
from nbenv.environments.owners import owners
from nbenv.home import paths
from nbenv.home.locks import unwritable

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

Value = dict[str, object]
_KERNEL_LIFE = 60 * 86_400.0
"""Seconds after which no kernel runs any more that was started at a notebook's former path."""


@dataclass(frozen=True)
class State:
    """What this machine knows of one notebook.

    `value` is its newest record, `saved` whether the file has held that, and `superseded` the
    fingerprints of the records that the document had before (see `nbenv.core.record.current`).
    """

    notebook: str
    environment: str
    value: Value | None = None
    saved: bool = True
    superseded: tuple[str, ...] = ()

    def to_dict(self) -> Value:
        """Return it as it is kept, and as `nbenv.core.record` takes it."""
        return {**vars(self), "superseded": list(self.superseded)}


# -- one notebook


def read_state(notebook: str) -> State | None:
    """Return what is known of a notebook."""
    return _state_from(paths.read_json(paths.state_path(paths.key(notebook))))


def save_state(state: State) -> State:
    """Write what is known of a notebook; return it with the place that the notebook has by now."""
    placed = replace(state, notebook=place_of(state))
    paths.write_json(paths.state_path(paths.key(placed.notebook)), placed.to_dict())
    return placed


def place_of(state: State) -> str:
    """Return the path of a notebook, which may have been renamed meanwhile."""
    for path in (state.notebook, paths.moved(state.notebook, 0.0)):
        there = read_state(path)
        if there and there.environment == state.environment:
            return path
    return paths.moved(state.notebook)


def state_for(notebook: str) -> State:
    """Return what is known of a notebook, or the state of one that is new here; write nothing."""
    return read_state(notebook) or State(os.path.realpath(notebook), new_identifier(notebook))


def claim_state(notebook: str) -> State:
    """Return what is known of a notebook; all who ask at once get one environment's name."""
    known = read_state(notebook)
    if known:
        return known
    state = state_for(notebook)
    path = paths.state_path(paths.key(notebook))
    try:
        if os.path.exists(path) and read_state(notebook) is None:  # a broken one
            paths.write_json(path, state.to_dict())
        else:
            paths.create_json(path, state.to_dict())
    except OSError as error:
        raise unwritable(error) from None
    return state_for(notebook)


def new_identifier(notebook: str) -> str:
    """Return a name for another environment of a notebook."""
    stem = re.sub(r"[^A-Za-z0-9._]+", "-", Path(notebook).stem).strip("-.")[:40] or "notebook"
    return f"{stem}-{secrets.token_hex(4)}"


def superseding(state: State, in_document: Value | None, newest: Value, saved: bool) -> State:
    """Return the state after a change that replaced the document's record by `newest`."""
    before = [*state.superseded, record.fingerprint(in_document)]
    if state.value is not None:
        before.append(record.fingerprint(state.value))
    kept = [each for each in dict.fromkeys(before) if each != record.fingerprint(newest)]
    return State(
        state.notebook, state.environment, newest, saved, tuple(kept[-history.REMEMBERED :])
    )


def notebook_of(identifier: str) -> str | None:
    """Return the notebook that an environment belongs to, wherever it was moved."""
    owner = Environment(identifier).read_marker().notebook
    state = read_state(owner) if owner is not None else None
    if state and state.environment == identifier:
        return state.notebook
    return owners().get(identifier)


# -- all of them


def all_states() -> Iterator[State]:
    """Yield what is known of every notebook."""
    for path in sorted(Path(paths.home(), "notebooks").glob("*.json")):
        state = _state_from(paths.read_json(str(path)))
        if state:
            yield state


def _below(folder: str) -> list[State]:
    before = os.path.join(os.path.realpath(folder), "")
    return [state for state in all_states() if state.notebook.startswith(before)]


# -- renamed and deleted


def rename(old: str, new: str) -> None:
    """Let a notebook that was renamed or moved keep its environment and its history."""
    old_key, new_key = paths.key(old), paths.key(new)
    if old_key == new_key:  # another spelling, where upper and lower case are the same
        return
    state = read_state(old)
    forget(new)  # what was there before
    _leave_word(old, new)
    if state is None:
        return
    moved = replace(state, notebook=os.path.realpath(new))
    paths.write_json(paths.state_path(new_key), moved.to_dict())
    _remove(paths.state_path(old_key))
    Environment(moved.environment).assign(moved.notebook)
    history.move(old_key, new_key)


def rename_folder(old: str, new: str) -> None:
    """Do the same for all notebooks below a folder."""
    for state in _below(old):
        below = os.path.relpath(state.notebook, os.path.realpath(old))
        rename(state.notebook, os.path.join(new, below))
    _leave_word(old, new)


def _leave_word(old: str, new: str) -> None:
    """Say where a path went: kernels that run, or are restarted, still carry the old one."""
    word = {"to": os.path.realpath(new), "at": time.time()}
    paths.write_json(paths.moved_path(paths.key(old)), word)


def drop_old_moves() -> None:
    """Forget moves of long ago: no kernel that runs still carries the path of before."""
    for path in Path(paths.home(), "moved").glob("*.json"):
        if path.stat().st_mtime < time.time() - _KERNEL_LIFE:
            _remove(str(path))


def forget(notebook: str) -> None:
    """Forget a deleted notebook; ``prune`` removes its environment later."""
    notebook_key = paths.key(notebook)
    _remove(paths.state_path(notebook_key))
    history.forget(notebook_key)


def forget_folder(folder: str) -> None:
    """Do the same for all notebooks below a folder."""
    for state in _below(folder):
        forget(state.notebook)


# -- the file of a state


def _state_from(known: Value | None) -> State | None:
    if not known or not isinstance(known.get("environment"), str):
        return None
    value, superseded = known.get("value"), known.get("superseded")
    return State(
        str(known.get("notebook", "")),
        str(known["environment"]),
        value if isinstance(value, dict) else None,
        bool(known.get("saved", True)),
        tuple(str(each) for each in superseded) if isinstance(superseded, list) else (),
    )


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)

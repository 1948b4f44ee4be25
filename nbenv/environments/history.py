"""Records that changes of a notebook's environment replaced, kept for ``undo``.

One file per notebook, the newest record last, and what its environment held while the notebook had
no record: the versions that the kernel alone got then. A kill between writing here and recording
the change leaves an entry that equals the present record; whoever undoes skips it.
"""

from __future__ import annotations

import contextlib
import os

from nbenv.core.record import RecordDict
from nbenv.home import paths

__all__ = ["REMEMBERED", "drop_last", "forget", "last", "move", "of_kernel_alone", "remember"]

REMEMBERED = 50
"""Changes that can be undone one after the other."""


def remember(notebook: str, before: RecordDict | None, held: RecordDict | None = None) -> None:
    """Keep the record that a change is about to replace.

    Parameters
    ----------
    notebook
        Its path.
    before
        The record; None for a notebook without one.
    held
        What the environment of a notebook without a record was synced to, if it has one.
    """
    path = _history_path(paths.key(notebook))
    _write(path, [*_records(path), before][-REMEMBERED:], _held(path) if before else held)


def last(notebook: str) -> tuple[bool, RecordDict | None]:
    """Return whether a change is remembered, and the record from before the last one."""
    values = _records(_history_path(paths.key(notebook)))
    return bool(values), (values[-1] if values else None)


def of_kernel_alone(notebook: str) -> RecordDict | None:
    """Return what the environment was synced to before the notebook had a record, if known."""
    return _held(_history_path(paths.key(notebook)))


def drop_last(notebook: str) -> None:
    """Forget the last change, after it was undone."""
    path = _history_path(paths.key(notebook))
    _write(path, _records(path)[:-1], _held(path))


def move(old_key: str, new_key: str) -> None:
    """Let the history follow a renamed notebook; both keys are from `nbenv.home.paths.key`."""
    with contextlib.suppress(FileNotFoundError):
        os.replace(_history_path(old_key), _history_path(new_key))


def forget(notebook_key: str) -> None:
    """Delete the history of a notebook, given the key of its path."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_history_path(notebook_key))


def _history_path(notebook_key: str) -> str:
    return os.path.join(paths.home(), "history", notebook_key + ".json")


def _records(path: str) -> list[RecordDict | None]:
    values = (paths.read_json(path) or {}).get("values")
    return values if isinstance(values, list) else []


def _held(path: str) -> RecordDict | None:
    held = (paths.read_json(path) or {}).get("held")
    return held if isinstance(held, dict) else None


def _write(path: str, values: list[RecordDict | None], held: RecordDict | None) -> None:
    paths.write_json(path, {"values": values, **({"held": held} if held else {})})

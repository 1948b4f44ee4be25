"""The records that changes of a notebook's environment replaced, for undo."""

from __future__ import annotations

import contextlib
import os

from nbenv.home import paths

__all__ = ["REMEMBERED", "drop_last", "forget", "last", "move", "remember"]

Value = dict[str, object]
REMEMBERED = 50
"""How many changes back one can go."""


def remember(notebook: str, before: Value | None) -> None:
    """Keep the record that a change replaced."""
    path = _path(paths.key(notebook))
    paths.write_json(path, {"values": [*_read(path), before][-REMEMBERED:]})


def last(notebook: str) -> tuple[bool, Value | None]:
    """Return whether a change is remembered, and the record before the last one."""
    values = _read(_path(paths.key(notebook)))
    return bool(values), (values[-1] if values else None)


def drop_last(notebook: str) -> None:
    """Forget the last change, once it is undone."""
    path = _path(paths.key(notebook))
    paths.write_json(path, {"values": _read(path)[:-1]})


def move(old_key: str, new_key: str) -> None:
    """Let the history follow a notebook that was renamed; both are keys of `paths.key`."""
    with contextlib.suppress(FileNotFoundError):
        os.replace(_path(old_key), _path(new_key))


def forget(notebook_key: str) -> None:
    """Drop the whole history of a notebook."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_path(notebook_key))


def _path(notebook_key: str) -> str:
    return os.path.join(paths.home(), "history", notebook_key + ".json")


def _read(path: str) -> list[Value | None]:
    values = (paths.read_json(path) or {}).get("values")
    return values if isinstance(values, list) else []

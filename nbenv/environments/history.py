"""Records that changes of a notebook's environment replaced, kept for ``undo`` and ``history``.

One file per notebook, on this machine alone: the notebook itself has no dates and no history. It
holds the records, the newest last; a note on each change; the changes that were undone, for
``redo``; and what the environment held while the notebook had no record: the versions that the
kernel alone got then. A kill between writing here and recording the change leaves an entry that
equals the present record; whoever undoes skips it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from nbenv.core.record import RecordDict, fingerprint
from nbenv.home import held_files, paths, private_files

__all__ = [
    "REMEMBERED",
    "Entry",
    "Note",
    "Row",
    "Undone",
    "drop_last",
    "drop_unmade",
    "entries",
    "forget",
    "keep_undone",
    "last",
    "move",
    "of_kernel_alone",
    "remember",
    "undone",
]

REMEMBERED = 50
"""Changes that can be undone one after the other."""


Row = tuple[str, "str | None", "str | None"]
"""A name, and its versions before and after a change; None where it was or is not installed."""


@dataclass(frozen=True)
class Note:
    """A note on a change: when it was made, what changed, and the size of what came.

    `at` is in seconds since the epoch and `size` in bytes; both are None where they are not known,
    as for changes that an older version made.
    """

    at: int | None = None
    changes: tuple[Row, ...] = ()
    size: int | None = None

    @staticmethod
    def now(changes: Iterable[Row], size: int) -> Note:
        """Return the note on a change that is being made."""
        return Note(int(time.time()), tuple(changes), size)

    def to_dict(self) -> dict[str, object]:
        """Return the plain form, as the file holds it."""
        return {"at": self.at, "changes": list(self.changes), "size": self.size}

    @staticmethod
    def from_dict(value: object) -> Note:
        """Read the plain form; what is broken in it counts as unknown."""
        if not isinstance(value, dict):
            return Note()
        at, size, changes = value.get("at"), value.get("size"), value.get("changes")
        return Note(
            at if isinstance(at, int) else None,
            tuple(_changes(changes if isinstance(changes, list) else [])),
            size if isinstance(size, int) else None,
        )


def _changes(rows: list[object]) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, list) and len(row) == 3 and isinstance(row[0], str):
            old, new = (each if isinstance(each, str) else None for each in row[1:])
            yield row[0], old, new


@dataclass(frozen=True)
class Entry:
    """A change: the record `before` it, None for a notebook that had none, and a note on it."""

    before: RecordDict | None
    note: Note = Note()


@dataclass(frozen=True)
class Undone:
    """A change that was undone: the record that it had made, and what it was undone to.

    `left` is the fingerprint of that: only from there the change can be made again.
    """

    record: RecordDict
    left: str
    note: Note = Note()


@dataclass(frozen=True)
class _History:
    entries: tuple[Entry, ...] = ()
    undone: tuple[Undone, ...] = ()
    held: RecordDict | None = None


def remember(
    notebook: str,
    before: RecordDict | None,
    held: RecordDict | None = None,
    note: Note | None = None,
) -> None:
    """Keep the record that a change is about to replace. What was undone cannot be redone then.

    Parameters
    ----------
    notebook
        Its path.
    before
        The record; None for a notebook without one.
    held
        What the environment of a notebook without a record was synced to, if it has one.
    note
        A note on the change.
    """
    path = _history_path(paths.key(notebook))
    known = _read(path)
    entry = Entry(before, note or Note())
    kept = (*known.entries, entry)[-REMEMBERED:]
    _write(path, _History(kept, held=known.held if before else held))


def entries(notebook: str) -> tuple[Entry, ...]:
    """Return the changes that are remembered, the newest last."""
    return _read(_history_path(paths.key(notebook))).entries


def last(notebook: str) -> tuple[bool, RecordDict | None]:
    """Return whether a change is remembered, and the record from before the last one."""
    known = entries(notebook)
    return bool(known), (known[-1].before if known else None)


def undone(notebook: str) -> tuple[Undone, ...]:
    """Return the changes that were undone, the one to redo first last."""
    return _read(_history_path(paths.key(notebook))).undone


def of_kernel_alone(notebook: str) -> RecordDict | None:
    """Return what the environment was synced to before the notebook had a record, if known."""
    return _read(_history_path(paths.key(notebook))).held


def drop_last(
    notebook: str, undid: RecordDict | None = None, left: RecordDict | None = None
) -> None:
    """Forget the last change, after it was undone.

    Parameters
    ----------
    notebook
        Its path.
    undid
        The record that the change had made, to be redone; None if it never made one.
    left
        The record now.
    """
    path = _history_path(paths.key(notebook))
    known = _read(path)
    more: tuple[Undone, ...] = ()
    if undid is not None and known.entries:
        more = (Undone(undid, fingerprint(left), known.entries[-1].note),)
    _write(path, replace(known, entries=known.entries[:-1], undone=known.undone + more))


def drop_unmade(notebook: str, present: RecordDict | None) -> bool:
    """Forget the last change if it never made anything; return whether it was so.

    `present` is what the notebook records: a change that was killed before it was recorded left it.
    """
    known, before = last(notebook)
    if not known or before != present:
        return False
    drop_last(notebook)
    return True


def keep_undone(notebook: str, remaining: Sequence[Undone], note: Note) -> None:
    """After a change was made again: keep what else was undone, and the note on that change."""
    path = _history_path(paths.key(notebook))
    known = _read(path)
    again = tuple(replace(each, note=note) for each in known.entries[-1:])
    _write(path, replace(known, entries=known.entries[:-1] + again, undone=tuple(remaining)))


def move(old_key: str, new_key: str) -> None:
    """Let the history follow a renamed notebook; both keys are from `nbenv.home.paths.key`."""
    with contextlib.suppress(FileNotFoundError):
        held_files.replace(_history_path(old_key), _history_path(new_key))


def forget(notebook_key: str) -> None:
    """Delete the history of a notebook, given the key of its path."""
    with contextlib.suppress(FileNotFoundError):
        held_files.unlink(_history_path(notebook_key))


def _history_path(notebook_key: str) -> str:
    return os.path.join(paths.home(), "history", notebook_key + ".json")


def _read(path: str) -> _History:
    data = paths.read_json(path) or {}
    held = data.get("held")
    records, notes = _list(data, "values"), _list(data, "notes")
    # An older version writes records without notes: those that are there are on the newest.
    notes = [None] * (len(records) - len(notes)) + notes[max(len(notes) - len(records), 0) :]
    return _History(
        tuple(
            Entry(each if isinstance(each, dict) else None, Note.from_dict(note))
            for each, note in zip(records, notes, strict=True)
        ),
        tuple(
            Undone(each["record"], str(each.get("left")), Note.from_dict(each.get("note")))
            for each in _list(data, "undone")
            if isinstance(each, dict) and isinstance(each.get("record"), dict)
        ),
        held if isinstance(held, dict) else None,
    )


def _list(data: dict[str, object], key: str) -> list[object]:
    found = data.get(key)
    return found if isinstance(found, list) else []


def _write(path: str, history: _History) -> None:
    value: dict[str, object] = {
        "values": [each.before for each in history.entries],
        "notes": [each.note.to_dict() for each in history.entries],
    }
    if history.undone:
        value["undone"] = [
            {"record": each.record, "left": each.left, "note": each.note.to_dict()}
            for each in history.undone
        ]
    if history.held:
        value["held"] = history.held
    private_files.write_json(path, value)

"""The changes of a notebook's environment: those that can be undone, and those to be redone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from nbenv.core.lock import Change
from nbenv.core.record import RecordDict, fingerprint
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.engine.summaries import as_table
from nbenv.environments import history
from nbenv.environments.history import Entry, Note, Undone
from nbenv.errors import RecordError
from nbenv.operations.undoing.change_words import words_of
from nbenv.progress import Outcome

__all__ = ["made_changes", "show_history", "undone_changes"]

_SHOWN_FROM = 500_000
"""Bytes from which on a size is worth a word."""


def made_changes(snapshot: NotebookSnapshot) -> Sequence[Entry]:
    """Return the changes that can be undone, the newest last.

    A change that was killed while it was recorded never made anything: it equals what there is.
    """
    known = list(history.entries(snapshot.ref.notebook))
    while known and known[-1].before == snapshot.record:
        known.pop()
    return known


def undone_changes(snapshot: NotebookSnapshot) -> Sequence[Undone]:
    """Return the changes that can be made again, the next one last; none after another change."""
    known = history.undone(snapshot.ref.notebook)
    return known if known and known[-1].left == fingerprint(snapshot.record) else ()


@dataclass(frozen=True)
class _Past:
    """A past change in words; `at` is in seconds since the epoch."""

    words: str
    note: Note
    is_undone: bool

    @property
    def text(self) -> str:
        size = self.note.size or 0
        return self.words + (f" ({size / 1e6:.0f} MB)" if size >= _SHOWN_FROM else "")

    @property
    def when(self) -> datetime | None:
        at = self.note.at
        return None if at is None else datetime.fromtimestamp(at, timezone.utc)

    def to_dict(self) -> dict[str, object]:
        when = self.when
        changes = [{"name": n, "old": old, "new": new} for n, old, new in self.note.changes]
        return {
            "at": when and when.isoformat(),
            "text": self.text,
            "undone": self.is_undone,
            "size": self.note.size,
            "changes": changes,
        }


def show_history(ref: NotebookRef) -> Outcome:
    """Show the changes of a notebook's environment that this machine remembers, newest first.

    Returns
    -------
    Outcome
        `data` has a list of ``changes``, each with ``at`` (ISO 8601, UTC; null where it is not
        known), its ``text``, whether it is ``undone``, the ``size`` of what came in bytes, and
        the ``changes`` of packages. What is undone comes first; the last of that is redone first.
    """
    snapshot = NotebookSnapshot.read(ref)
    past = [*_undone_past(snapshot), *reversed(list(_made_past(snapshot)))]
    data = {"changes": [each.to_dict() for each in past]}
    if not past:
        return Outcome("No changes of this notebook's environment are remembered.", data=data)
    rows = [
        (
            f"{each.when.astimezone():%Y-%m-%d %H:%M}" if each.when else "",
            each.text + (" (undone)" if each.is_undone else ""),
        )
        for each in past
    ]
    table = as_table(rows, ("When", "Change"), ("whole", "text"))
    return Outcome(text=str(table), table=table, data=data)


def _made_past(snapshot: NotebookSnapshot) -> Iterator[_Past]:
    """Yield the changes that can be undone, the oldest first."""
    made = made_changes(snapshot)
    records = [*(each.before for each in made), snapshot.record]
    for entry, after in zip(made, records[1:], strict=True):
        yield _Past(_words(entry.before, after, entry.note), entry.note, is_undone=False)


def _undone_past(snapshot: NotebookSnapshot) -> Iterator[_Past]:
    """Yield the undone changes, the one to redo first last."""
    undone = undone_changes(snapshot)
    befores = [*(each.record for each in undone[1:]), snapshot.record]
    for each, before in zip(undone, befores, strict=False):
        yield _Past(_words(before, each.record, each.note), each.note, is_undone=True)


def _words(before: RecordDict | None, after: RecordDict | None, note: Note) -> str:
    changes = [Change(*row) for row in note.changes]
    try:
        old, new = _spec(before), _spec(after)
    except RecordError:  # written by another version of nbenv
        return "Changed the environment"
    return words_of(old, new, changes) if new else "Removed the record"


def _spec(record: RecordDict | None) -> Spec | None:
    return None if record is None else parse_record(record)

"""List what was agreed to on this machine, and take agreements back."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.engine.summaries import as_table
from nbenv.environments.inventory import KnownEnvironment, known_environments
from nbenv.errors import NbenvError, RecordError, UsageError
from nbenv.home import approval_store
from nbenv.home.approval_store import Approval
from nbenv.home.locks import locked
from nbenv.progress import Outcome

__all__ = ["approvals", "revoke"]

_ALL = "all"
_SHOWN = 12
"""Characters of a digest that people see; as few as four will do to name one."""
_FEWEST = 4


def approvals() -> Outcome:
    """Show what may be restored here without asking."""
    found = approval_store.approved()
    rows = [_row(each) for each in found]
    heads = ("Approval", "Approved", "Python", "Packages", "Notebook")
    table = as_table(rows, heads, ("whole", "text", "text", "number", "path")) if rows else None
    text = str(table or "Nothing is approved on this machine.")
    return Outcome(text=text, data=[_described(each) for each in found], table=table)


def _described(found: Approval) -> dict[str, object]:
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(found.since))
    return {"digest": found.digest, "since": since, **found.about}


def _row(found: Approval) -> tuple[str, ...]:
    about = found.about
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.since))
    known = (str(about.get(key) or "") for key in ("python", "distributions", "notebook"))
    return found.digest[:_SHOWN], day, *known


def revoke(words: Sequence[str]) -> Outcome:
    """Take approvals back: all, those of notebooks, or those of digests.

    What was installed stays on disk, but no kernel starts in it before somebody agrees anew.
    """
    found = approval_store.approved()
    chosen = {digest for word in words for digest in _meant(word, found)}
    for digest in chosen:
        approval_store.revoke(digest)
    closed = _close(chosen)
    count = f"{len(chosen)} approval{'' if len(chosen) == 1 else 's'}"
    asked = " Their kernels ask again before they start." if closed else ""
    data = {"revoked": sorted(chosen), "environments": closed}
    return Outcome(f"Revoked {count}.{asked}", data=data)


def _meant(word: str, found: Sequence[Approval]) -> set[str]:
    if word == _ALL:
        return {each.digest for each in found}
    if word.endswith(".ipynb"):
        return _of_notebook(word, found)
    digests = {each.digest for each in found if each.digest.startswith(word.lower())}
    if len(word) < _FEWEST or len(digests) != 1:
        raise UsageError(
            f"{word!r} names {'no' if not digests else 'more than one'} approval.",
            todo="Name a notebook, the start of one approval (see nbenv approvals), or all.",
        )
    return digests


def _of_notebook(path: str, found: Iterable[Approval]) -> set[str]:
    """Return the approvals that were given for a notebook, and the one that it would use now."""
    real = os.path.realpath(path)
    digests = {each.digest for each in found if each.about.get("notebook") == real}
    try:
        digest = NotebookSnapshot.read(NotebookRef(real)).digest
    except NbenvError:  # gone, or broken
        return digests
    return digests | {each.digest for each in found if each.digest == digest}


def _close(digests: set[str]) -> list[str]:
    """Have environments that hold what was revoked count as not ready; return their names."""
    names = []
    for known in known_environments():
        if digests.intersection(_held(known)):
            with locked(known.environment.identifier):
                known.environment.unmark()
            names.append(known.environment.identifier)
    return names


def _held(known: KnownEnvironment) -> Iterator[str]:
    value = known.environment.read_marker().record
    with contextlib.suppress(RecordError):  # written by another version
        folder = Path(os.path.realpath(known.notebook or "")).parent
        if value is not None:
            yield parse_record(value).digest(folder)

"""List the approvals on this machine, and revoke them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nbenv.core.file_names import is_notebook
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.engine.summaries import as_table
from nbenv.environments.inventory import KnownEnvironment, known_environments
from nbenv.environments.local_projects import digests_of
from nbenv.errors import NbenvError, RecordError, UsageError
from nbenv.home import approval_store
from nbenv.home.approval_store import Approval
from nbenv.home.locks import locked
from nbenv.home.real_path import real_path
from nbenv.progress import Outcome

__all__ = ["approvals", "revoke"]

_ALL = "all"
_SHOWN = 12
"""Characters of a digest that are shown."""
_SHORTEST = 4
"""Characters of a digest that may name an approval."""


def approvals() -> Outcome:
    """Show what may be restored here without asking."""
    found = approval_store.approved()
    rows = [_approval_row(each) for each in found]
    heads = ("Approval", "Approved", "Python", "Packages", "Notebook")
    table = as_table(rows, heads, ("whole", "text", "text", "number", "path")) if rows else None
    text = str(table or "Nothing is approved on this machine.")
    return Outcome(text=text, data=[_approval_data(each) for each in found], table=table)


def _approval_data(found: Approval) -> dict[str, object]:
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(found.since))
    return {"digest": found.digest, "since": since, **found.about}


def _approval_row(found: Approval) -> tuple[str, ...]:
    about = found.about
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(found.since))
    known = (str(about.get(key) or "") for key in ("python", "distributions", "notebook"))
    return found.digest[:_SHOWN], day, *known


def revoke(words: Sequence[str]) -> Outcome:
    """Revoke approvals.

    What was installed stays on disk, but no kernel starts in it until it is approved again.

    Parameters
    ----------
    words
        Each is the path of a notebook, the start of a digest, or ``all``.

    Raises
    ------
    UsageError
        A word does not name exactly one approval.
    """
    found = approval_store.approved()
    chosen = {digest for word in words for digest in _named_approvals(word, found)}
    for digest in chosen:
        approval_store.revoke(digest)
    # The files of local projects may be others by now: their records are known without those.
    records = {str(each.about.get("record")) for each in found if each.digest in chosen}
    closed = _unmark_environments(chosen | records)
    count = f"{len(chosen)} approval{'' if len(chosen) == 1 else 's'}"
    asked = " Their kernels ask again before they start." if closed else ""
    data = {"revoked": sorted(chosen), "environments": closed}
    return Outcome(f"Revoked {count}.{asked}", data=data)


def _named_approvals(word: str, found: Sequence[Approval]) -> set[str]:
    """Return the digests that a word names."""
    if word == _ALL:
        return {each.digest for each in found}
    if is_notebook(word):
        return _approvals_of_notebook(word, found)
    digests = {each.digest for each in found if each.digest.startswith(word.lower())}
    if len(word) < _SHORTEST or len(digests) != 1:
        raise UsageError(
            f"{word!r} matches {'no' if not digests else 'more than one'} approval.",
            todo="Name a notebook, the start of one approval (see nbenv approvals), or all.",
        )
    return digests


def _approvals_of_notebook(path: str, found: Iterable[Approval]) -> set[str]:
    """Return the approvals that were given for a notebook, and the one that it would use now."""
    real = real_path(path)
    digests = {each.digest for each in found if each.about.get("notebook") == real}
    try:
        snapshot = NotebookSnapshot.read(NotebookRef(real))
        present = digests_of(snapshot.spec, snapshot.ref.folder)
    except NbenvError:  # gone, or broken
        return digests
    return digests | {each.digest for each in found if each.digest in present}


def _unmark_environments(digests: set[str]) -> list[str]:
    """Make the environments that hold what was revoked count as not ready; return their names."""
    names = []
    for known in known_environments():
        if digests.intersection(_installed_digests(known)):
            with locked(known.environment.identifier):
                known.environment.unmark()
            names.append(known.environment.identifier)
    return names


def _installed_digests(known: KnownEnvironment) -> Iterator[str]:
    """Yield the digest of the record that an environment holds, and that without its projects."""
    record = known.environment.read_marker().record
    with contextlib.suppress(RecordError):  # written by another version of nbenv
        folder = Path(os.path.realpath(known.notebook or "")).parent
        if record is not None:
            spec = parse_record(record)
            yield from (*digests_of(spec, folder), spec.digest(folder))

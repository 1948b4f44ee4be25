"""Compare a notebook with another one, with a git revision, or with its environment."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nbenv import git
from nbenv.core import record
from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.lock_diff import LockDiff, diff_specs, verb_of
from nbenv.core.requirements import KERNEL
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.environments.markers import select_locked
from nbenv.errors import NbenvError
from nbenv.notebook.metadata import read_metadata
from nbenv.progress import Outcome

__all__ = ["diff", "spec_in"]

_ORDER = ("added", "upgraded", "downgraded", "changed", "removed")


def diff(ref: NotebookRef, other: str | None = None) -> Outcome:
    """Compare a notebook with another, with its file in a git revision, or with its environment.

    Another notebook and the environment are the newer side; a revision is the older one.
    """
    snapshot = NotebookSnapshot.read(ref)
    name = os.path.basename(ref.notebook)
    if other is None:
        return _told(f"{name} → its environment", _drift(snapshot), _absent(snapshot))
    if other.endswith(".ipynb") and os.path.exists(other):
        newer = NotebookSnapshot.read(NotebookRef(os.path.abspath(other)))
        return _told(
            f"{name} → {os.path.basename(other)}", diff_specs(_spec(snapshot), _spec(newer))
        )
    older = spec_in(git.content(ref.notebook, other))
    return _told(f"{name} of {other} → now", diff_specs(older or _empty(snapshot), _spec(snapshot)))


def spec_in(content: bytes) -> Spec | None:
    """Return the record in a notebook's bytes, None where it has none."""
    with tempfile.TemporaryDirectory(prefix="nbenv-") as scratch:
        path = Path(scratch, "notebook.ipynb")
        path.write_bytes(content)
        try:
            value = read_metadata(str(path)).get("nbenv")
        except NbenvError as error:
            what = error.what.replace(str(path), "What git has")
            raise type(error)(what, error.why, error.todo) from None
    return None if value is None else parse_record(record.check(value))


def _spec(snapshot: NotebookSnapshot) -> Spec:
    return snapshot.spec if snapshot.record is not None else _empty(snapshot)


def _empty(snapshot: NotebookSnapshot) -> Spec:
    return Spec(snapshot.spec.python)


# -- the environment


def _absent(snapshot: NotebookSnapshot) -> str:
    return "" if snapshot.environment.read_version() else "Its environment is not made yet."


def _drift(snapshot: NotebookSnapshot) -> LockDiff:
    """Return how what is installed differs from what is recorded, on this platform."""
    snapshot.check_recorded()
    spec, environment = snapshot.spec, snapshot.environment
    version = environment.read_version()
    if version is None:
        return diff_specs(_on(spec, select_locked(spec)), Spec(spec.python, spec.requirements))
    wanted = _on(spec, select_locked(spec, version))
    here = []
    for name, each in environment.installed().items():
        locked = next((one for one in wanted.lock.distributions if one.name == name), None)
        here.append(
            LockedDistribution(
                name,
                None if locked and locked.url else each.version,
                locked.url if locked and locked.url else None,
                hashes=locked.hashes if locked else (),
            )
        )
    python = ".".join(version.split(".")[:2])
    installed = Spec(python, spec.requirements, Lock(tuple(here)), spec.indexes)
    return diff_specs(wanted, installed)


def _on(spec: Spec, selected: dict[str, LockedDistribution]) -> Spec:
    return Spec(spec.python, spec.requirements, Lock(tuple(selected.values())), spec.indexes)


# -- in words


def _told(title: str, difference: LockDiff, note: str = "") -> Outcome:
    lines = [title, *_lines(difference)] if difference or note else []
    summary = note or _summary(difference)
    return Outcome(summary, "\n".join(lines), data={"about": title, **difference.to_dict()})


def _lines(difference: LockDiff) -> Iterator[str]:
    if difference.python:
        yield f"  Python      {' → '.join(difference.python)}"
    for change in difference.requirements:
        if change.name != KERNEL:
            old, new = change.old, change.new
            yield f"  asked for   {f'{old} → {new}' if old and new else new or f'{old} no more'}"
    for change in difference.indexes:
        yield f"  index       {change.name} {change.new or 'no more'}"
    ordered = sorted(difference.distributions, key=lambda each: _ORDER.index(verb_of(each)))
    for change in ordered:
        versions = " → ".join(each for each in (change.old, change.new) if each)
        yield f"  {verb_of(change):<10}  {change.name} {versions}"
    for name in difference.files:
        yield f"  other files {name} (the version is the same)"


def _summary(difference: LockDiff) -> str:
    if not difference:
        return "They are the same."
    counts = Counter(verb_of(change) for change in difference.distributions)
    told = [f"{counts[verb]} {verb}" for verb in _ORDER if counts[verb]]
    return (", ".join(told) or "No version differs") + "."

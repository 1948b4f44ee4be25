"""``nbenv diff``: two notebooks, a notebook and its environment, a notebook and a git revision."""

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
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments.store import Store
from nbenv.errors import NbenvError
from nbenv.notebook.metadata import read_metadata
from nbenv.progress import Outcome

__all__ = ["diff", "spec_in"]

_ORDER = ("added", "upgraded", "downgraded", "changed", "removed")


def diff(target: NotebookRef, other: str | None = None) -> Outcome:
    """Compare a notebook with another, with its file in a git revision, or with its environment.

    Another notebook and the environment are the newer side; a revision is the older one.
    """
    document = NotebookSnapshot.read(target, Store())
    name = os.path.basename(target.notebook)
    if other is None:
        return _told(f"{name} → its environment", _drift(document), _absent(document))
    if other.endswith(".ipynb") and os.path.exists(other):
        newer = NotebookSnapshot.read(NotebookRef(os.path.abspath(other)), Store())
        return _told(
            f"{name} → {os.path.basename(other)}", diff_specs(_spec(document), _spec(newer))
        )
    older = spec_in(git.content(target.notebook, other))
    return _told(f"{name} of {other} → now", diff_specs(older or _empty(document), _spec(document)))


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
    return None if value is None else Spec.from_record(record.check(value))


def _spec(document: NotebookSnapshot) -> Spec:
    return document.spec if document.value is not None else _empty(document)


def _empty(document: NotebookSnapshot) -> Spec:
    return Spec(document.spec.python)


# -- the environment


def _absent(document: NotebookSnapshot) -> str:
    return "" if document.environment.python_version else "Its environment is not made yet."


def _drift(document: NotebookSnapshot) -> LockDiff:
    """Return how what is installed differs from what is recorded, on this platform."""
    document.check_recorded()
    spec, environment = document.spec, document.environment
    if environment.python_version is None:
        return diff_specs(_on(spec, spec.lock.selection({})), Spec(spec.python, spec.requirements))
    wanted = _on(spec, spec.lock.selection(environment.marker_environment()))
    here = []
    for name, each in environment.installed().items():
        locked = next((one for one in wanted.lock.distributions if one.name == name), None)
        version = None if locked and locked.url else each.version
        here.append(
            LockedDistribution(
                name,
                version,
                locked.url if locked and locked.url else None,
                hashes=locked.hashes if locked else (),
            )
        )
    python = ".".join(environment.python_version.split(".")[:2])
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

"""Compare a notebook with another one, with a git revision, or with its environment."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from nbenv import git
from nbenv.core import record
from nbenv.core.file_names import is_notebook
from nbenv.core.lock import LockedDistribution
from nbenv.core.lock_diff import LockDiff, diff_specs, verb_of
from nbenv.core.spec import Spec
from nbenv.core.sync_plan import Installed
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.environments.markers import select_locked
from nbenv.errors import NbenvError
from nbenv.home.scratch import scratch_folder
from nbenv.notebook.metadata import read_metadata
from nbenv.progress import Outcome

__all__ = ["diff", "spec_in"]

_ORDER = ("added", "upgraded", "downgraded", "changed", "removed")


def diff(ref: NotebookRef, other: str | None = None) -> Outcome:
    """Compare a notebook with another one, with a git revision of it, or with its environment.

    Parameters
    ----------
    ref
        The notebook.
    other
        The path of another notebook, which is the newer side; or a git revision, which is the older
        one. None compares with the environment, as the newer side.
    """
    snapshot = NotebookSnapshot.read(ref)
    name = os.path.basename(ref.notebook)
    if other is None:
        return _diff_outcome(f"{name} → its environment", _drift(snapshot), _absent(snapshot))
    if is_notebook(other) and os.path.exists(other):
        newer = NotebookSnapshot.read(NotebookRef(os.path.abspath(other)))
        difference = diff_specs(_recorded_spec(snapshot), _recorded_spec(newer))
        return _diff_outcome(f"{name} → {os.path.basename(other)}", difference)
    older = spec_in(git.content(ref.notebook, other), name) or _empty_spec(snapshot)
    return _diff_outcome(f"{name} of {other} → now", diff_specs(older, _recorded_spec(snapshot)))


def spec_in(content: bytes, name: str = "notebook.ipynb") -> Spec | None:
    """Return the record in a notebook's bytes, None if it has none; `name` is that of its file.

    Raises
    ------
    NotebookError
        It is not a notebook.
    RecordError
        The record cannot be used.
    """
    with scratch_folder() as scratch:
        path = Path(scratch, name)
        path.write_bytes(content)
        try:
            found = read_metadata(str(path)).get("nbenv")
        except NbenvError as error:
            what = error.what.replace(str(path), "The version in git")
            raise type(error)(what, error.why, error.todo) from None
    return None if found is None else parse_record(record.check(found))


def _recorded_spec(snapshot: NotebookSnapshot) -> Spec:
    return snapshot.spec if snapshot.record is not None else _empty_spec(snapshot)


def _empty_spec(snapshot: NotebookSnapshot) -> Spec:
    return Spec(snapshot.spec.python)


# -- the environment


def _absent(snapshot: NotebookSnapshot) -> str:
    return "" if snapshot.environment.read_version() else "Its environment does not exist yet."


def _drift(snapshot: NotebookSnapshot) -> LockDiff:
    """Return how the installed packages differ from the record, on this platform."""
    snapshot.check_recorded()
    spec, environment = snapshot.spec, snapshot.environment
    version = environment.read_version()
    if version is None:
        empty = Spec(spec.python, spec.requirements)
        return diff_specs(_with_lock(spec, select_locked(spec).values()), empty)
    selected = select_locked(spec, version)
    installed = [
        _as_locked(each, selected.get(each.name)) for each in environment.installed().values()
    ]
    python = ".".join(version.split(".")[:2])
    return diff_specs(
        _with_lock(spec, selected.values()),
        replace(_with_lock(spec, installed), python=python),
    )


def _as_locked(installed: Installed, locked: LockedDistribution | None) -> LockedDistribution:
    """Return an installed package as a line of a lock; its files count as those of the lock."""
    if locked is None:
        return LockedDistribution(installed.name, installed.version)
    version = None if locked.url else installed.version
    return LockedDistribution(installed.name, version, locked.url, hashes=locked.hashes)


def _with_lock(spec: Spec, distributions: Iterable[LockedDistribution]) -> Spec:
    lock = replace(spec.lock, distributions=tuple(distributions))
    return Spec(spec.python, spec.requirements, lock, spec.indexes)


# -- the report


def _diff_outcome(title: str, difference: LockDiff, note: str = "") -> Outcome:
    lines = [title, *_diff_lines(difference)] if difference or note else []
    summary = note or _counts(difference)
    return Outcome(summary, "\n".join(lines), data={"about": title, **difference.to_dict()})


def _diff_lines(difference: LockDiff) -> Iterator[str]:
    if difference.python:
        yield f"  Python      {' → '.join(difference.python)}"
    for change in difference.requirements:
        old, new = change.old, change.new
        yield f"  requirement {f'{old} → {new}' if old and new else new or f'{old} removed'}"
    for change in difference.indexes:
        yield f"  index       {change.name} {change.new or 'removed'}"
    for change in difference.options:
        yield f"  {change.name}: {change.new or 'nothing any more'}"
    ordered = sorted(difference.distributions, key=lambda each: _ORDER.index(verb_of(each)))
    for change in ordered:
        versions = " → ".join(each for each in (change.old, change.new) if each)
        yield f"  {verb_of(change):<10}  {change.name} {versions}"
    for name in difference.files:
        yield f"  other files {name} (of the same version)"


def _counts(difference: LockDiff) -> str:
    if not difference:
        return "They are the same."
    counts = Counter(verb_of(change) for change in difference.distributions)
    parts = [f"{counts[verb]} {verb}" for verb in _ORDER if counts[verb]]
    return (", ".join(parts) or "No version differs") + "."

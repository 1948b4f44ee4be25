"""Find out what of a lock cannot be had on this machine, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookSnapshot
from nbenv.environments.interpreters import Interpreter, find
from nbenv.environments.markers import select_locked
from nbenv.errors import BuildError, BuildRefusedError, IndexAccessError, NbenvError
from nbenv.installer.index_lookup import offered_files
from nbenv.installer.wheel_choice import File, best_file
from nbenv.progress import Progress, Steps

__all__ = [
    "Availability",
    "examine_lock",
    "find_built",
    "find_missing",
    "is_temporary",
    "offered_for",
    "select_for",
]

_NAMED = re.compile(r"`([A-Za-z0-9._-]+)==([^`\s]+)`")
_NOT_THERE = re.compile(r"\b(404|410)\b")

Found = Mapping[str, list[File]]


@dataclass(frozen=True)
class Availability:
    """What of a lock can be had here.

    `missing` is name → why it cannot; `offered` what an index has instead; `no_python` says why the
    recorded Python cannot be had.
    """

    spec: Spec
    python: Interpreter | None
    missing: Mapping[str, str] = field(default_factory=dict)
    offered: Found = field(default_factory=dict)
    no_python: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether everything can be had."""
        return not self.missing and not self.no_python

    @property
    def date(self) -> str:
        """When the newest of the locked files was uploaded, "" where the index does not say."""
        locked = {each.name: each for each in self.spec.lock.distributions}
        times = [
            file.uploaded
            for name, files in self.offered.items()
            for file in files
            if file.uploaded and (file.digest in locked[name].hashes or name in self.missing)
        ]
        return max(times, default="")

    def lines(self) -> list[str]:
        """Return what cannot be had, a line each."""
        versions = self.spec.lock.versions()
        lines = [f"{name} {versions.get(name, '')}: {why}." for name, why in self.missing.items()]
        return [*([self.no_python] if self.no_python else []), *lines]


def examine_lock(snapshot: NotebookSnapshot, error: NbenvError | None) -> Steps[Availability]:
    """Find out what of a notebook's lock cannot be had here.

    Parameters
    ----------
    snapshot
        The notebook; this machine's own index is asked, no host that the notebook names.
    error
        What restoring it failed with, where that was tried.

    Raises
    ------
    InstallerError
        The index cannot be asked.
    """
    spec = snapshot.spec
    yield Progress("resolve", "Checking which packages are unavailable …")
    python = find(spec.python)
    reason = f"{error.what} {error.why}" if error else f"Python {spec.python} is not here."
    found = Availability(spec, python, no_python="" if python else reason)
    offered = offered_for(snapshot, spec)
    missing = find_missing(snapshot, spec, offered)
    if isinstance(error, BuildError) and not isinstance(error, BuildRefusedError):
        missing |= dict.fromkeys(find_built(snapshot, spec, offered), "its build failed")
    if error and _NOT_THERE.search(error.why):
        gone = "the index lists its file, but no longer has it"
        missing |= dict.fromkeys(_named_in(error, spec), gone)
    return replace(found, missing=missing, offered=offered)


def is_temporary(error: NbenvError) -> bool:
    """Whether an error says that an index could not be asked, which another try may mend."""
    return isinstance(error, IndexAccessError) and not _NOT_THERE.search(error.why)


def _named_in(error: NbenvError, spec: Spec) -> Iterator[str]:
    versions = spec.lock.versions()
    for name, version in _NAMED.findall(error.why):
        if versions.get(name) == version:
            yield name


def select_for(snapshot: NotebookSnapshot, spec: Spec) -> dict[str, LockedDistribution]:
    """Return what of a spec's lock is for this machine, by name."""
    return select_locked(spec, snapshot.environment.read_version())


def offered_for(snapshot: NotebookSnapshot, spec: Spec) -> Found:
    """Return the files that this machine's index offers of what a spec locks for it."""
    return offered_files(list(select_for(snapshot, spec).values()), spec.python)


def find_missing(snapshot: NotebookSnapshot, spec: Spec, offered: Found) -> dict[str, str]:
    """Return the names of which no locked file is offered, and why."""
    missing = {}
    for name, locked in sorted(select_for(snapshot, spec).items()):
        files = offered.get(name, [])
        same = [file for file in files if file.digest in locked.hashes]
        if locked.version is None or best_file(same, spec.python):
            continue
        if not files:
            missing[name] = "no index has this version any more"
        elif not same:
            missing[name] = "the index has none of the locked files any more"
        else:
            missing[name] = "none of the locked files fits this machine"
    return missing


def find_built(snapshot: NotebookSnapshot, spec: Spec, offered: Found) -> list[str]:
    """Return the names that would be built from source."""
    built = []
    for name, locked in select_for(snapshot, spec).items():
        files = (each for each in offered.get(name, ()) if each.digest in locked.hashes)
        file = best_file(files, spec.python)
        if file and file.is_source:
            built.append(name)
    return built

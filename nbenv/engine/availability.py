"""Find out which packages of a lock are unavailable on this machine, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.core.typed.torch_backends import TORCH_PACKAGES
from nbenv.engine.accelerators.lacking import lacking_build
from nbenv.engine.document import NotebookSnapshot
from nbenv.environments.interpreters import Interpreter, find, is_too_old
from nbenv.environments.markers import is_for_here, select_locked
from nbenv.environments.platform_check import elsewhere_reason
from nbenv.errors import (
    AcceleratorError,
    BuildError,
    BuildRefusedError,
    IndexAccessError,
    NbenvError,
)
from nbenv.installer.lookup.lock_files import files_of_lock
from nbenv.installer.wheel_choice import File, best_file
from nbenv.progress import Progress, Steps

__all__ = [
    "Availability",
    "examine_lock",
    "find_built",
    "find_missing",
    "is_temporary",
    "may_be_taken",
    "offered_for",
    "select_for",
]

_PINNED = re.compile(r"`([A-Za-z0-9._-]+)==([^`\s]+)`")
"""A distribution as uv names it in an error."""
_NO_ACCELERATOR = "it is built for an accelerator that this machine lacks"
_NOT_FOUND = re.compile(r"\b(404|410)\b")
"""HTTP statuses of a file that is gone; any other may pass."""

OfferedFiles = Mapping[str, list[File]]


@dataclass(frozen=True)
class Availability:
    """The availability of a lock on this machine.

    Parameters
    ----------
    spec
        The record whose lock was looked up.
    python
        The recorded Python, None where it is not on this machine.
    missing
        Name → why that package is unavailable, as the end of a sentence.
    offered
        Name → the files of the locked version that an index offers.
    lacks
        The accelerator that this machine lacks, as the name of a build of PyTorch; "" for none.
    no_python
        Why the recorded Python is unavailable, "" where it is not.
    no_platform
        Why nothing of the lock is for this platform, "" where it is.
    """

    spec: Spec
    python: Interpreter | None
    missing: Mapping[str, str] = field(default_factory=dict)
    offered: OfferedFiles = field(default_factory=dict)
    no_python: str = ""
    no_platform: str = ""
    lacks: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether everything is available."""
        return not (self.missing or self.no_python or self.no_platform)

    @property
    def date(self) -> str:
        """The upload time (RFC 3339) of the newest locked file, "" where no index says one."""
        locked = {each.name: each for each in self.spec.lock.distributions}
        times = [
            file.uploaded
            for name, files in self.offered.items()
            for file in files
            # Of a missing package, another file of the same version tells the time as well.
            if file.uploaded and (file.digest in locked[name].hashes or name in self.missing)
        ]
        return max(times, default="")

    def lines(self) -> list[str]:
        """Return one line for each thing that is unavailable."""
        versions = self.spec.lock.versions()
        lines = [f"{name} {versions.get(name, '')}: {why}." for name, why in self.missing.items()]
        return [*filter(None, [self.no_platform, self.no_python]), *lines]


def examine_lock(snapshot: NotebookSnapshot, error: NbenvError | None) -> Steps[Availability]:
    """Find out which packages of a notebook's lock are unavailable here.

    The notebook's indexes are asked, too: this is for what was approved, or has failed here.

    Parameters
    ----------
    snapshot
        The notebook; it must have a lock.
    error
        The error with which restoring it failed, if that was tried.

    Raises
    ------
    InstallerError
        The index cannot be asked.
    """
    spec = snapshot.spec
    yield Progress("resolve", "Checking which packages are unavailable…")
    python = find(spec.python)
    if not is_for_here(spec, python.version if python else None):
        return Availability(
            spec, python, offered=offered_for(snapshot, spec), no_platform=elsewhere_reason(spec)
        )
    reason = f"{error.what} {error.why}".rstrip() if error else _no_python(spec)
    found = Availability(spec, python, no_python="" if python else reason)
    offered = offered_for(snapshot, spec)
    missing = find_missing(snapshot, spec, offered)
    if isinstance(error, BuildError) and not isinstance(error, BuildRefusedError):
        missing |= dict.fromkeys(find_built(snapshot, spec, offered), "its build failed")
    lacks = ""
    if error is None or isinstance(error, AcceleratorError):
        lacks = lacking_build(spec)
        missing |= dict.fromkeys(_torch_builds(snapshot, spec) if lacks else (), _NO_ACCELERATOR)
    if error and _NOT_FOUND.search(error.why):
        gone = "the index lists its file, but no longer has it"
        missing |= dict.fromkeys(_pinned_in(error, spec), gone)
    return replace(found, missing=missing, offered=offered, lacks=lacks)


def _torch_builds(snapshot: NotebookSnapshot, spec: Spec) -> Iterator[str]:
    """Yield the names of what is locked for an accelerator."""
    for name, locked in select_for(snapshot, spec).items():
        if name in TORCH_PACKAGES and spec.torch_backend in (locked.version or ""):
            yield name


def _no_python(spec: Spec) -> str:
    if is_too_old(spec.python):
        return f"Python {spec.python} is too old for a notebook's kernel."
    return f"Python {spec.python} is not on this machine."


def is_temporary(error: NbenvError) -> bool:
    """Return whether an index could not be asked, so that another try may succeed."""
    return isinstance(error, IndexAccessError) and not _NOT_FOUND.search(error.why)


def _pinned_in(error: NbenvError, spec: Spec) -> Iterator[str]:
    """Yield the names of locked packages that an error quotes with their version."""
    versions = spec.lock.versions()
    for name, version in _PINNED.findall(error.why):
        if versions.get(name) == version:
            yield name


def select_for(snapshot: NotebookSnapshot, spec: Spec) -> dict[str, LockedDistribution]:
    """Return the part of a spec's lock that is for this machine, by name."""
    return select_locked(spec, snapshot.environment.read_version())


def offered_for(snapshot: NotebookSnapshot, spec: Spec) -> OfferedFiles:
    """Return the files that indexes offer of the locked versions, by name.

    Each index is asked for what comes from it alone, those of the notebook, too. What is served by
    one that cannot be asked is left out.

    Raises
    ------
    InstallerError
        An index cannot be asked.
    """
    return files_of_lock(list(select_for(snapshot, spec).values()), spec)


def find_missing(snapshot: NotebookSnapshot, spec: Spec, offered: OfferedFiles) -> dict[str, str]:
    """Return the packages of which no locked file is offered: name → why."""
    missing = {}
    for name, locked in sorted(select_for(snapshot, spec).items()):
        files = offered.get(name, [])
        same = [file for file in files if may_be_taken(file, locked)]
        # A package from a URL is on no index; of another, its own index could not be asked.
        if locked.version is None or name not in offered or best_file(same, spec.python):
            continue
        if not files:
            missing[name] = "no index has this version any more"
        elif not same:
            missing[name] = "the index has none of the locked files any more"
        else:
            missing[name] = "none of the locked files fits this machine"
    return missing


def may_be_taken(file: File, locked: LockedDistribution) -> bool:
    """Return whether a file is a locked one, and not one that is built on other platforms alone."""
    is_for_others = file.is_source and locked.prebuilt is not None and not locked.source
    return file.digest in locked.hashes and not is_for_others


def find_built(snapshot: NotebookSnapshot, spec: Spec, offered: OfferedFiles) -> list[str]:
    """Return the names of the packages that would be built from source."""
    built = []
    for name, locked in select_for(snapshot, spec).items():
        files = (each for each in offered.get(name, ()) if may_be_taken(each, locked))
        file = best_file(files, spec.python)
        if file and file.is_source:
            built.append(name)
    return built

"""What of a notebook's lock cannot be had on this machine, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookSnapshot
from nbenv.environments import interpreters
from nbenv.environments.interpreters import Interpreter
from nbenv.errors import BuildError, BuildRefusedError, IndexAccessError, NbenvError
from nbenv.installer.index_lookup import offered_files
from nbenv.installer.wheel_choice import File, best_file
from nbenv.progress import Progress, Steps

__all__ = ["Availability", "built", "examine", "is_passing", "lacking", "offered_of", "selection"]

_NAMED = re.compile(r"`([A-Za-z0-9._-]+)==([^`\s]+)`")
_NOT_THERE = re.compile(r"\b(404|410)\b")

Found = Mapping[str, list[File]]


@dataclass(frozen=True)
class Availability:
    """Why a lock cannot be had here: `lacks` is name → why, `offered` what an index has instead."""

    spec: Spec
    python: Interpreter | None
    lacks: Mapping[str, str] = field(default_factory=dict)
    offered: Found = field(default_factory=dict)
    no_python: str = ""

    @property
    def is_clear(self) -> bool:
        """Whether nothing is lacking."""
        return not self.lacks and not self.no_python

    @property
    def date(self) -> str:
        """When the newest of the locked files came to the index, "" where it does not say."""
        locked = {d.name: d for d in self.spec.lock.distributions}
        times = [
            file.uploaded
            for name, files in self.offered.items()
            for file in files
            if file.uploaded and (file.digest in locked[name].hashes or name in self.lacks)
        ]
        return max(times, default="")

    def lines(self) -> list[str]:
        """Say what is lacking, a line each."""
        versions = self.spec.lock.versions()
        told = [f"{name} {versions.get(name, '')}: {why}." for name, why in self.lacks.items()]
        return [*([self.no_python] if self.no_python else []), *told]


def examine(document: NotebookSnapshot, error: NbenvError) -> Steps[Availability]:
    """Find out what of a lock cannot be had here; `error` is what restoring it ended with."""
    spec = document.spec
    yield Progress("resolve", "Looking for what is lacking …")
    python = interpreters.find(spec.python)
    reason = "" if python else f"{error.what} {error.why}"
    findings = Availability(spec, python, no_python=reason)
    offered = offered_of(document, spec)
    lacks = lacking(document, spec, offered)
    if isinstance(error, BuildError) and not isinstance(error, BuildRefusedError):
        lacks |= dict.fromkeys(built(document, spec, offered), "its build failed")
    if _NOT_THERE.search(error.why):
        lacks |= dict.fromkeys(_named(error, spec), "the index lists its file, but has it no more")
    return replace(findings, lacks=lacks, offered=offered)


def is_passing(error: NbenvError) -> bool:
    """Whether an error says that an index could not be asked, which another try may mend."""
    return isinstance(error, IndexAccessError) and not _NOT_THERE.search(error.why)


def _named(error: NbenvError, spec: Spec) -> Iterator[str]:
    versions = spec.lock.versions()
    for name, version in _NAMED.findall(error.why):
        if versions.get(name) == version:
            yield name


def offered_of(document: NotebookSnapshot, spec: Spec) -> Found:
    """Return the files that this machine's index offers of what a spec locks for it."""
    wanted = selection(document, spec).values()
    return offered_files(list(wanted), spec.python)


def selection(document: NotebookSnapshot, spec: Spec) -> dict[str, LockedDistribution]:
    """Return what of a lock is for this machine."""
    full = f"{spec.python}.99"
    versions = {"python_full_version": full, "implementation_version": full}
    values = {**document.environment.marker_environment(), "python_version": spec.python}
    return spec.lock.selection({**values, **versions})


def lacking(document: NotebookSnapshot, spec: Spec, offered: Found) -> dict[str, str]:
    """Return what of a lock no offered file is, and why."""
    lacks = {}
    for name, locked in sorted(selection(document, spec).items()):
        files = offered.get(name, [])
        same = [file for file in files if file.digest in locked.hashes]
        if locked.version is None or best_file(same, spec.python):
            continue
        if not files:
            lacks[name] = "no index has this version any more"
        elif not same:
            lacks[name] = "the index has none of the locked files any more"
        else:
            lacks[name] = "none of the locked files fits this machine"
    return lacks


def built(document: NotebookSnapshot, spec: Spec, offered: Found) -> list[str]:
    """Return what would be built from source."""
    chosen = {
        name: best_file((f for f in offered.get(name, ()) if f.digest in each.hashes), python)
        for name, each in selection(document, spec).items()
        if (python := spec.python)
    }
    return [name for name, file in chosen.items() if file and file.is_source]

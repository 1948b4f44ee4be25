"""Make an archive of a notebook's environment: exactly what is locked, as files that can move."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.engine.archiving.archive_contents import check_left_out, not_needed
from nbenv.engine.direct_sources import with_full_urls
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.obtain_python import obtain_python
from nbenv.engine.summaries import counted
from nbenv.environments import layout
from nbenv.environments.archive.archive_programs import activation, launcher
from nbenv.environments.archive.bundled_python import BundledPython, movable_python
from nbenv.environments.archive.members import (
    Member,
    Members,
    environment_members,
    needed_glibc,
)
from nbenv.environments.archive.tar_file import check_name, write_tar
from nbenv.environments.environment import Environment
from nbenv.environments.integrity import find_altered
from nbenv.environments.interpreters import Interpreter
from nbenv.environments.markers import select_locked
from nbenv.environments.platform_check import check_platform
from nbenv.errors import InterpreterError, NbenvError, UsageError
from nbenv.home import held_files
from nbenv.home.scratch import scratch_folder
from nbenv.installer.sync import SyncGoal, sync_prefix
from nbenv.installer.syncing.reading import fetch_python, forget_cached
from nbenv.progress import Progress, Steps

__all__ = ["ENGINES", "Archive", "ArchiveOptions", "make_archive", "make_named_archive"]

MANIFEST = "nbenv-archive.json"
"""The file of an archive that says what it holds."""
ENGINES: Mapping[str, tuple[str, ...]] = {
    "spark": ("py4j", "pyspark", "pyspark-client", "pyspark-connect"),
}
"""The engines that an archive can be for, and the packages that each brings to its workers."""
_RELOCATABLE = "relocatable = true\n"
"""The line of ``pyvenv.cfg`` by which uv writes programs that find their Python beside them."""


@dataclass(frozen=True)
class ArchiveOptions:
    """The choice of what an archive holds.

    Parameters
    ----------
    with_python
        Whether to add a CPython, for machines without one.
    engine
        The engine of `ENGINES` whose workers it is for: what that brings, and what only the
        notebook's kernel needs, is left out.
    without
        Packages to leave out, with what only they need.
    """

    with_python: bool = False
    engine: str = ""
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Archive:
    """An archive that was written.

    Parameters
    ----------
    file
        Its file.
    python
        The full version of its CPython, or the minor version that it needs.
    versions
        Name → version of what it holds.
    left_out
        The locked packages that it does not hold.
    notes
        Sentences about what may not work elsewhere.
    """

    file: Path
    python: str
    versions: Mapping[str, str]
    left_out: tuple[str, ...]
    notes: tuple[str, ...] = ()


def make_archive(snapshot: NotebookSnapshot, file: Path, options: ArchiveOptions) -> Steps[Archive]:
    """Write the environment that a notebook locks into an archive, without touching its own.

    Whoever calls this has checked that the record is approved: what it builds is built.

    Raises
    ------
    UsageError
        The archive cannot be written here, or leaves out what is not locked.
    InterpreterError
        There is no CPython for it.
    NbenvError
        Something could not be installed, or the file cannot be written; there is none then.
    """
    if os.name != "posix":
        raise UsageError(
            "Archives are made on Linux and macOS only.",
            todo="For Windows, pack the notebook with its wheels: nbenv pack NOTEBOOK",
        )
    check_name(file)
    snapshot.check_recorded()
    snapshot.check_locked()
    spec = snapshot.spec
    interpreter = yield from obtain_python(spec.python, True)
    check_platform(spec, interpreter)
    locked = with_full_urls(select_locked(spec, interpreter.version), snapshot.ref.folder)
    with scratch_folder() as scratch:
        environment = Environment(os.path.join(scratch, "environment"))
        work = _Work(snapshot, options, interpreter, environment, Path(scratch), locked)
        return (yield from work.write(file))


def make_named_archive(
    snapshot: NotebookSnapshot, folder: Path, options: ArchiveOptions
) -> Steps[Archive]:
    """Write an archive into a folder, named after its content: ``nbenv-0123456789ab.tar.gz``.

    Errors are those of `make_archive`.
    """
    made = yield from make_archive(snapshot, folder / "environment.tar.gz", options)
    digest = hashlib.sha256()
    with open(made.file, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    named = folder / f"nbenv-{digest.hexdigest()[:12]}.tar.gz"
    held_files.replace(str(made.file), str(named))
    return replace(made, file=named)


@dataclass(frozen=True)
class _Work:
    """The making of one archive, in a scratch folder."""

    snapshot: NotebookSnapshot
    options: ArchiveOptions
    interpreter: Interpreter
    environment: Environment
    scratch: Path
    locked: Mapping[str, LockedDistribution]

    def write(self, file: Path) -> Steps[Archive]:
        """Install, and write the archive."""
        check_left_out(self.options.without, self.locked)
        left_out = self._left_out(self.snapshot.environment) if self.snapshot.is_ready else set()
        bundled = None
        if self.options.with_python:
            yield Progress("create", f"Copying a CPython {self.interpreter.python}…")
            bundled = yield from self._bundled_python()
        yield from self._install([each for n, each in self.locked.items() if n not in left_out])
        if not self.snapshot.is_ready:
            left_out = self._left_out(self.environment)
        members = self._members(left_out, bundled)
        yield Progress("pack", f"Writing {file.name}…")
        bound = write_tar(file, members, str(self.environment.path))
        return Archive(
            file,
            bundled.version if bundled else self.interpreter.python,
            self._versions(left_out),
            tuple(sorted(left_out)),
            _notes(bundled, bound),
        )

    def _bundled_python(self) -> Steps[BundledPython]:
        """Copy a CPython of this machine, or else have uv download one that can be moved."""
        python, scratch = self.interpreter.python, self.scratch / "python"
        try:
            return movable_python(python, scratch)
        except InterpreterError as error:
            yield Progress("python", f"No CPython {python} here can be moved; downloading one…")
            try:
                yield from fetch_python(python)
            except NbenvError:
                raise error from None
        return movable_python(python, scratch / "downloaded")

    def _left_out(self, environment: Environment) -> set[str]:
        """Return what stays out, by what an environment with all of the lock says of it."""
        options = self.options
        if not options.without and not options.engine:
            return set()
        return not_needed(
            self.snapshot.spec,
            environment,
            check_left_out(options.without, self.locked),
            ENGINES.get(options.engine, ()),
            kernel=not options.engine,
        )

    def _install(self, wanted: list[LockedDistribution]) -> Steps[None]:
        """Install into a fresh environment, whose programs find their Python beside them."""
        spec, environment = replace(self.snapshot.spec, editable=()), self.environment
        folder = self.snapshot.ref.folder
        environment.create(self.interpreter)
        with open(environment.path / layout.CONFIGURATION, "a", encoding="utf-8") as config:
            config.write(_RELOCATABLE)
        yield Progress("install", f"Installing {counted(len(wanted))}…")
        goal = SyncGoal(wanted, {}, packages=environment.site_packages())
        yield from sync_prefix(environment.python, goal, spec, folder)
        if altered := find_altered(environment, [each.name for each in wanted]):
            yield from forget_cached(altered, folder)
            yield from sync_prefix(environment.python, replace(goal, again=altered), spec, folder)

    def _versions(self, left_out: Collection[str]) -> dict[str, str]:
        found = self.environment.installed()
        return {n: each.version for n, each in sorted(found.items()) if n not in left_out}

    def _members(self, left_out: Collection[str], bundled: BundledPython | None) -> Members:
        environment, python = self.environment, self.interpreter.python
        is_bound, glibc = needed_glibc(environment, left_out)
        machine = f"{platform.system()} {platform.machine()}"
        about = {
            "format": 1,
            "python": bundled.version if bundled else python,
            "machine": machine if is_bound or bundled else "any",
            "glibc": glibc or None,
            "packages": self._versions(left_out),
            "left_out": sorted(left_out),
        }
        text = json.dumps(about, indent=1) + "\n"
        members = environment_members(environment, left_out)
        members |= bundled.members if bundled else launcher(python, is_bound, glibc)
        members |= activation()
        # Python looks for packages there on some systems.
        members["lib64"] = Member(link="lib")
        members[MANIFEST] = Member(content=text.encode())
        packages = f"lib/python{python}/site-packages"
        if not any(name.startswith(packages) for name in members):
            members[f"{packages}/README.txt"] = Member(content=b"This environment is empty.\n")
        return members


def _notes(bundled: BundledPython | None, bound: Collection[str]) -> tuple[str, ...]:
    notes = []
    if bundled and bundled.from_system:
        notes.append(
            f"Its CPython uses libraries of this system, which the other machine must have: "
            f"{', '.join(bundled.from_system)}."
        )
    if bound:
        notes.append(f"These files hold the path that they were built in: {', '.join(bound)}.")
    return tuple(notes)

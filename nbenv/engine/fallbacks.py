"""Find fallbacks for an environment that is not available exactly, the smallest change first.

The levels: the same versions of PyTorch for a machine without an accelerator (``cpu``); the same
versions from other files (``build``); the same versions on another Python (``python``); the
versions that the requirements allowed when the lock was made (``dated``); the newest versions that
they allow (``newest``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from nbenv.core.lock import Change, LockedDistribution, changes_between
from nbenv.core.spec import Spec
from nbenv.engine.accelerators.torch_choice import same_versions
from nbenv.engine.availability import (
    Availability,
    find_built,
    find_missing,
    may_be_taken,
    offered_for,
    select_for,
)
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.obtain_python import obtain_python
from nbenv.engine.relock import resolve_anew
from nbenv.engine.summaries import few
from nbenv.environments import interpreters
from nbenv.errors import InstallerError, InterpreterError
from nbenv.installer.resolve import ResolveOptions
from nbenv.installer.wheel_choice import File, best_file
from nbenv.progress import Progress, Steps

__all__ = ["LEVELS", "Fallback", "find_fallbacks"]

LEVELS = ("cpu", "build", "python", "dated", "newest")
_TRIED = 3
"""Pythons that are tried; each one takes a resolution."""


@dataclass(frozen=True)
class Fallback:
    """One fallback.

    Parameters
    ----------
    level
        One of `LEVELS`.
    spec
        The record that it would make.
    changes
        The packages whose version would change.
    built
        The packages that would be built from source.
    others
        The packages of which another wheel of the same version would be taken.
    date
        With ``dated``, the time (RFC 3339) that it goes back to.
    """

    level: str
    spec: Spec
    changes: tuple[Change, ...]
    built: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    date: str = ""

    def summarise(self, was: Spec) -> str:
        """Return what it would change of the record `was`, in one line."""
        parts = []
        if self.level == "cpu":
            parts.append(f"PyTorch without {was.torch_backend}, for the CPU")
        if self.date:
            parts.append(f"what the requirements allowed on {self.date[:10]}")
        if self.spec.python != was.python:
            parts.append(f"Python {self.spec.python} instead of {was.python}")
        parts.append(few([str(each) for each in self.changes]) or "the same versions")
        if self.others:
            parts.append(f"other files of {few(self.others)}")
        if self.built:
            parts.append(f"{few(self.built)} built from source, which runs its code")
        return "; ".join(parts)

    def to_data(self, was: Spec) -> dict[str, object]:
        """Return the plain form that ``--json`` prints."""
        return {
            "level": self.level,
            "python": self.spec.python,
            "changes": [asdict(each) for each in self.changes],
            "built": list(self.built),
            "other_files": list(self.others),
            "date": self.date or None,
            "told": self.summarise(was),
        }


# -- each level


def find_fallbacks(
    snapshot: NotebookSnapshot, available: Availability, only: str | None = None
) -> Steps[list[Fallback]]:
    """Return the possible fallbacks, the smallest change first.

    Parameters
    ----------
    snapshot
        The notebook.
    available
        The availability of its lock.
    only
        The one level to look for; None for all.
    """
    makers = {
        "cpu": _cpu_build,
        "build": _other_files,
        "python": _other_python,
        "dated": _dated,
        "newest": _newest,
    }
    found = []
    possible = LEVELS[:1] if available.lacks else LEVELS[1:]
    for level in [only] if only else possible:
        try:
            fallback = yield from makers[level](snapshot, available)
        except (InstallerError, InterpreterError):  # this level is not possible
            continue
        if fallback is not None:
            found.append(fallback)
    return found


def _cpu_build(snapshot: NotebookSnapshot, available: Availability) -> Steps[Fallback | None]:
    """Take the same versions of PyTorch for a machine without an accelerator."""
    was = available.spec
    if not available.lacks or available.no_python:
        return None
    yield Progress("resolve", "Looking for the same versions of PyTorch for the CPU…")
    cpu = replace(was, torch_backend="cpu")
    limited = replace(cpu, constraints=(*was.constraints, *same_versions(cpu)))
    options = ResolveOptions(any_index=True)
    wanted = replace(available, spec=limited)
    found = yield from _resolved("cpu", snapshot, wanted, options)
    return found and replace(found, spec=replace(found.spec, constraints=was.constraints))


def _other_files(snapshot: NotebookSnapshot, available: Availability) -> Steps[Fallback | None]:
    """Take for each missing package the best other file of the same version.

    A lock that is for other platforms alone has files for none of this one's: it is resolved again.
    """
    if available.no_platform:
        return (yield from _same_versions(snapshot, available))
    yield Progress("resolve", "Looking for other files of the same versions…")
    spec, files = available.spec, dict[str, File]()
    for name in available.missing:
        locked = select_for(snapshot, spec)[name]
        others = [f for f in available.offered.get(name, ()) if not may_be_taken(f, locked)]
        best = best_file((f for f in others if f.digest), spec.python)
        if best is None:
            return None
        files[name] = best
    if available.no_python or not files:
        return None
    widened = tuple(
        _widened(each, files[each.name]) if each.name in files else each
        for each in spec.lock.distributions
    )
    sources = tuple(name for name, file in files.items() if file.is_source)
    wheels = tuple(name for name in files if name not in sources)
    return Fallback(
        "build", replace(spec, lock=replace(spec.lock, distributions=widened)), (), sources, wheels
    )


def _same_versions(snapshot: NotebookSnapshot, available: Availability) -> Steps[Fallback | None]:
    yield Progress("resolve", "Resolving the same versions for this platform…")
    fallback = yield from _resolved("build", snapshot, available, ResolveOptions())
    moved = [each for each in fallback.changes if each.old and each.new] if fallback else ()
    return None if moved else fallback


def _widened(locked: LockedDistribution, file: File) -> LockedDistribution:
    """Return a lock's line that also allows another file, and to build it if it is an sdist."""
    hashes = tuple(sorted((*locked.hashes, str(file.digest))))
    is_built = locked.source or file.is_source
    # Where it has wheels is not known of the other platforms.
    prebuilt = None if file.is_source else locked.prebuilt
    return replace(locked, hashes=hashes, source=is_built, prebuilt=prebuilt)


def _other_python(snapshot: NotebookSnapshot, available: Availability) -> Steps[Fallback | None]:
    """Keep the versions on the nearest other Python, preferring one on which all can be kept."""
    best: Fallback | None = None
    if available.no_platform:  # a Python is not what it lacks
        return None
    for python in _pythons(available.spec.python)[:_TRIED]:
        yield Progress("resolve", f"Trying the same versions on Python {python}…")
        try:
            fallback = yield from _resolved("python", snapshot, available, ResolveOptions(), python)
        except InstallerError:
            continue
        better = best is None or (fallback and len(fallback.changes) < len(best.changes))
        if fallback and better and not _still_needs_missing(available, fallback.spec):
            best = fallback
        if best and not best.changes:
            break
    # Where the recorded Python is available, another one only helps if it keeps every version.
    return best if best is None or not best.changes or available.no_python else None


def _still_needs_missing(available: Availability, spec: Spec) -> bool:
    """Return whether a spec locks one of the files that are unavailable."""
    old = {each.name: set(each.hashes) for each in available.spec.lock.distributions}
    new = {each.name: set(each.hashes) for each in spec.lock.distributions}
    return any(old.get(name, set()) & new.get(name, set()) for name in available.missing)


def _pythons(recorded: str) -> list[str]:
    """Return the other Pythons on this machine, the nearest first, of two equally near the newer.

    They are minor versions, as ``"3.11"``.
    """
    minor = int(recorded.partition(".")[2])
    here = {int(each.python.partition(".")[2]) for each in interpreters.available()} - {minor}
    return [f"3.{n}" for n in sorted(here, key=lambda each: (abs(each - minor), -each))]


def _dated(snapshot: NotebookSnapshot, available: Availability) -> Steps[Fallback | None]:
    if not available.date:
        return None
    before = _after(available.date)
    day = available.date[:10]
    yield Progress("resolve", f"Looking for the versions that were available on {day}…")
    options = ResolveOptions(avoid=_avoided(available), before=before)
    fallback = yield from _resolved("dated", snapshot, available, options)
    return replace(fallback, date=available.date) if fallback else None


def _after(time: str) -> str:
    """Return the second after a time, as uv excludes the limit itself."""
    limit = datetime.fromisoformat(time.replace("Z", "+00:00")) + timedelta(seconds=1)
    return limit.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _newest(snapshot: NotebookSnapshot, available: Availability) -> Steps[Fallback | None]:
    yield Progress("resolve", "Looking for the newest versions…")
    options = ResolveOptions(everything=True, avoid=_avoided(available))
    return (yield from _resolved("newest", snapshot, available, options))


def _avoided(available: Availability) -> tuple[str, ...]:
    """Return the unavailable packages as ``name==version``."""
    versions = available.spec.lock.versions()
    return tuple(f"{name}=={versions[name]}" for name in available.missing if versions.get(name))


def _resolved(
    level: str,
    snapshot: NotebookSnapshot,
    available: Availability,
    options: ResolveOptions,
    python: str | None = None,
) -> Steps[Fallback | None]:
    """Resolve again; None if the result is not available here either."""
    was, folder = available.spec, snapshot.ref.folder
    if python is None:
        python = was.python if available.python else next(iter(_pythons(was.python)), None)
    if python is None:
        return None
    found = yield from obtain_python(python, fetch=False)
    spec = yield from resolve_anew(replace(was, python=python), found, folder, options)
    offered = offered_for(snapshot, spec)
    if find_missing(snapshot, spec, offered):
        return None
    changed = changes_between(_versions(snapshot, was), _versions(snapshot, spec))
    return Fallback(level, spec, tuple(changed), tuple(find_built(snapshot, spec, offered)))


def _versions(snapshot: NotebookSnapshot, spec: Spec) -> dict[str, str]:
    """Return name → version, or URL, of what is locked for this machine."""
    selected = select_for(snapshot, spec).items()
    return {name: each.version_or_url for name, each in selected}

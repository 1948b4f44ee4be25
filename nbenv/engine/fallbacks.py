"""What can be had where a notebook's exact environment cannot, from the least change to the most.

The ladder: the same versions from other files (build); the same versions on another Python
(python); what the requirements allowed when the lock was made (dated); the newest they allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from nbenv.core.lock import Change, Lock, LockedDistribution
from nbenv.core.spec import Spec
from nbenv.engine.availability import Availability, built, lacking, offered_of, selection
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.relock import resolved
from nbenv.engine.summaries import few
from nbenv.engine.transaction import obtain
from nbenv.environments import interpreters
from nbenv.errors import InstallerError, InterpreterError
from nbenv.installer.resolve import ResolveOptions
from nbenv.installer.wheel_choice import File, best_file
from nbenv.progress import Progress, Steps

__all__ = ["LEVELS", "Fallback", "find_fallbacks"]

LEVELS = ("build", "python", "dated", "newest")
_OLDEST = 10
"""The oldest minor version of Python that is offered instead of another."""
_TRIED = 3
"""How many Pythons are tried."""


@dataclass(frozen=True)
class Fallback:
    """One fallback: the spec that it would record, and what that changes."""

    level: str
    spec: Spec
    changes: tuple[Change, ...]
    built: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    date: str = ""

    def told(self, was: Spec) -> str:
        """Say in one line what it would change."""
        parts = []
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
        """Return it for programs."""
        return {
            "level": self.level,
            "python": self.spec.python,
            "changes": [asdict(each) for each in self.changes],
            "built": list(self.built),
            "other_files": list(self.others),
            "date": self.date or None,
            "told": self.told(was),
        }


# -- the rungs


def find_fallbacks(
    document: NotebookSnapshot, findings: Availability, only: str | None = None
) -> Steps[list[Fallback]]:
    """Return what remains possible, the least change first; `only` looks for one level."""
    makers = {"build": _other_files, "python": _other_python, "dated": _dated, "newest": _newest}
    found = []
    for level in [only] if only else LEVELS:
        try:
            rung = yield from makers[level](document, findings)
        except (InstallerError, InterpreterError):
            continue
        if rung is not None:
            found.append(rung)
    return found


def _other_files(document: NotebookSnapshot, findings: Availability) -> Steps[Fallback | None]:
    """Take for each lacking distribution the best other file of the same version."""
    yield Progress("resolve", "Looking for other files of the same versions …")
    spec, files = findings.spec, dict[str, File]()
    for name in findings.lacks:
        locked = next(each for each in spec.lock.distributions if each.name == name)
        others = [f for f in findings.offered.get(name, ()) if f.digest not in locked.hashes]
        best = best_file((f for f in others if f.digest), spec.python)
        if best is None:
            return None
        files[name] = best
    if findings.no_python or not files:
        return None
    widened = tuple(
        _widened(each, files[each.name]) if each.name in files else each
        for each in spec.lock.distributions
    )
    sources = tuple(name for name, file in files.items() if file.is_source)
    wheels = tuple(name for name in files if name not in sources)
    return Fallback("build", replace(spec, lock=Lock(widened)), (), sources, wheels)


def _widened(locked: LockedDistribution, file: File) -> LockedDistribution:
    """Return a line that takes a file too; consent to the fallback is consent to building it."""
    hashes = tuple(sorted((*locked.hashes, str(file.digest))))
    return replace(locked, hashes=hashes, source=locked.source or file.is_source)


def _other_python(document: NotebookSnapshot, findings: Availability) -> Steps[Fallback | None]:
    """Keep the versions on the nearest Python that is here; rather one that moves none."""
    best: Fallback | None = None
    for python in _pythons(findings.spec.python)[:_TRIED]:
        yield Progress("resolve", f"Trying the same versions on Python {python} …")
        try:
            rung = yield from _resolved(
                "python", document, findings, ResolveOptions(here=True), python
            )
        except InstallerError:
            continue
        better = best is None or (rung and len(rung.changes) < len(best.changes))
        if rung and better and not _still_lacks(findings, rung.spec):
            best = rung
        if best and not best.changes:
            break
    # With the recorded Python here, another one only helps when no version moves.
    return best if best is None or not best.changes or findings.no_python else None


def _still_lacks(findings: Availability, spec: Spec) -> bool:
    """Whether another spec needs one of the very files that are lacking."""
    old = {each.name: set(each.hashes) for each in findings.spec.lock.distributions}
    new = {each.name: set(each.hashes) for each in spec.lock.distributions}
    return any(old.get(name, set()) & new.get(name, set()) for name in findings.lacks)


def _pythons(recorded: str) -> list[str]:
    """Return the other Pythons that are here, the nearest first, of two the newer one."""
    minor = int(recorded.partition(".")[2])
    here = {int(each.python.partition(".")[2]) for each in interpreters.available()} - {minor}
    usable = [each for each in here if each >= _OLDEST]
    return [f"3.{n}" for n in sorted(usable, key=lambda each: (abs(each - minor), -each))]


def _dated(document: NotebookSnapshot, findings: Availability) -> Steps[Fallback | None]:
    if not findings.date:
        return None
    before = _after(findings.date)
    yield Progress("resolve", f"Looking for what could be had on {findings.date[:10]} …")
    upgrade = ResolveOptions(avoid=_avoided(findings), before=before, here=True)
    rung = yield from _resolved("dated", document, findings, upgrade)
    return replace(rung, date=findings.date) if rung else None


def _after(time: str) -> str:
    """Return the second after a time: the limit itself is excluded."""
    limit = datetime.fromisoformat(time.replace("Z", "+00:00")) + timedelta(seconds=1)
    return limit.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _newest(document: NotebookSnapshot, findings: Availability) -> Steps[Fallback | None]:
    yield Progress("resolve", "Looking for the newest versions …")
    upgrade = ResolveOptions(everything=True, avoid=_avoided(findings), here=True)
    return (yield from _resolved("newest", document, findings, upgrade))


def _avoided(findings: Availability) -> tuple[str, ...]:
    versions = findings.spec.lock.versions()
    return tuple(f"{name}=={versions[name]}" for name in findings.lacks if versions.get(name))


def _resolved(
    level: str,
    document: NotebookSnapshot,
    findings: Availability,
    upgrade: ResolveOptions,
    python: str | None = None,
) -> Steps[Fallback | None]:
    """Resolve anew; None where the result could not be had here either."""
    was, folder = findings.spec, document.target.folder
    if python is None:
        python = was.python if findings.python else next(iter(_pythons(was.python)), None)
    if python is None:
        return None
    found = yield from obtain(python, False, folder)
    spec = yield from resolved(replace(was, python=python), found, folder, upgrade)
    offered = offered_of(document, spec)
    if lacking(document, spec, offered):
        return None
    changes = tuple(_changes(selection(document, was), selection(document, spec)))
    return Fallback(level, spec, changes, tuple(built(document, spec, offered)))


def _changes(
    was: Mapping[str, LockedDistribution], now: Mapping[str, LockedDistribution]
) -> Iterator[Change]:
    for name in sorted({*was, *now}):
        old, new = was.get(name), now.get(name)
        before = (old.version or old.url) if old else None
        after = (new.version or new.url) if new else None
        if before != after:
            yield Change(name, before, after)

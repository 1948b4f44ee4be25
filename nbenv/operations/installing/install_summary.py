"""The sentences that ``install`` reports with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from nbenv.core import requirements
from nbenv.core.lock import LockedDistribution
from nbenv.core.recorded_options import ALL
from nbenv.core.spec import Spec
from nbenv.core.typed.asked_lines import FilesRead
from nbenv.core.urls import shown_path
from nbenv.engine.environment_sync import SyncResult
from nbenv.engine.indexes.asked_indexes import login_notes
from nbenv.engine.summaries import and_more, besides_kernel, counted, few, unkept_note
from nbenv.engine.transaction import ChangeResult
from nbenv.environments.environment import Environment
from nbenv.environments.markers import select_locked
from nbenv.installer.machine.uv_environment import own_indexes
from nbenv.operations.installing.asked_requirements import confusions, of_python
from nbenv.operations.installing.install_request import InstallRequest

__all__ = ["InstallNote", "summary_of"]


@dataclass(frozen=True)
class InstallNote:
    """Notes on an install for its summary.

    Parameters
    ----------
    requirements
        What is asked for, as it is recorded.
    standard
        Modules of Python's that were asked for as well.
    moving
        Names of the packages that may leave their locked versions.
    """

    requirements: tuple[str, ...]
    standard: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()


def summary_of(done: ChangeResult[InstallNote], request: InstallRequest, read: FilesRead) -> str:
    """Return what an install did, a line for each thing.

    Parameters
    ----------
    done
        The change.
    request
        The arguments, with those of its requirements files.
    read
        What the requirements files say.
    """
    asked = list(dict.fromkeys(map(requirements.name_of, done.note.requirements)))
    summary = _installed_summary(done, asked, request.dry_run)
    if done.note.standard:
        summary += f" {of_python(done.note.standard, done.spec.python)}"
    ignored = [f"Ignored, as it means nothing here: {each}." for each in read.ignored]
    if ALL in request.no_binary:
        ignored.append(f"--no-binary {ALL} counts for what this command names; name others, too.")
    ignored += _held_back(done, asked, request)
    ignored += [*_no_longer(done), *login_notes(request)]
    notes = [
        *_absent_extras(done.note.requirements, done.synced.environment),
        *confusions(done.spec, request.requirements),
        *_origins(done.spec, done.synced, asked),
    ]
    return "\n".join(filter(None, [summary, *notes, *ignored, unkept_note(done.before)]))


def _held_back(
    done: ChangeResult[InstallNote], asked: Sequence[str], request: InstallRequest
) -> Iterator[str]:
    if not done.before.spec.constraints:
        return
    from nbenv.installer.failures.held_back import held_back  # seldom needed

    yield from held_back(done.before.spec, done.spec, _resolved_names(done, asked, request))


def _absent_extras(texts: Iterable[str], environment: Environment) -> Iterator[str]:
    """Yield a line for each extra that a package does not have, with the one that may be meant."""
    asked = [each for each in map(requirements.parse, texts) if each.extras]
    if not asked:
        return
    from nbenv.core.typed.suggestions import nearest

    found = environment.distributions()
    for requirement in asked:
        if requirement.name not in found:
            continue
        there = found[requirement.name].metadata.get_all("Provides-Extra") or []
        extras = sorted(map(canonicalize_name, there))
        for extra in sorted({*map(canonicalize_name, requirement.extras)} - {*extras}):
            if meant := nearest(extra, extras):
                yield f"Did you mean {requirement.name}[{meant[0]}]?"
            elif extras:
                yield f"{requirement.name} has these extras: {few(extras)}."
            else:
                yield f"{requirement.name} has no extras."


def _no_longer(done: ChangeResult[InstallNote]) -> list[str]:
    """Return lines about limits that the command replaced by what it asks for."""
    before, now = done.before.spec, done.spec
    gone = [text for text in before.constraints if text not in now.constraints]
    asked = [requirements.parse(text) for text in now.requirements]
    free = {each.name for each in asked if not (each.specifier or each.url)}
    lifted = [
        text
        for text in before.requirements
        if (each := requirements.parse(text)).specifier
        and each.name in free
        and text not in now.requirements
    ]
    lines = [f"No longer a constraint of this notebook: {', '.join(gone)}."] if gone else []
    return [*lines, *([f"No longer limited to {', '.join(lifted)}."] if lifted else [])]


def _origins(spec: Spec, synced: SyncResult, asked: list[str]) -> Iterator[str]:
    """Yield which index each package came from, where there is more than one."""
    changed = {change.name for change in synced.changes if change.new}
    found: dict[str, list[str]] = {}
    for locked in sorted(spec.lock.distributions, key=lambda each: each.name not in asked):
        if locked.name in changed and locked.index:
            found.setdefault(locked.index, []).append(f"{locked.name} {locked.version}")
    if found and len(set(own_indexes(spec.indexes))) > 1:
        yield from (f"From {index}: {few(names)}" for index, names in found.items())


def _installed_summary(done: ChangeResult[InstallNote], asked: list[str], dry_run: bool) -> str:
    here = select_locked(done.spec, done.synced.environment.read_version())
    others = [text for text in done.note.requirements if requirements.name_of(text) not in here]
    what = ", ".join(f"{name} {_version_or_url(here[name])}" for name in asked if name in here)
    recorded = _recorded_summary(others, dry_run)
    changes = done.synced.changes
    if not changes and done.synced.again:
        more = and_more(len(set(done.synced.again) - set(asked))) if what else ""
        return f"Reinstalled {what or few(done.synced.again)}{more}."
    if not changes:
        installed = f"Already installed: {what or 'everything'}."
        return recorded if recorded and not what else " ".join(filter(None, (installed, recorded)))
    verb = "Would install" if dry_run else "Installed"
    beyond = len({each.name for each in besides_kernel(changes)} - set(asked))
    installed = f"{verb} {what or 'the requirements'}{and_more(beyond)}."
    if recorded and not what:
        installed = "" if not beyond else f"{verb} {counted(beyond)}."
    return " ".join(filter(None, (recorded, installed) if not what else (installed, recorded)))


def _recorded_summary(texts: list[str], dry_run: bool) -> str:
    """Return a sentence about requirements whose markers do not hold on this machine."""
    verb = "Would record" if dry_run else "Recorded"
    names = ", ".join(texts)
    return f"{verb}, but not for this Python and machine: {names}." if texts else ""


def _version_or_url(locked: LockedDistribution) -> str:
    if locked.version:
        return locked.version
    place = shown_path(locked.url or "")
    return f"(from {place})" if place.endswith("/") else f"from {place}"


def _resolved_names(
    done: ChangeResult[InstallNote], asked: Sequence[str], request: InstallRequest
) -> list[str]:
    """Return the names that the command wanted in a new version, but not within limits of its own.

    What is there already satisfies a bare name, and is not held back by anything.
    """
    moving = {*done.note.moving, *(each.name for each in done.synced.changes)}
    limited = {requirements.name_of(text) for text in request.constraints}
    return [name for name in dict.fromkeys([*asked, *sorted(moving)]) if name in moving - limited]

"""Install packages into a notebook's environment, and record them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbenv.core import requirements
from nbenv.core.spec import Index, Spec
from nbenv.core.urls import direct_problem, index_problem, origin_of
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult
from nbenv.engine.summaries import and_more, few, outcome_of
from nbenv.engine.transaction import ChangeOptions, ChangeResult, Edited, change
from nbenv.errors import RequirementError, UsageError
from nbenv.home.index_names import remember, variable_stem
from nbenv.installer.requirement_names import NamedRequirements, find_names
from nbenv.installer.resolve import ResolveOptions
from nbenv.installer.uv import own_indexes
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["InstallRequest", "install", "parse_index"]


@dataclass(frozen=True)
class InstallRequest:
    """The arguments of ``install``.

    Parameters
    ----------
    requirements
        Requirements (PEP 508), URLs, or paths of projects and wheels.
    files
        Requirements files, as pip reads them.
    editable
        Paths of projects to install in place.
    indexes
        Further indexes, as ``NAME=URL``.
    upgrade
        Whether the named packages may leave their locked versions.
    pre
        Whether they may become pre-releases.
    dry_run
        Whether to change nothing.
    any_index
        Whether locked packages may come from another index than before.
    """

    requirements: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    upgrade: bool = False
    pre: bool = False
    dry_run: bool = False
    any_index: bool = False


def install(ref: NotebookRef, request: InstallRequest, agreed: str | None = None) -> Steps[Outcome]:
    """Resolve, lock, install and record requirements.

    `agreed` is the digest of the record that the user was shown and agreed to.

    Raises
    ------
    UsageError
        Nothing was named, or an index cannot be recorded.
    RequirementError
        A requirement cannot be understood or recorded.
    NbenvError
        As of `nbenv.engine.transaction.change`.
    """
    if not (request.requirements or request.files or request.editable):
        raise UsageError("Name what to install.", todo="For example: nbenv install pandas")
    indexes = _typed_indexes(request.indexes)

    def edit(snapshot: NotebookSnapshot) -> Steps[Edited[NamedRequirements]]:
        named = yield from _name_requirements(request, ref.folder)
        asked = map(requirements.parse, named.requirements)
        # A bare name is satisfied by what is there, as with pip.
        names = tuple(each.name for each in asked if each.url or request.upgrade)
        return Edited(_add_requirements(snapshot.spec, named, indexes), named, names)

    options = ChangeOptions(_resolve_options(request), request.dry_run, agreed=agreed)
    done = yield from change(ref, edit, options)
    asked = [requirements.name_of(text) for text in done.note.requirements]
    summary = _installed_summary(done, asked, request.dry_run)
    lines = [summary, *_origins(done.spec, done.synced, asked)]
    return outcome_of(done.spec, done.synced, "\n".join(lines), shown=request.dry_run)


def _resolve_options(request: InstallRequest) -> ResolveOptions | None:
    """Return the locked versions that may change; None if none may without need."""
    moving = request.upgrade or request.pre
    if not moving and not request.any_index:
        return None
    named = [requirements.name_of(t) for t in request.requirements if requirements.is_named(t)]
    names = tuple(named) if moving else ()
    pre = names if request.pre else ()
    return ResolveOptions(names=names, pre=pre, any_index=request.any_index)


def _origins(spec: Spec, synced: SyncResult, asked: list[str]) -> Iterator[str]:
    """Yield which index each package came from, where there is more than one."""
    changed = {change.name for change in synced.changes if change.new}
    found: dict[str, list[str]] = {}
    for locked in sorted(spec.lock.distributions, key=lambda each: each.name not in asked):
        if locked.name in changed and locked.index:
            found.setdefault(locked.index, []).append(f"{locked.name} {locked.version}")
    if found and len(set(own_indexes(spec.indexes))) > 1:
        yield from (f"From {index}: {few(names)}" for index, names in found.items())


def _name_requirements(request: InstallRequest, folder: Path) -> Steps[NamedRequirements]:
    """Return everything that is asked for as requirements with a name, as a record needs it."""
    plain = [text for text in request.requirements if requirements.is_named(text)]
    found = [_recordable(text, folder) for text in plain]
    other = [text for text in request.requirements if not requirements.is_named(text)]
    editable: tuple[str, ...] = ()
    if other or request.files or request.editable:
        files = [Path(os.path.expanduser(path)) for path in request.files]
        yield Progress("resolve", "Looking up the names of the packages…")
        named = yield from find_names(other, folder, files=files, editable=request.editable)
        found.extend(_recordable(text, folder) for text in named.requirements)
        editable = named.editable
    return NamedRequirements(tuple(found), editable)


def _recordable(text: str, folder: Path) -> str:
    """Return a requirement without credentials, and with a path that works on other machines."""
    requirement = requirements.parse(text)
    if requirement.url:
        requirement.url = requirements.without_credentials(requirement.url)
        if requirements.is_local(requirement.url):
            place = requirements.absolute(requirement.url, folder)
            requirement.url = requirements.portable(place, folder)
        if problem := direct_problem(requirement.url):
            raise RequirementError(
                f"{requirement.name} cannot be installed from that address: it {problem}.",
                todo="Use another address; passwords belong in ~/.netrc or git's credential store.",
            )
    return requirements.text_of(requirement)


def _add_requirements(spec: Spec, named: NamedRequirements, indexes: Sequence[Index]) -> Spec:
    asked = [
        text for text in named.requirements if requirements.name_of(text) != requirements.KERNEL
    ]
    merged = requirements.merge(spec.requirements, asked)
    names = {requirements.name_of(text) for text in asked}
    replaced = {index.name for index in indexes}
    kept = [index for index in spec.indexes if index.name not in replaced]
    return replace(
        spec,
        requirements=tuple(merged),
        editable=tuple(sorted((set(spec.editable) - names) | set(named.editable))),
        indexes=(*kept, *indexes),
    )


def _typed_indexes(texts: Sequence[str]) -> list[Index]:
    """Return the indexes that the user typed; from now on, their names count for their hosts."""
    indexes = list(dict.fromkeys(parse_index(text) for text in texts))
    names = [index.name for index in indexes]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UsageError(
            f"Two indexes are called {twice[0]}.", todo="Give each of them a name of its own."
        )
    for index in indexes:
        remember(index.name, origin_of(index.url))
    return indexes


def parse_index(text: str) -> Index:
    """Parse ``NAME=URL``; the URL loses its credentials.

    Raises
    ------
    UsageError
        The text has another form, or the URL cannot be recorded.
    """
    name, equals, url = text.partition("=")
    if not equals or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise UsageError(
            f"{requirements.without_credentials(text)!r} does not name an index.",
            todo="Write --index NAME=URL, for example --index pytorch-cpu=https://…",
        )
    recorded = requirements.without_credentials(url)
    if problem := index_problem(recorded):
        raise UsageError(
            f"The URL of the index {name} cannot be recorded: it {problem}.",
            "Whoever gets the notebook must be able to reach the index over http or https.",
            "A password belongs in ~/.netrc, the keyring, or "
            f"UV_INDEX_{variable_stem(name)}_USERNAME and _PASSWORD.",
        )
    return Index(name, recorded)


def _installed_summary(
    done: ChangeResult[NamedRequirements], asked: list[str], dry_run: bool
) -> str:
    versions, changes = done.spec.lock.versions(), done.synced.changes
    what = ", ".join(f"{name} {_version_or_url(versions.get(name, ''))}".strip() for name in asked)
    if not changes:
        return f"Already installed: {what or 'everything'}."
    verb = "Would install" if dry_run else "Installed"
    beyond = len({each.name for each in changes} - set(asked))
    return f"{verb} {what or 'the requirements'}{and_more(beyond)}."


def _version_or_url(version: str) -> str:
    return f"from {version}" if "/" in version else version

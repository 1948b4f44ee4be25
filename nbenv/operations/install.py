"""The verb ``install``: from what a person wishes for to a recorded change."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbenv.core import requirements
from nbenv.core.spec import Index, Spec
from nbenv.core.urls import direct_problem, index_problem
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult
from nbenv.engine.summaries import counted, few, outcome_of
from nbenv.engine.transaction import ChangeOptions, change
from nbenv.errors import RequirementError, UsageError
from nbenv.installer.requirement_names import NamedRequirements, find_names
from nbenv.installer.resolve import ResolveOptions
from nbenv.installer.uv import own_indexes
from nbenv.progress import Outcome, Progress, Steps

__all__ = ["InstallRequest", "install", "parse_index"]


@dataclass(frozen=True)
class InstallRequest:
    """What ``install`` is asked for."""

    requirements: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    upgrade: bool = False
    pre: bool = False
    dry_run: bool = False
    any_index: bool = False


def install(target: NotebookRef, wish: InstallRequest) -> Steps[Outcome]:
    """Resolve, lock, install and record what is wished for."""
    if not (wish.requirements or wish.files or wish.editable):
        raise UsageError("Nothing to install was named.", todo="For example: nbenv install pandas")
    indexes = [parse_index(text) for text in wish.indexes]
    asked: list[str] = []

    def edit(document: NotebookSnapshot) -> Steps[Spec]:
        named = yield from _named(wish, target.folder)
        asked.extend(requirements.name_of(text) for text in named.requirements)
        return _with_wish(document.spec, named, indexes)

    moving = wish.upgrade or wish.pre or wish.any_index
    how = ChangeOptions(_upgrade(wish) if moving else None, wish.dry_run)
    spec, synced = yield from change(target, edit, how)
    summary = _installed_summary(spec, synced, asked, wish.dry_run)
    told = "\n".join([summary, *_origins(spec, synced, asked)])
    return outcome_of(spec, synced, told, shown=wish.dry_run)


def _upgrade(wish: InstallRequest) -> ResolveOptions:
    moving = wish.upgrade or wish.pre
    named = [requirements.name_of(t) for t in wish.requirements if requirements.is_named(t)]
    names = tuple(named) if moving else ()
    return ResolveOptions(names=names, pre=names if wish.pre else (), any_index=wish.any_index)


def _origins(spec: Spec, synced: SyncResult, asked: list[str]) -> Iterator[str]:
    """Yield where distributions came from, where there is more than one index to come from."""
    changed = {change.name for change in synced.changes if change.new}
    found: dict[str, list[str]] = {}
    for locked in sorted(spec.lock.distributions, key=lambda each: each.name not in asked):
        if locked.name in changed and locked.index:
            found.setdefault(locked.index, []).append(f"{locked.name} {locked.version}")
    if found and len(set(own_indexes(spec.indexes))) > 1:
        yield from (f"From {index}: {few(names)}" for index, names in found.items())


def _named(wish: InstallRequest, folder: Path) -> Steps[NamedRequirements]:
    plain = [text for text in wish.requirements if requirements.is_named(text)]
    found = [_checked(text, folder) for text in plain]
    other = [text for text in wish.requirements if not requirements.is_named(text)]
    editable: tuple[str, ...] = ()
    if other or wish.files or wish.editable:
        files = [Path(os.path.expanduser(path)) for path in wish.files]
        yield Progress("resolve", "Looking into what was named …")
        steps = find_names(other, folder, files=files, editable=wish.editable)
        named = yield from steps
        found.extend(_checked(text, folder) for text in named.requirements)
        editable = named.editable
    return NamedRequirements(tuple(found), editable)


def _checked(text: str, folder: Path) -> str:
    requirement = requirements.parse(text)
    if requirement.url:
        requirement.url = requirements.without_credentials(requirement.url)
        if requirements.is_local(requirement.url):
            place = requirements.absolute(requirement.url, folder)
            requirement.url = requirements.portable(place, folder)
        if problem := direct_problem(requirement.url):
            raise RequirementError(
                f"{requirement.name} cannot be installed from there: its address {problem}.",
                todo="Passwords belong into ~/.netrc or git's own credential store.",
            )
    return str(requirement)


def _with_wish(spec: Spec, named: NamedRequirements, indexes: Sequence[Index]) -> Spec:
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


def parse_index(text: str) -> Index:
    """Read ``NAME=URL``; the URL is recorded without credentials."""
    name, equals, url = text.partition("=")
    if not equals or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise UsageError(
            f"{requirements.without_credentials(text)!r} does not name an index.",
            todo="Write --index NAME=URL, for example --index pytorch-cpu=https://…",
        )
    recorded = requirements.without_credentials(url)
    if problem := index_problem(recorded):
        raise UsageError(
            f"The address of the index {name} cannot be recorded: it {problem}.",
            "A notebook is for others: it names an http or https address that they can reach too.",
            "A password belongs into ~/.netrc, the keyring, or "
            f"UV_INDEX_{_variable(name)}_USERNAME and _PASSWORD.",
        )
    return Index(name, recorded)


def _variable(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()


def _installed_summary(spec: Spec, synced: SyncResult, asked: list[str], dry_run: bool) -> str:
    versions = spec.lock.versions()
    what = ", ".join(f"{name} {_short(versions.get(name, ''))}".strip() for name in asked)
    if not synced.changes:
        return f"Already installed: {what or 'everything'}."
    verb = "Would install" if dry_run else "Installed"
    beyond = len({each.name for each in synced.changes} - set(asked))
    return f"{verb} {what or 'what was asked for'}" + (
        f" (and {counted(beyond)} more)." if beyond else "."
    )


def _short(version: str) -> str:
    return f"from {version}" if "/" in version else version

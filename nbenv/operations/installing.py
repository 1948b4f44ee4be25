"""The verb ``install``: from what a person wishes for to a recorded change."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from nbenv import installer, requirements
from nbenv.errors import UsageError
from nbenv.installer import Named, Upgrade
from nbenv.operations.changing import Manner, change
from nbenv.operations.document import Document, Target
from nbenv.operations.progress import Outcome, Progress, Steps, told
from nbenv.operations.syncing import Synced
from nbenv.operations.telling import counted, outcome_of
from nbenv.spec import Index, Spec

__all__ = ["Wish", "install", "parse_index"]


@dataclass(frozen=True)
class Wish:
    """What ``install`` is asked for."""

    requirements: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    upgrade: bool = False
    pre: bool = False
    dry_run: bool = False


def install(target: Target, wish: Wish) -> Steps[Outcome]:
    """Resolve, lock, install and record what is wished for."""
    if not (wish.requirements or wish.files or wish.editable):
        raise UsageError("Nothing to install was named.", todo="For example: nbenv install pandas")
    indexes = [parse_index(text) for text in wish.indexes]
    asked: list[str] = []

    def edit(document: Document) -> Steps[Spec]:
        named = yield from _named(wish, target.folder)
        asked.extend(requirements.name_of(text) for text in named.requirements)
        return _with_wish(document.spec, named, indexes)

    moving = wish.upgrade or wish.pre
    names = tuple(requirements.name_of(t) for t in wish.requirements if requirements.is_named(t))
    upgrade = Upgrade(names=names, pre=names if wish.pre else ()) if moving else None
    spec, synced = yield from change(target, edit, Manner(upgrade, wish.dry_run))
    summary = _installed_summary(spec, synced, asked, wish.dry_run)
    return outcome_of(spec, synced, summary, shown=wish.dry_run)


def _named(wish: Wish, folder: Path) -> Steps[Named]:
    plain = [text for text in wish.requirements if requirements.is_named(text)]
    found = [_checked(text, folder) for text in plain]
    other = [text for text in wish.requirements if not requirements.is_named(text)]
    editable: tuple[str, ...] = ()
    if other or wish.files or wish.editable:
        files = [Path(os.path.expanduser(path)) for path in wish.files]
        yield Progress("resolve", "Looking into what was named …")
        steps = installer.name(other, files, wish.editable, folder)
        named = yield from told("resolve", steps)
        found.extend(_checked(text, folder) for text in named.requirements)
        editable = named.editable
    return Named(tuple(found), editable)


def _checked(text: str, folder: Path) -> str:
    requirement = requirements.parse(text)
    if requirement.url:
        requirement.url = requirements.without_credentials(requirement.url)
        if requirements.is_local(requirement.url):
            place = requirements.absolute(requirement.url, folder)
            requirement.url = requirements.portable(place, folder)
    return str(requirement)


def _with_wish(spec: Spec, named: Named, indexes: Sequence[Index]) -> Spec:
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
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise UsageError(
            f"The index {name} needs an http or https address.",
            "The notebook is for others, who cannot reach other addresses.",
        )
    return Index(name, requirements.without_credentials(url))


def _installed_summary(spec: Spec, synced: Synced, asked: list[str], dry_run: bool) -> str:
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

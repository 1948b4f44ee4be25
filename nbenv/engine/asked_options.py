"""Add to a record what a command asked for beside its requirements: indexes, limits, formats."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from packaging.utils import InvalidName, canonicalize_name

from nbenv.core import requirements
from nbenv.core.recorded_options import (
    ALL,
    STRATEGIES,
    constraint_problem,
    find_links_problem,
    is_moment,
)
from nbenv.core.spec import Spec
from nbenv.engine.accelerators.torch_choice import parse_choice, with_choice
from nbenv.engine.indexes.asked_indexes import AskedIndexes, with_asked_indexes
from nbenv.errors import RequirementError, UsageError

__all__ = ["AskedOptions", "with_asked", "without_names"]

_EMPTIED = ":none:"
"""pip's word that empties a list of formats."""
_NOTHING = "none"
"""The word that takes back what is recorded as one text."""


@dataclass(frozen=True, kw_only=True)
class AskedOptions(AskedIndexes):
    """The options of a command that a record keeps, as they were typed.

    Parameters
    ----------
    constraints
        Specifiers that limit versions, and install nothing.
    no_deps
        Whether the dependencies of what is named are left out.
    find_links
        URLs of pages, and folders relative to the current one, that have files to install.
    no_binary
        Names to build from source, ``":all:"`` for those that the command names, or ``":none:"``
        for none any more.
    only_binary
        Names never to build, ``":all:"`` or ``":none:"``.
    exclude_newer
        A day or a time (RFC 3339) after which no file is taken, or ``"none"``.
    index_strategy
        uv's name of the way to choose between indexes, or ``"none"``.
    torch_backend
        uv's name of a build of PyTorch, ``"auto"`` for the one that fits this machine, or
        ``"none"`` for what the indexes have.
    """

    constraints: tuple[str, ...] = ()
    no_deps: bool = False
    find_links: tuple[str, ...] = ()
    no_binary: tuple[str, ...] = ()
    only_binary: tuple[str, ...] = ()
    exclude_newer: str = ""
    index_strategy: str = ""
    torch_backend: str = ""


def with_asked(
    spec: Spec,
    asked: AskedOptions,
    folder: Path,
    named: Collection[str],
    served: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Spec:
    """Return a record with the options of a command added to it.

    Parameters
    ----------
    spec
        The record.
    asked
        The options, which are checked.
    folder
        The notebook's folder, which recorded paths are relative to.
    named
        The requirements that the command names. Asked for with their dependencies, they lose
        the mark of an earlier command without them; asked for in a version, a recorded constraint.
    served
        The names of these that come from an index of the command, by its URL.

    Raises
    ------
    UsageError
        An option has a value that cannot be understood or recorded.
    RequirementError
        A constraint cannot be.
    """
    names = {requirements.name_of(text) for text in named}
    links = [_location(text, folder) for text in asked.find_links if text]  # "" is no folder
    no_deps = set(spec.no_deps) - names
    # All that is installed would be the kernel too, and what other commands installed.
    to_build = [",".join(sorted(names)) if text == ALL else text for text in asked.no_binary]
    return replace(
        with_choice(spec, parse_choice(asked.torch_backend)),
        indexes=with_asked_indexes(spec.indexes, asked, served),
        constraints=_constraints(spec, asked, named),
        no_deps=tuple(sorted(no_deps | names if asked.no_deps else no_deps)),
        find_links=tuple(dict.fromkeys([*spec.find_links, *links])),
        no_binary=_formats("--no-binary", spec.no_binary, to_build, asked.only_binary),
        only_binary=_formats("--only-binary", spec.only_binary, asked.only_binary, asked.no_binary),
        exclude_newer=_moment(asked.exclude_newer, spec.exclude_newer),
        index_strategy=_strategy(asked.index_strategy, spec.index_strategy),
    )


def without_names(spec: Spec, names: Collection[str]) -> Spec:
    """Return a record without the options that are about packages of these names alone."""
    gone = set(names)

    def kept(known: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in known if name not in gone)

    return replace(
        spec,
        editable=kept(spec.editable),
        no_deps=kept(spec.no_deps),
        no_binary=kept(spec.no_binary),
        only_binary=kept(spec.only_binary),
    )


# -- limits and formats


def _constraints(spec: Spec, asked: AskedOptions, named: Collection[str]) -> tuple[str, ...]:
    """Return the constraints: what the command says of a name replaces what was recorded."""
    added = [_constraint(text) for text in asked.constraints]
    parsed = [requirements.parse(text) for text in named]
    said = {requirements.name_of(text) for text in added}
    said |= {each.name for each in parsed if each.specifier or each.url}
    kept = (text for text in spec.constraints if requirements.name_of(text) not in said)
    return tuple(sorted({*kept, *added}))


def _constraint(text: str) -> str:
    if problem := constraint_problem(text):
        shown = requirements.without_credentials(text)
        raise RequirementError(f"The constraint {shown} cannot be used: it {problem}.")
    return requirements.normalise(text)


def _location(text: str, folder: Path) -> str:
    """Return the URL to record for a page or a folder of files."""
    url = requirements.without_credentials(text)
    if "://" not in text or text.startswith("file:"):
        typed = Path(os.path.expanduser(text)) if "://" not in text else Path()
        place = requirements.absolute(text, Path.cwd()) if "://" in text else Path.cwd() / typed
        if place.is_file():
            beside = shlex.quote(os.path.realpath(place.parent))
            raise UsageError(
                f"{place} is a file; of a page on this machine, the installer reads no links.",
                todo=f"Name the folder of the files that it links (-f {beside}), or give the "
                "page by an address over http or https.",
            )
        if not place.is_dir():
            raise UsageError(
                f"There is no folder {place} to find files in.",
                todo="Check the path behind --find-links.",
            )
        url = requirements.portable(Path(os.path.realpath(place)), Path(os.path.realpath(folder)))
    if problem := find_links_problem(url):
        raise UsageError(
            f"{url} cannot be recorded as a place to find files in: it {problem}.",
            todo="Name a folder, or a page over http or https; a password belongs in ~/.netrc.",
        )
    return url


def _formats(
    option: str, known: Sequence[str], asked: Sequence[str], others: Sequence[str]
) -> tuple[str, ...]:
    """Return a list of formats with what was asked for; the opposite option takes names away."""
    taken = {name for text in others for name in _names(option, text)}
    found = [name for name in known if name not in taken and ALL not in taken]
    for text in asked:
        for name in _names(option, text):
            found = [] if name == _EMPTIED else [*found, name]
    return (ALL,) if ALL in found else tuple(sorted(set(found)))


def _names(option: str, text: str) -> list[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        return [
            word if word in (ALL, _EMPTIED) else canonicalize_name(word, validate=True)
            for word in words
        ]
    except InvalidName:
        raise UsageError(
            f"{option} {text} does not name packages.",
            todo=f"Write names with commas between them, {ALL} or {_EMPTIED}.",
        ) from None


def _moment(text: str, known: str) -> str:
    if text == _NOTHING:
        return ""
    if text and not is_moment(text):
        raise UsageError(
            f"{text!r} is not a day.",
            "What is recorded has to mean the same tomorrow, and on another machine.",
            "Write a day such as 2024-01-31, or a time such as 2024-01-31T12:00:00Z; "
            "--exclude-newer none takes the limit away.",
        )
    return text or known


def _strategy(text: str, known: str) -> str:
    if text == _NOTHING:
        return ""
    if text and text not in STRATEGIES:
        raise UsageError(
            f"There is no index strategy {text!r}.", todo=f"Choose from {', '.join(STRATEGIES)}."
        )
    return text or known

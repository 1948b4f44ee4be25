"""Collect what an install asks for: on its command line, and in requirements files."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from nbenv.core import requirements
from nbenv.core.recorded_options import constraint_problem, index_serving
from nbenv.core.spec import Spec
from nbenv.core.typed.no_package import problem_of_name
from nbenv.core.typed.requirements_file import AskedLine, FilesRead
from nbenv.core.typed.suggestions import confused_with, meant_by
from nbenv.core.urls import direct_problem, index_name, unused_name
from nbenv.engine.allowed_hashes import AllowedHashes
from nbenv.engine.asked_options import AskedOptions
from nbenv.engine.indexes.asked_indexes import typed_indexes
from nbenv.engine.summaries import few
from nbenv.errors import RequirementError, ResolutionError
from nbenv.installer.index_lookup import first_index_of
from nbenv.installer.index_settings import usable_links
from nbenv.installer.requirement_names import NamedRequirements, find_names
from nbenv.progress import Progress, Steps

__all__ = [
    "AskedRequirements",
    "as_typed",
    "confusions",
    "name_requirements",
    "of_python",
    "served_names",
    "with_options_of",
]

T = TypeVar("T", bound=AskedOptions)

_EGG = re.compile(r"(?:^|&)egg=([A-Za-z0-9][\w.-]*(?:\[[\w.,-]*\])?)(?=&|$)")


@dataclass(frozen=True)
class AskedRequirements(NamedRequirements):
    """Requirements with their names, and the only hashes that a file allows for some of them."""

    hashes: dict[str, AllowedHashes] = field(default_factory=dict)


# -- the options of files


def with_options_of(asked: T, read: FilesRead) -> T:
    """Return the options of a command with those of its requirements files added.

    Raises
    ------
    RequirementError
        A file has an option that cannot be recorded.
    """
    _check_constraints(read.constraints)
    return replace(
        asked,
        indexes=(*asked.indexes, *_named_indexes(asked.indexes, read.extra_index_urls)),
        index_url=read.index_url or asked.index_url,
        constraints=(*asked.constraints, *(each.text for each in read.constraints)),
        find_links=(*asked.find_links, *read.find_links),
        no_binary=(*asked.no_binary, *read.no_binary),
        only_binary=(*asked.only_binary, *read.only_binary),
    )


def _check_constraints(lines: Iterable[AskedLine]) -> None:
    for each in lines:
        if problem := constraint_problem(each.text):
            shown = requirements.without_credentials(each.text)
            raise RequirementError(f"{each.place} cannot be followed: {shown}", f"It {problem}.")
        if each.hashes:
            raise RequirementError(
                f"{each.place} cannot be followed: a constraint with --hash limits what nobody "
                "asked for.",
                todo="Move the line to the requirements file.",
            )


def _named_indexes(known: Sequence[str], urls: Iterable[str]) -> list[str]:
    """Return URLs as ``NAME=URL``, each with a name of its own."""
    taken = {text.partition("=")[0] for text in known}
    named = []
    for url in dict.fromkeys(urls):
        name = unused_name(index_name(url), taken)
        taken.add(name)
        named.append(f"{name}={url}")
    return named


# -- names


def name_requirements(
    asked: Sequence[str],
    editable: Sequence[str],
    lines: Sequence[AskedLine],
    folder: Path,
    recorded: Spec,
) -> Steps[AskedRequirements]:
    """Return everything that is asked for as requirements with a name, as a record needs it.

    Parameters
    ----------
    asked
        The requirements of the command line.
    editable
        Paths of projects to install in place.
    lines
        The requirements of files.
    folder
        The notebook's folder, which the paths of the result are relative to.
    recorded
        The record, with what the command says of indexes: what a name is built with comes from the
        same places as what is installed, or a public index could stand in for a private one.

    Raises
    ------
    RequirementError
        One cannot be understood or recorded, or two exclude each other.
    """
    found: list[tuple[str, str]] = []
    in_place: list[str] = []
    allowed: dict[str, AllowedHashes] = {}
    links = usable_links(recorded.find_links, folder)
    find = partial(find_names, indexes=recorded.indexes, find_links=links)
    everything = [*(AskedLine(text) for text in asked), *lines]
    for each in everything:
        _check_package(each)
    if editable or not all(requirements.is_named(_named_by_egg(each.text)) for each in everything):
        yield Progress("resolve", "Looking up the names of the packages…")
    for each in everything:
        text = _named_by_egg(each.text)
        named = NamedRequirements((text,))
        if not requirements.is_named(text):
            named = yield from find([text], folder)
        found += [(_recordable(text, folder), each.place) for text in named.requirements]
        in_place += named.editable
        if each.hashes:
            _allow(allowed, each, map(requirements.name_of, named.requirements))
    for path in editable:
        named = yield from find([], folder, editable=[path])
        found += [(_recordable(text, folder), "") for text in named.requirements]
        in_place += named.editable
    return AskedRequirements(tuple(requirements.combine(found)), tuple(in_place), allowed)


def served_names(
    asked: AskedOptions,
    found: Sequence[str],
    spec: Spec,
    *,
    is_upgrade: bool = False,
    any_index: bool = False,
) -> Steps[dict[str, list[str]]]:
    """Return the names that a command asks for from each of its indexes, by the index's URL.

    All that is named has to come from the one that replaces the default one, as for pip; of further
    ones it comes from the first that has it.

    Parameters
    ----------
    asked
        The options of the command.
    found
        The requirements that it names.
    spec
        The record before the command.
    is_upgrade
        Whether what is locked already may come from there, too.
    any_index
        Whether what is named no longer has to come from the index that it was asked from.

    Raises
    ------
    InstallerError
        One of the indexes cannot be used.
    """
    listed = {text.rpartition("=")[0] for text in asked.index_packages}
    typed = [index for index in typed_indexes(asked) if not index.default]
    named = {each.name: each for each in map(requirements.parse, found) if not each.url}
    named.pop(requirements.KERNEL, None)
    if not typed and any_index:
        return {"": [*named]}
    if not typed:
        return {"": (yield from _no_longer_served(named, spec))}
    typed = [each for each in typed if "" not in listed and each.name not in listed]
    if len(typed) == 1 and asked.index_url:
        return {typed[0].url: [*named]}
    urls = {index.url.rstrip("/"): index.url for index in typed}
    served: dict[str, list[str]] = {index.url: [] for index in typed}
    for name in named:
        known = index_serving(spec.indexes, name)
        if known and known.url.rstrip("/") in urls:
            served[urls[known.url.rstrip("/")]].append(name)
    asking = _to_look_up(named, served, spec, is_upgrade)
    if urls and asking:
        yield Progress("resolve", f"Looking for {few(asking)} on {few([*urls])}…")
        texts = [str(named[name]) for name in asking]
        for name, url in first_index_of(texts, spec.python, typed).items():
            if url.rstrip("/") in urls:
                served[urls[url.rstrip("/")]].append(name)
    return served


def _no_longer_served(named: Mapping[str, Requirement], spec: Spec) -> Steps[list[str]]:
    """Return the names of which the index that serves them has no version as it is asked for now.

    Nobody asked that index for them by name: it serves them because another package needs them.
    """
    locked = spec.lock.versions()
    moving: list[str] = []
    for name, each in named.items():
        index = index_serving(spec.indexes, name)
        if not index or index_serving([replace(index, dependencies=())], name):
            continue
        if name in locked and each.specifier.contains(locked[name], prereleases=True):
            continue
        yield Progress("resolve", f"Looking for {each} on {index.url}…")
        found = first_index_of([str(each)], spec.python, [index])
        if found.get(name, "").rstrip("/") != index.url.rstrip("/"):
            moving.append(name)
    return moving


def _to_look_up(
    named: Collection[str], served: Mapping[str, Collection[str]], spec: Spec, is_upgrade: bool
) -> list[str]:
    """Return the names to look up: what is locked stays where it is if the command asks for more.

    A command that only names what is locked wants it from the index that it names.
    """
    known = {name for names in served.values() for name in names}
    rest = [name for name in named if name not in known]
    new = [name for name in rest if name not in spec.lock.versions()]
    return new if (known or new) and not is_upgrade else rest


def _check_package(line: AskedLine) -> None:
    path = os.path.expanduser(line.text.partition("[")[0])
    error = problem_of_name(line.text, is_there=os.path.exists(path))
    if error:
        what = f"{line.place} cannot be followed: {error.what}" if line.place else error.what
        raise RequirementError(what, error.why, error.todo)


def _allow(allowed: dict[str, AllowedHashes], line: AskedLine, names: Iterable[str]) -> None:
    for name in names:  # more than one line of a name: each for other platforms
        known = allowed.get(name)
        hashes = frozenset(line.hashes) | (known.hashes if known else frozenset())
        allowed[name] = AllowedHashes(hashes, known.place if known else line.place or "--hash")


def _named_by_egg(text: str) -> str:
    """Return a URL with the name that its fragment gives: ``git+https://…#egg=name``.

    https://pip.pypa.io/en/stable/topics/vcs-support/#url-fragments
    """
    url, _, fragment = text.partition("#")
    found = _EGG.search(fragment.partition(" ")[0])
    if "://" not in url or requirements.is_named(text) or not found:
        return text
    rest = _EGG.sub("", fragment).strip("&")
    return f"{found[1]} @ {url}" + (f"#{rest}" if rest else "")


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


# -- what was typed, in messages


def of_python(names: Sequence[str], python: str) -> str:
    """Return the sentence that modules are part of a Python, so that nothing is installed."""
    verb = "is" if len(names) == 1 else "are"
    return f"{' and '.join(names)} {verb} part of Python {python} and not installed."


def as_typed(error: ResolutionError, words: Sequence[str]) -> ResolutionError:
    """Return an error with a name as it was typed, which says more: ``matplotlib.pyplot``, ``PIL``.

    Two words can be the halves of one name.
    """
    names = [re.match(r"[\w.-]*", word.strip())[0] for word in words]  # type: ignore[index]
    places = [n for n, name in enumerate(names) if canonicalize_name(name) == error.unknown]
    if not error.unknown or not places:
        return error
    from nbenv.installer.failures.no_solution import unknown_name  # seldom needed

    place = places[0]
    if names[place] == error.unknown and len(names) == 1:
        return error  # it says the name already, and perhaps which index was asked
    for pair in (names[place : place + 2], names[max(place - 1, 0) : place + 1]):
        if len(pair) == 2 and canonicalize_name("-".join(pair)) in meant_by(" ".join(pair)):
            return unknown_name(error.unknown, typed=" ".join(pair))
    return unknown_name(error.unknown, typed=names[place])


def confusions(spec: Spec, typed: Sequence[str]) -> Iterator[str]:
    """Yield a warning for each package that only has the name of a well-known one's module."""
    locked = spec.lock.versions()
    for name in typed:
        meant = confused_with(name) if re.fullmatch(r"[\w.-]+", name) else ""
        if meant and meant not in locked:
            yield (
                f"{name} is another package than {meant}, which has the module {name}. If you mean "
                f"that one: %nbenv uninstall {name}, then %nbenv install {meant}."
            )

"""Collect what an install asks for: on its command line, and in requirements files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from nbenv.core import requirements
from nbenv.core.recorded_options import constraint_problem
from nbenv.core.spec import Spec
from nbenv.core.typed.asked_lines import AskedLine, FilesRead
from nbenv.core.typed.no_package import problem_of_name
from nbenv.core.typed.suggestions import alias_of, confused_with, meant_by
from nbenv.core.urls import direct_problem, index_name, unused_name
from nbenv.engine.allowed_hashes import AllowedHashes
from nbenv.engine.asked_options import AskedOptions
from nbenv.errors import InstallerError, RequirementError, ResolutionError
from nbenv.installer.failures.near_paths import near_paths
from nbenv.installer.index_settings import usable_links
from nbenv.installer.requirement_names import NamedRequirements, find_names
from nbenv.progress import Progress, Steps

__all__ = [
    "AskedRequirements",
    "as_typed",
    "confusions",
    "name_requirements",
    "not_one_word",
    "of_python",
    "with_meant_package",
    "with_options_of",
]

T = TypeVar("T", bound=AskedOptions)
E = TypeVar("E", bound=InstallerError)

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


def _check_package(line: AskedLine) -> None:
    path = os.path.expanduser(line.text.partition("[")[0])
    error = problem_of_name(line.text, is_there=os.path.exists(path))
    if error:
        if line.place:
            error.what = f"{line.place} cannot be followed: {error.what}"
        raise error


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
            if not place.exists():
                raise _no_place(requirement, place, text)
            requirement.url = requirements.portable(place, folder)
        if problem := direct_problem(requirement.url):
            raise RequirementError(
                f"{requirement.name} cannot be installed from that address: it {problem}.",
                todo="Use another address; passwords belong in ~/.netrc or git's credential store.",
            )
    return requirements.text_of(requirement)


def _no_place(requirement: Requirement, place: Path, typed: str) -> RequirementError:
    """Return the error for a named requirement whose path does not exist."""
    error = RequirementError(
        f"There is no {place}, which is to have {requirement.name}.", todo="Check the path."
    )
    found = near_paths(str(place))
    # Files of that package come first.
    near = sorted(found, key=lambda each: not Path(each).name.lower().startswith(requirement.name))
    error.why = f"Did you mean {' or '.join(near)}?" if near else ""
    error.corrections = [(typed, (f"{requirement.name} @ {Path(each).as_uri()}",)) for each in near]
    return error


# -- what was typed, in messages


def of_python(names: Sequence[str], python: str) -> str:
    """Return the sentence that modules are part of a Python, so that nothing is installed."""
    verb = "is" if len(names) == 1 else "are"
    return f"{' and '.join(names)} {verb} part of Python {python} and not installed."


def not_one_word(typed: str, meant: str) -> RequirementError:
    """Return the error for several words that mean one requirement."""
    error = RequirementError(f"{typed!r} is not one word.", f"Did you mean '{meant}'?")
    error.corrections = [(typed, (meant,))]
    return error


def as_typed(error: ResolutionError, words: Sequence[str]) -> ResolutionError:
    """Return an error with a name as it was typed, which says more: ``matplotlib.pyplot``, ``PIL``.

    Two words can be the halves of one name.
    """
    if not error.unknown:
        return with_meant_package(error, words)
    names = [re.match(r"[\w.-]*", word.strip())[0] for word in words]  # type: ignore[index]
    places = [n for n, name in enumerate(names) if canonicalize_name(name) == error.unknown]
    if not places:
        return error
    from nbenv.installer.failures.no_solution import unknown_name  # seldom needed

    plain = unknown_name(error.unknown)
    if error.what != plain.what or error.why not in ("", plain.why):
        return error  # it says which index was asked, or that none was
    place = places[0]
    for pair in (names[place : place + 2], names[max(place - 1, 0) : place + 1]):
        if len(pair) == 2 and canonicalize_name("-".join(pair)) in meant_by(" ".join(pair)):
            return unknown_name(error.unknown, typed=" ".join(pair))
    return unknown_name(error.unknown, typed=names[place])


def with_meant_package(error: E, words: Sequence[str]) -> E:
    """Return an error with a hint at what may have been meant by a name that it is about.

    Such a package does not fit here, or cannot be built, and has the name of another one's module,
    as ``faiss`` has, or one by which that is called, as ``sklearn``.
    """
    for word in words:
        meant = alias_of(word) if re.fullmatch(r"[\w.-]+", word) else ""
        if meant and re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", error.what):
            if f"Did you mean {meant}?" not in error.why:
                error.todo = f"Did you mean {meant}? {error.todo}"
            error.corrections = [(word, (meant,))]
            break
    return error


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

"""Add to a record the indexes of a command, and which packages come from each of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from nbenv.core.recorded_options import package_problem
from nbenv.core.spec import Index
from nbenv.core.urls import index_name, index_problem, origin_of, unused_name, without_credentials
from nbenv.errors import UsageError
from nbenv.home.index_names import remember, variable_stem

__all__ = [
    "AskedIndexes",
    "login_notes",
    "parse_index",
    "typed_credentials",
    "typed_indexes",
    "with_asked_indexes",
    "without_listed",
]


@dataclass(frozen=True, kw_only=True)
class AskedIndexes:
    """The indexes of a command, as they were typed.

    Parameters
    ----------
    indexes
        Further indexes, as ``NAME=URL``: what is named comes from them, as far as they have it.
    index_url
        An index, as ``URL`` or ``NAME=URL``, that all that is named comes from.
    default_index
        An index, in the same form, that replaces the machine's default one for everything.
    index_packages
        Names and patterns of packages, with commas between them, that come from one index alone:
        ``NAME=NAMES``, or just the names for the only index that was typed.
    """

    indexes: tuple[str, ...] = ()
    index_url: str = ""
    default_index: str = ""
    index_packages: tuple[str, ...] = ()


def typed_indexes(asked: AskedIndexes) -> list[Index]:
    """Return the indexes that were typed, those for everything first.

    Raises
    ------
    UsageError
        One cannot be recorded, or two have one name.
    """
    indexes = list(dict.fromkeys(parse_index(text) for text in asked.indexes))
    names = [index.name for index in indexes]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UsageError(
            f"Two indexes are called {twice[0]}.", todo="Give each of them a name of its own."
        )
    for text, default in ((asked.index_url, False), (asked.default_index, True)):
        if text:
            main = parse_index(_with_name(text, names))
            main = replace(main, default=default, claims=not default)
            indexes = [main, *(each for each in indexes if each.name != main.name)]
    return indexes


def _with_name(text: str, taken: Collection[str]) -> str:
    is_named = "=" in text.partition("://")[0]
    return text if is_named else f"{unused_name(index_name(text), taken)}={text}"


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
            f"{without_credentials(text)!r} does not name an index.",
            todo="Write --index NAME=URL, for example --index pytorch-cpu=https://…",
        )
    recorded = without_credentials(url)
    if problem := index_problem(recorded):
        raise UsageError(
            f"The URL of the index {name} cannot be recorded: it {problem}.",
            "Whoever gets the notebook must be able to reach the index over http or https.",
            "A password belongs in ~/.netrc, the keyring, or "
            f"UV_INDEX_{variable_stem(name)}_USERNAME and _PASSWORD.",
        )
    return Index(name, recorded)


# -- the record


def with_asked_indexes(
    known: Sequence[Index], asked: AskedIndexes, served: Mapping[str, Collection[str]]
) -> tuple[Index, ...]:
    """Return the indexes of a record with those of a command.

    From now on, the names that the user typed count for their hosts. What an index serves is added
    to what it served before, and no other index lists it any more.

    Parameters
    ----------
    known
        The recorded indexes.
    asked
        Those of the command.
    served
        The names of packages that the command asks for from an index, by its URL; below "" those
        that no index lists any more.
    """
    typed = typed_indexes(asked)
    for index in typed:
        remember(index.name, origin_of(index.url))
    typed = [_with_known_name(index, known) for index in typed]
    listed = {"": served.get("", ())} | {each.name: served.get(each.url, ()) for each in typed}
    patterns = _patterns(asked, typed, [*typed, *known])
    made = [_as_recorded(index, known, has_patterns=index.name in patterns) for index in typed]
    has_default = any(index.default for index in typed)
    kept = (
        replace(index, default=index.default and not has_default)
        for index in known
        if not any(index.name == each.name or _is_same(index.url, each.url) for each in typed)
    )
    return _serving([*kept, *made], {**listed, **patterns})


def without_listed(known: Sequence[Index], names: Collection[str]) -> tuple[Index, ...]:
    """Return the indexes of a record of which none lists these names any more."""
    return _serving(known, {"": names})


def _is_same(url: str, other: str) -> bool:
    return url.rstrip("/") == other.rstrip("/")


def _with_known_name(index: Index, known: Iterable[Index]) -> Index:
    """Return an index for which no name was typed under the name that it is recorded by."""
    if index.name != index_name(index.url):
        return index
    same = (each.name for each in known if _is_same(each.url, index.url))
    return replace(index, name=next(same, index.name))


def _as_recorded(index: Index, known: Iterable[Index], has_patterns: bool) -> Index:
    """Return a typed index with what it served before; one that serves everything goes on to."""
    before = next((each for each in known if _is_same(each.url, index.url)), None)
    if before is None:
        return index if index.default and not has_patterns else replace(index, packages=())
    listed = () if has_patterns and before.packages is None else before.packages
    needed = before.dependencies
    made = replace(index, default=index.default or before.default, packages=listed)
    claims = listed is not None and (index.claims or before.claims)
    return replace(made, dependencies=needed, claims=claims)


def _serving(indexes: Sequence[Index], listed: Mapping[str, Collection[str]]) -> tuple[Index, ...]:
    """Return indexes that serve what is newly listed for each, by its name, and no other one's."""
    new = {package: name for name, packages in listed.items() for package in packages}
    made: list[Index] = []
    for index in indexes:
        needed = tuple(each for each in index.dependencies if each not in new)
        index = replace(index, dependencies=needed)
        if index.packages is not None:
            kept = [each for each in index.packages if new.get(each, index.name) == index.name]
            mine = [package for package, name in new.items() if name == index.name]
            index = replace(index, packages=()).serving([*kept, *mine])
        made.append(index)
    return tuple(made)


def _patterns(
    asked: AskedIndexes, typed: Sequence[Index], indexes: Sequence[Index]
) -> dict[str, tuple[str, ...]]:
    """Return the packages that were typed for each index, by its name."""
    found: dict[str, tuple[str, ...]] = {}
    for text in asked.index_packages:
        name, named, names = text.rpartition("=")
        if not named and len(typed) != 1:
            raise UsageError(
                f"--index-packages {text} does not say for which index.",
                todo="Write --index-packages 'NAME=acme-*', with the NAME of an --index.",
            )
        name = name or typed[0].name
        if name not in [index.name for index in indexes]:
            raise UsageError(
                f"There is no index {name} to take {names} from.",
                todo="Name it in the same command: --index NAME=URL --index-packages 'NAME=acme-*'",
            )
        found[name] = (*found.get(name, ()), *_parsed(names))
    return found


def _parsed(text: str) -> list[str]:
    """Parse names and patterns with commas between them."""
    words = [re.sub(r"[-_.]+", "-", word.strip()).lower() for word in text.split(",")]
    for word in filter(None, words):
        if problem := package_problem(word):
            raise UsageError(
                f"--index-packages {text} cannot be followed: {word} {problem}.",
                todo="Write names and patterns with commas between them: 'acme-*,acme_core'.",
            )
    if not any(words):
        raise UsageError("--index-packages names no package.", todo="For example: 'acme-*'.")
    return [word for word in words if word]


# -- credentials


def typed_credentials(asked: AskedIndexes) -> dict[str, str]:
    """Return uv's variables for the passwords in the indexes that were typed.

    They are never recorded, so they count for one command: later ones find theirs in the usual
    places.
    """
    variables: dict[str, str] = {}
    for name, url in _named(asked):
        user, at, _ = url.partition("://")[2].partition("/")[0].rpartition("@")
        if at:
            login, _, password = user.partition(":")
            stem = f"UV_INDEX_{variable_stem(name)}"
            variables |= {f"{stem}_USERNAME": unquote(login), f"{stem}_PASSWORD": unquote(password)}
    return {name: value for name, value in variables.items() if value}


def _named(asked: AskedIndexes) -> list[tuple[str, str]]:
    """Return name and URL of the typed indexes, with their passwords."""
    names = [text.partition("=")[0] for text in asked.indexes]
    main = [_with_name(text, names) for text in (asked.index_url, asked.default_index) if text]
    found = (text.partition("=") for text in (*asked.indexes, *main))
    return [(name, url) for name, _, url in found]


def login_notes(asked: AskedIndexes) -> list[str]:
    """Return a line for each index with a login in its URL, which the next command will lack."""
    names = [(url, without_credentials(url)) for _, url in _named(asked)]
    return [
        f"The login for {name} was used for this command only: ~/.netrc is the place for it."
        for url, name in names
        if url != name
    ]

"""Check the options of a record that decide how requirements are resolved, whoever wrote them.

Each function takes what the record has below its key, and returns it if it is safe to use.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from packaging.utils import InvalidName, canonicalize_name

from nbenv.core.record import broken
from nbenv.core.requirements import check_recorded, parse
from nbenv.core.urls import direct_problem, index_problem, is_local
from nbenv.errors import RequirementError

__all__ = [
    "ALL",
    "STRATEGIES",
    "Index",
    "constraint_problem",
    "constraints",
    "exclude_newer",
    "find_links",
    "find_links_problem",
    "formats",
    "index_strategy",
    "indexes",
    "is_moment",
    "is_named",
    "is_system_package",
    "system",
]

ALL = ":all:"
"""Stands for every package in the lists ``no_binary`` and ``only_binary``, as for pip."""
STRATEGIES = ("first-index", "unsafe-first-match", "unsafe-best-match")
"""uv's ways to choose between indexes that have the same package."""

_SYSTEM_PACKAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]{0,99}", re.ASCII)
_MOST_SYSTEM_PACKAGES = 200
_INDEX_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_MOMENT = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]\d{2}:\d{2}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Index:
    """An index that the environment needs beyond the machine's own; its URL has no credentials.

    A `default` index replaces the machine's default one, which is then asked for nothing.
    """

    name: str
    url: str
    default: bool = False

    def to_entry(self) -> dict[str, object]:
        """Return its entry in a record: what is not said is left out."""
        entry: dict[str, object] = {"name": self.name, "url": self.url}
        return {**entry, "default": True} if self.default else entry


def is_named(names: Sequence[str], name: str) -> bool:
    """Return whether a list of formats names a package, or all of them."""
    return name in names or ALL in names


def is_moment(text: str) -> bool:
    """Return whether a text is a day or a time (RFC 3339)."""
    if not _MOMENT.fullmatch(text):
        return False
    try:
        return bool(date.fromisoformat(text[:10]))
    except ValueError:  # such as the 31st of February, which uv would not take
        return False


def constraint_problem(text: str) -> str:
    """Return why a text cannot be a constraint, "" if it can; see `constraints`.

    Raises
    ------
    RequirementError
        It is not a requirement with a name.
    """
    requirement = parse(text)
    if requirement.extras:
        return "names extras, which a constraint cannot have"
    if requirement.url:  # it would decide where a package comes from, without being asked for
        return "names an address: require the package from there instead"
    return ""


def constraints(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines of ``constraints``: a name, a specifier and perhaps a marker."""
    for position, text in enumerate(texts):
        place = f".constraints[{position}]"
        try:
            check_recorded(text)
            problem = constraint_problem(text)
        except RequirementError as error:
            raise broken(place, f"cannot be used. {error.what} {error.why}".rstrip(". ")) from None
        if problem:
            raise broken(place, problem)
    return texts


def find_links_problem(url: str) -> str:
    """Return why a notebook may not record a page or a folder of files, "" if it may."""
    return direct_problem(url) if is_local(url) else index_problem(url)


def find_links(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Return the URLs and folders of ``find_links``."""
    for position, url in enumerate(urls):
        if problem := find_links_problem(url):
            raise broken(f".find_links[{position}]", problem)
    return urls


def formats(names: tuple[str, ...], key: str) -> tuple[str, ...]:
    """Return the names of ``no_binary`` or ``only_binary``."""
    for position, name in enumerate(names):
        try:
            canonical = name if name == ALL else canonicalize_name(name, validate=True)
        except InvalidName:
            raise broken(f".{key}[{position}]", "is not the name of a package") from None
        if name != canonical:
            raise broken(f".{key}[{position}]", f"is not written {canonical}")
    return names


def exclude_newer(text: str) -> str:
    """Return the moment of ``exclude_newer``, "" for none."""
    if text and not is_moment(text):
        raise broken(".exclude_newer", "is not a day or a time")
    return text


def index_strategy(text: str) -> str:
    """Return the strategy of ``index_strategy``, "" for none."""
    if text and text not in STRATEGIES:
        raise broken(".index_strategy", f"is not one of {', '.join(STRATEGIES)}")
    return text


def is_system_package(name: str) -> bool:
    """Return whether a text may be the name of a package of the system, and is nothing more."""
    return bool(_SYSTEM_PACKAGE.fullmatch(name)) and ".." not in name


def system(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of ``system``, which become words of a command in exports."""
    if len(names) > _MOST_SYSTEM_PACKAGES:
        raise broken(".system", f"has more than {_MOST_SYSTEM_PACKAGES} entries")
    for position, name in enumerate(names):
        if not is_system_package(name):
            raise broken(f".system[{position}]", "is not the name of a system package")
    return names


def indexes(found: object) -> tuple[Index, ...]:
    """Return the indexes of a record, each with a name of its own."""
    read: list[Index] = []
    names: set[str] = set()
    for position, index in enumerate(cast("list[dict[str, str]]", found)):
        if not _INDEX_NAME.fullmatch(index["name"]):
            raise broken(f".indexes[{position}].name", "is not the name of an index")
        if index["name"] in names:
            raise broken(f".indexes[{position}].name", "is the name of an index before it, too")
        if problem := index_problem(index["url"]):
            raise broken(f".indexes[{position}].url", problem)
        if index.get("default") and any(each.default for each in read):
            raise broken(f".indexes[{position}].default", "is set for an index before it, too")
        names.add(index["name"])
        read.append(Index(index["name"], index["url"], bool(index.get("default"))))
    return tuple(read)

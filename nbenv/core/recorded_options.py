"""Check the options of a record that decide how requirements are resolved, whoever wrote them.

Each function takes what the record has below its key, and returns it if it is safe to use.
"""

from __future__ import annotations

import re

from packaging.utils import InvalidName, canonicalize_name

from nbenv.core.record import broken
from nbenv.core.requirements import check_recorded, parse
from nbenv.core.urls import direct_problem, index_problem, is_local
from nbenv.errors import RequirementError

__all__ = [
    "ALL",
    "STRATEGIES",
    "constraint_problem",
    "constraints",
    "exclude_newer",
    "find_links",
    "find_links_problem",
    "formats",
    "index_strategy",
    "is_moment",
]

ALL = ":all:"
"""Stands for every package in the lists ``no_binary`` and ``only_binary``, as for pip."""
STRATEGIES = ("first-index", "unsafe-first-match", "unsafe-best-match")
"""uv's ways to choose between indexes that have the same package."""

_MOMENT = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]\d{2}:\d{2}))?",
    re.ASCII,
)


def is_moment(text: str) -> bool:
    """Return whether a text is a day or a time (RFC 3339)."""
    return bool(_MOMENT.fullmatch(text))


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

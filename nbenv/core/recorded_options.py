"""Check the options of a record that decide how requirements are resolved, whoever wrote them.

Each function takes what the record has below its key, and returns it if it is safe to use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
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
    "index_serving",
    "index_strategy",
    "indexes",
    "is_moment",
    "is_named",
    "is_system_package",
    "package_problem",
    "system",
]

ALL = ":all:"
"""Stands for every package in the lists ``no_binary`` and ``only_binary``, as for pip."""
STRATEGIES = ("first-index", "unsafe-first-match", "unsafe-best-match")
"""uv's ways to choose between indexes that have the same package."""

_LONGEST_PACKAGE = 200
"""Characters of a name or a pattern of names."""
_MOST_STARS = 4
_LEAST_LETTERS = 2
"""What a pattern has to name that does not say how a name begins."""
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

    `packages` are normalised names and patterns of them (``acme-*``): these come from this index
    alone. Beyond them it serves only what no index of the machine has. Without any (None, as
    versions of nbenv recorded that knew none) it is asked for everything, before the machine's.

    `dependencies` are names that come from it as well, as something of its packages needs them,
    until somebody asks for a version that it does not have. An index that `claims` them is asked
    whenever its packages change which further ones these are.
    """

    name: str
    url: str
    default: bool = False
    packages: tuple[str, ...] | None = None
    dependencies: tuple[str, ...] = ()
    claims: bool = False

    def to_entry(self) -> dict[str, object]:
        """Return its entry in a record: what is not said is left out."""
        entry: dict[str, object] = {"name": self.name, "url": self.url}
        entry |= {"default": True} if self.default else {}
        entry |= {} if self.packages is None else {"packages": list(self.packages)}
        entry |= {"dependencies": list(self.dependencies)} if self.dependencies else {}
        return {**entry, "with_dependencies": True} if self.claims else entry

    def serving(self, packages: Iterable[str]) -> Index:
        """Return the same index with further names and patterns that come from it alone."""
        return replace(self, packages=tuple(sorted({*(self.packages or ()), *packages})))

    @property
    def role(self) -> str:
        """The end of a sentence about what it is asked for, "" for everything."""
        default = " instead of this machine's default index" if self.default else ""
        if self.packages is None:
            return default
        names = f"{', '.join(self.packages)}, and for " if self.packages else ""
        needed = ", ".join(self.dependencies)
        found = f" ({needed})" if needed else ""
        needed = f"what its packages need{found}, and for " if needed or self.claims else ""
        return f"{default} for {names}{needed}what no other index has"

    @property
    def patterns(self) -> tuple[str, ...]:
        """Those of its `packages` that stand for more than one name."""
        return tuple(each for each in self.packages or () if "*" in each)


def index_serving(indexes: Iterable[Index], name: str) -> Index | None:
    """Return the only index that a package comes from, None if no index names it.

    A name counts more than a pattern, a longer pattern more than a shorter one, a dependency least,
    and of two that are alike the first.

    Parameters
    ----------
    indexes
        The indexes of a record.
    name
        A normalised name.
    """
    found = [
        (pattern == name, len(pattern), index)
        for index in indexes
        for pattern in index.packages or ()
        if pattern == name or ("*" in pattern and fnmatchcase(name, pattern))
    ]
    found += [(False, 0, index) for index in indexes if name in index.dependencies]
    return max(found, key=lambda each: each[:2])[2] if found else None


def package_problem(text: str) -> str:
    """Return why a text cannot stand among the packages of an index, "" if it can."""
    if len(text) > _LONGEST_PACKAGE or text.count("*") > _MOST_STARS:
        return "is too long" if len(text) > _LONGEST_PACKAGE else "has too many *"
    if not text:
        return "names no package"
    if _means_nearly_all(text):
        return "means nearly every package: use a default index"
    try:
        canonical = canonicalize_name(text.replace("*", "0"), validate=True)
    except InvalidName:
        return "is not the name of a package, nor a pattern such as acme-*"
    if canonical != text.replace("*", "0"):
        return f"is not written {_canonical_pattern(text)}"
    return ""


def _means_nearly_all(text: str) -> bool:
    """Return whether a pattern begins with nothing, and asks for less than two letters."""
    return text.startswith("*") and len(re.sub(r"[^A-Za-z0-9]", "", text)) < _LEAST_LETTERS


def _canonical_pattern(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def is_named(names: Sequence[str], name: str, but: Sequence[str] = ()) -> bool:
    """Return whether a list of formats names a package, or all of them but those of another."""
    return name in names or (ALL in names and name not in but)


def is_moment(text: str) -> bool:
    """Return whether a text is a day or a time (RFC 3339)."""
    if not _MOMENT.fullmatch(text):
        return False
    from datetime import date  # slow, and seldom needed

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


def formats(names: tuple[str, ...], key: str, words: Sequence[str] = (ALL,)) -> tuple[str, ...]:
    """Return the names of ``no_binary`` or ``only_binary``, or of others without such `words`."""
    for position, name in enumerate(names):
        try:
            canonical = name if name in words else canonicalize_name(name, validate=True)
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
        listed = cast("Sequence[str] | None", index.get("packages"))
        packages = _packages(listed, f".indexes[{position}].packages")
        needed = cast("Sequence[str]", index.get("dependencies", ()))
        dependencies = formats(tuple(needed), f"indexes[{position}].dependencies", ())
        claims = bool(index.get("with_dependencies"))
        made = Index(index["name"], index["url"], bool(index.get("default")), packages)
        dependencies = tuple(sorted(set(dependencies)))
        read.append(replace(made, dependencies=dependencies, claims=claims))
    return tuple(read)


def _packages(found: Sequence[str] | None, place: str) -> tuple[str, ...] | None:
    for position, text in enumerate(found or ()):
        if problem := package_problem(text):
            raise broken(f"{place}[{position}]", problem)
    return None if found is None else tuple(sorted(set(found)))

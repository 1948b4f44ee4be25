"""The findings of an examination: what a notebook needs, and which source says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from nbenv.adopt.removals.uses import Use
from nbenv.adopt.special_cases import marker_of
from nbenv.adopt.unlisted.question import FoundByName, Question
from nbenv.core.requirements import text_of
from nbenv.core.typed.suggestions import confused_with
from nbenv.core.urls import index_name, unused_name, without_credentials

__all__ = [
    "RANK_OF_CODE",
    "Findings",
    "FoundRequirement",
    "Source",
    "is_exact",
    "is_upper_limit",
    "package_name",
    "parse_named",
    "repository_names",
    "unpinned",
]

RANK_OF_CODE = 3
"""The rank of what code imports or uses; what is declared somewhere has a lower one."""


@dataclass(frozen=True, order=True)
class Source:
    """A place that says what is needed: its rank (0 is the most reliable), its name for people."""

    rank: int
    name: str


@dataclass(frozen=True)
class FoundRequirement:
    """One requirement, and where it was found.

    Parameters
    ----------
    requirement
        A dependency specifier (PEP 508), or a URL or path without a name.
    source
        The best source that asks for it.
    where
        The cells and files that need it, as people know them: ``"cell 3"``.
    module
        The module whose import it explains.
    """

    requirement: str
    source: Source
    where: tuple[str, ...] = ()
    module: str | None = None

    @property
    def name(self) -> str:
        """The canonical name, empty where only the installer can find it out."""
        return package_name(self.requirement)


@dataclass
class Findings:
    """Everything that an examination turned up; readers of sources add to it.

    `python` is a version such as ``"3.11"``. `optional` are imports that the notebook can do
    without, `offered` what a call in it may need, `left_out` what files ask for and the notebook
    does not use. `unknown` are modules that no known package provides, and where they are imported.
    `speculative` are names of packages that only the use of others suggests: they are left out
    where they would have to be built, or cannot be installed.
    `pins` are versions for requirements that have none. `main_indexes` are the indexes that sources
    name instead of the default one, `index_sources` the sources that name an index. `as_of`
    is a day (``"2021-06-01"``) to resolve as of; with `as_of_recorded` a record asks for it,
    otherwise it is an estimate.
    `removed` are the names used that later versions no longer have; `limits` are the requirements
    whose version follows from that alone, and `shown` those whose version an output shows.
    `no_deps` are names that are installed without their dependencies. `system` are packages of the
    system, and where they are installed; `conda_only` are sources and what only conda has.
    `questions` are what an index may be asked about unknown modules, and `by_name` the packages
    that it has for them: they are among the requirements, and no list of nbenv's has them.
    `imported` are the modules that have to be there, and what is taken from them.
    """

    python: str | None = None
    python_source: str = ""
    requirements: list[FoundRequirement] = field(default_factory=list)
    editable: list[str] = field(default_factory=list)
    indexes: dict[str, str] = field(default_factory=dict)
    main_indexes: dict[Source, str] = field(default_factory=dict)
    index_sources: dict[str, set[Source]] = field(default_factory=dict)
    optional: list[FoundRequirement] = field(default_factory=list)
    offered: list[FoundRequirement] = field(default_factory=list)
    left_out: list[FoundRequirement] = field(default_factory=list)
    unknown: dict[str, list[str]] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pins: dict[str, FoundRequirement] = field(default_factory=dict)
    speculative: set[str] = field(default_factory=set)
    as_of: str | None = None
    as_of_reason: str = ""
    as_of_recorded: bool = False
    removed: list[Use] = field(default_factory=list)
    limits: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    no_deps: set[str] = field(default_factory=set)
    system: dict[str, list[str]] = field(default_factory=dict)
    conda_only: dict[str, list[str]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    by_name: list[FoundByName] = field(default_factory=list)
    imported: set[str] = field(default_factory=set)

    def add(self, requirement: str, source: Source, where: str = "", module: str = "") -> None:
        """Add a requirement, in its normal form where it has a name, without credentials.

        A package of one system, which others cannot install, is asked for on that one: lists of
        what was installed have such packages.
        """
        text = without_credentials(requirement.strip())
        if text:
            parsed = parse_named(text)
            if parsed and source.rank < RANK_OF_CODE:
                self._rename(parsed, source)
            if parsed and not (parsed.marker or parsed.url):
                marker = marker_of(parsed.name)
                parsed.marker = Marker(marker) if marker else None
            text = text_of(parsed) if parsed else text
            places = (where,) if where else ()
            self.requirements.append(FoundRequirement(text, source, places, module or None))

    def _rename(self, asked: Requirement, source: Source) -> None:
        """Give a requirement that names a module the name of the module's package."""
        meant = "" if asked.url else confused_with(asked.name)
        if meant and meant != asked.name:
            self.note(f"{source.name} asks for {asked.name}, the module of {meant}")
            stub = str(asked.specifier).startswith("==0.0")  # a version of what has only the name
            asked.name, asked.specifier = meant, SpecifierSet("") if stub else asked.specifier

    def add_index(self, url: str, name: str = "", source: Source | None = None) -> None:
        """Add an index that the packages of a source may come from, besides this machine's own.

        One of another URL under the same name gets a number: each of them is asked.
        """
        clean = without_credentials(url)
        if source is not None:
            self.index_sources.setdefault(clean, set()).add(source)
        if clean not in self.indexes.values():
            self.indexes[unused_name(name or index_name(url), self.indexes)] = clean

    def add_main_index(self, url: str, source: Source) -> None:
        """Add the index that a source of requirements names instead of the default one."""
        self.add_index(url, source=source)
        self.main_indexes[source] = without_credentials(url)

    def asked_from(self, url: str) -> tuple[list[FoundRequirement], bool]:
        """Return the requirements that may come from an index, and whether they must.

        They must where their source names it instead of the default one. An index of no source
        is for all of them.
        """
        settled = self.settled()
        main = [each for each in settled if self.main_indexes.get(each.source) == url]
        if main:
            return main, True
        sources = self.index_sources.get(url)
        return [each for each in settled if not sources or each.source in sources], False

    def add_system(self, names: Iterable[str], where: str) -> None:
        """Add packages of the system, which are recorded, and never installed."""
        for name in names:
            places = self.system.setdefault(name, [])
            if where not in places:
                places.append(where)

    def add_pin(self, pinned: str, source: Source) -> None:
        """Add ``name==version``, for a requirement without a version; the last one counts."""
        if name := package_name(pinned):
            self.pins[name] = FoundRequirement(pinned, source)

    def suggest_python(self, python: str | None, source: str) -> None:
        """Take a Python version unless a better source gave one."""
        if python and not self.python:
            self.python, self.python_source = python, source

    def note(self, text: str) -> None:
        """Add something that a person should know, once."""
        if text not in self.notes:
            self.notes.append(text)

    def names(self) -> set[str]:
        """Return the canonical names of all requirements."""
        return {each.name for each in self.requirements if each.name}

    def settled(self) -> list[FoundRequirement]:
        """Return one requirement for each package: the best source's, with all extras, pinned."""
        best: dict[str, FoundRequirement] = {}
        for each in sorted(self.requirements, key=lambda found: found.source.rank):
            key = each.name or each.requirement
            best[key] = _joined(best[key], each) if key in best else each
        return [self._pinned(each) for _, each in sorted(best.items())]

    def _pinned(self, found: FoundRequirement) -> FoundRequirement:
        pin = self.pins.get(found.name)
        pinned = parse_named(pin.requirement) if pin else None
        parsed = parse_named(found.requirement)
        if pin is None or pinned is None or parsed is None or parsed.specifier or parsed.url:
            return found
        parsed.specifier = pinned.specifier
        where = (*found.where, pin.source.name)
        return FoundRequirement(text_of(parsed), found.source, where, found.module)


def _joined(best: FoundRequirement, other: FoundRequirement) -> FoundRequirement:
    """Add the extras of another finding, and its version where the better one names none."""
    mine, yours = parse_named(best.requirement), parse_named(other.requirement)
    text = best.requirement
    if mine and yours:
        mine.extras |= yours.extras
        if not (mine.specifier or mine.url) and best.source.rank <= other.source.rank:
            mine.specifier, mine.url = yours.specifier, yours.url
            mine.marker = mine.marker or (yours.marker if yours.url else None)
        text = text_of(mine)
    where = tuple(dict.fromkeys((*best.where, *other.where)))
    return FoundRequirement(text, best.source, where, best.module or other.module)


def parse_named(text: str) -> Requirement | None:
    """Parse a requirement that has a name (PEP 508); return None for anything else."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return None
    requirement.name = canonicalize_name(requirement.name)
    return requirement


def package_name(text: str) -> str:
    """Return the canonical name in a requirement, empty where it has none."""
    found = parse_named(text)
    return found.name if found else ""


def repository_names(url: str) -> set[str]:
    """Return the names that the package at a URL may have: its repository's, and its folder's."""
    address, _, fragment = url.partition("#")
    path = re.sub(r"^\w+(\+\w+)?://[^/]+|\.git\b.*$|@[^/]*$", "", address)
    path = re.sub(r"/(-/)?(archive|zipball|tarball)(/.*)?$|-[^/]*\.whl$", "", path)
    inside = re.findall(r"(?:egg|subdirectory)=([^&\[]+)", fragment)
    names = (each.rstrip("/").rpartition("/")[2] for each in (path, *inside))
    return {str(canonicalize_name(name)) for name in names if name.strip(".")}


def is_exact(text: str) -> bool:
    """Return whether a requirement names one version."""
    found = parse_named(text)
    return found is not None and any(each.operator == "==" for each in found.specifier)


def is_upper_limit(text: str) -> bool:
    """Return whether a requirement only says which versions are too new."""
    found = parse_named(text)
    operators = {each.operator for each in found.specifier} if found else set()
    return bool(operators) and operators <= {"<", "<="}


def unpinned(texts: Iterable[str]) -> Iterator[str]:
    """Yield the requirements without their exact versions; lower bounds and URLs stay."""
    for text in texts:
        found = parse_named(text)
        if found and any(each.operator in ("==", "===", "~=") for each in found.specifier):
            found.specifier = type(found.specifier)("")
        yield text_of(found) if found else text

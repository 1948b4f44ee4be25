"""What was found out about a notebook's environment, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from nbenv.core.urls import index_name, without_credentials

__all__ = [
    "Findings",
    "FoundRequirement",
    "Source",
    "distribution",
    "is_exact",
    "named",
    "unpinned",
]


@dataclass(frozen=True, order=True)
class Source:
    """Where something stands: how good a source that is (0 the best), and its name for people."""

    rank: int
    name: str


@dataclass(frozen=True)
class FoundRequirement:
    """One requirement, as PEP 508 text or a URL or path, and its sources; `module` was imported."""

    requirement: str
    source: Source
    where: tuple[str, ...] = ()
    module: str | None = None

    @property
    def name(self) -> str:
        """The canonical name, empty where only the installer can find it out."""
        return distribution(self.requirement)


@dataclass
class Findings:
    """Everything that adopting a notebook turned up."""

    python: str | None = None
    python_source: str = ""
    wanted: list[FoundRequirement] = field(default_factory=list)
    editable: list[str] = field(default_factory=list)
    indexes: dict[str, str] = field(default_factory=dict)
    optional: list[FoundRequirement] = field(default_factory=list)
    offered: list[FoundRequirement] = field(default_factory=list)
    left_out: list[FoundRequirement] = field(default_factory=list)
    unknown: dict[str, list[str]] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pins: dict[str, FoundRequirement] = field(default_factory=dict)
    as_of: str | None = None
    as_of_reason: str = ""

    def want(self, requirement: str, source: Source, where: str = "", module: str = "") -> None:
        """Note a requirement, in its one spelling where it says its name."""
        text = without_credentials(requirement.strip())
        if text:
            parsed = named(text)
            text = str(parsed) if parsed else text
            found = (where,) if where else ()
            self.wanted.append(FoundRequirement(text, source, found, module or None))

    def index(self, url: str) -> None:
        """Note an index that a better place than this machine's configuration names."""
        self.indexes.setdefault(index_name(url), without_credentials(url))

    def note(self, text: str) -> None:
        """Note something that the reader should know, once."""
        if text not in self.notes:
            self.notes.append(text)

    def names(self) -> set[str]:
        """Return the canonical names of all that is wanted."""
        return {each.name for each in self.wanted if each.name}

    def settled(self) -> list[FoundRequirement]:
        """Return one of each distribution: the best source's, with its extras added up."""
        best: dict[str, FoundRequirement] = {}
        for each in sorted(self.wanted, key=lambda wanted: wanted.source.rank):
            key = each.name or each.requirement
            best[key] = _joined(best[key], each) if key in best else each
        return [self._pinned(each) for _, each in sorted(best.items())]

    def _pinned(self, wanted: FoundRequirement) -> FoundRequirement:
        pin = self.pins.get(wanted.name)
        parsed = named(wanted.requirement)
        if pin is None or parsed is None or parsed.specifier or parsed.url:
            return wanted
        parsed.specifier = named(pin.requirement).specifier  # type: ignore[union-attr]
        return FoundRequirement(
            str(parsed), wanted.source, (*wanted.where, pin.source.name), wanted.module
        )


def _joined(best: FoundRequirement, other: FoundRequirement) -> FoundRequirement:
    """Return the better wish; one without a version takes the other's, extras add up."""
    mine, yours = named(best.requirement), named(other.requirement)
    text = best.requirement
    if mine and yours:
        mine.extras |= yours.extras
        if not (mine.specifier or mine.url) and best.source.rank <= other.source.rank:
            mine.specifier, mine.url = yours.specifier, yours.url
            mine.marker = mine.marker or (yours.marker if yours.url else None)
        text = str(mine)
    where = tuple(dict.fromkeys((*best.where, *other.where)))
    return FoundRequirement(text, best.source, where, best.module or other.module)


def named(text: str) -> Requirement | None:
    """Return a requirement that says its name, None for a URL, a path, or what is none."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return None
    requirement.name = canonicalize_name(requirement.name)
    return requirement


def distribution(text: str) -> str:
    """Return the canonical name of a requirement, empty where it says none."""
    found = named(text)
    return found.name if found else ""


def is_exact(text: str) -> bool:
    """Whether a requirement names one version."""
    found = named(text)
    return found is not None and any(each.operator == "==" for each in found.specifier)


def unpinned(texts: Iterable[str]) -> Iterator[str]:
    """Yield the requirements without their exact versions; lower bounds and URLs stay."""
    for text in texts:
        found = named(text)
        if found and any(each.operator in ("==", "===", "~=") for each in found.specifier):
            found.specifier = type(found.specifier)("")
        yield str(found) if found else text

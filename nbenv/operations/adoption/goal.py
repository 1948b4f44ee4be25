"""The goal of adopting a notebook, and what was reached."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from nbenv.adopt.findings import unpinned
from nbenv.core import requirements
from nbenv.core.lock import Lock
from nbenv.core.spec import Index, Spec
from nbenv.core.urls import unused_name
from nbenv.engine.document import NotebookRef
from nbenv.engine.environment_sync import SyncResult

__all__ = ["Adopted", "Goal", "SharedVersions", "with_indexes"]


@dataclass(frozen=True)
class SharedVersions:
    """Versions that several notebooks have in common: each takes them where it can.

    `day` is the day that they were resolved as of, where they are older than today's.
    """

    python: str
    lock: Lock
    day: str | None = None


@dataclass(frozen=True)
class Goal:
    """The packages to install, and on which Python.

    `indexes` are those that the notebook names, `as_of` is the day to resolve as of. If the Python
    may be another one, `other_pythons` returns those to try; they are looked up only when needed.
    `agreed` is the digest of the record that was agreed to, where the notebook has one already.
    `versions` are those to prefer. `torch_backend` is the build of PyTorch, "" for the one that
    fits. `speculative` are names that are not worth building, and not worth failing for.

    `soft` are requirements whose versions nobody asked for: an output shows them (`shown`), or they
    are the ones that still have what the code uses. `last_day` is the last one on which all was
    there. A day that is an estimate is not tried on a Python that is younger. With `anew`, an
    environment that is recorded already gets the Python and the versions as well. `imported` are
    the modules that the notebook imports, and the names in them.
    """

    ref: NotebookRef
    python: str
    requirements: tuple[str, ...]
    indexes: tuple[Index, ...]
    as_of: str | None
    other_pythons: Callable[[], list[str]] | None
    agreed: str | None = None
    versions: SharedVersions | None = None
    torch_backend: str = ""
    speculative: frozenset[str] = frozenset()
    soft: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    last_day: str | None = None
    is_estimate: bool = False
    no_deps: frozenset[str] = frozenset()
    system: tuple[str, ...] = ()
    anew: bool = False
    imported: frozenset[str] = frozenset()

    def loosened(self, *, only: Collection[str] | None = None) -> tuple[str, ...]:
        """Return the requirements without their exact versions, or `only` those without any."""
        loose = self.soft if only is None else only
        texts = (requirements.name_of(t) if t in loose else t for t in self.requirements)
        return tuple(unpinned(texts) if only is None else texts)

    def without(self, names: Collection[str]) -> Goal:
        """Return the goal without the requirements of those names."""
        kept = (text for text in self.requirements if requirements.name_of(text) not in names)
        left = self.speculative.difference(names)
        return replace(self, requirements=tuple(kept), speculative=left)


@dataclass(frozen=True)
class Adopted:
    """An adopted environment; `notes` say how it differs from the goal, `dropped` what it lacks."""

    spec: Spec
    synced: SyncResult
    notes: tuple[str, ...] = ()
    dropped: frozenset[str] = frozenset()
    as_of: str | None = None


def with_indexes(known: Sequence[Index], found: Sequence[Index]) -> tuple[Index, ...]:
    """Return indexes with others after them, each with a name of its own; one is the default."""
    indexes = {index.url: index for index in known}
    has_default = any(index.default for index in known)
    for index in found:
        if index.url not in indexes:
            name = unused_name(index.name, [each.name for each in indexes.values()])
            default = index.default and not has_default
            indexes[index.url] = replace(index, name=name, default=default)
        elif indexes[index.url].packages is not None:
            serving = indexes[index.url].serving(index.packages or ())
            indexes[index.url] = replace(serving, claims=index.claims)
    return tuple(indexes.values())

"""Questions about modules that the table of import names lacks, and the packages found."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FoundByName", "Question"]


@dataclass(frozen=True)
class Question:
    """A module that an index may be asked about.

    Parameters
    ----------
    module
        Its dotted name, as the table would have it: the top one, or a part of a namespace.
    uses
        The dotted names that the notebook uses in it, each without the module's own.
    candidates
        Normalised names of packages that may provide it.
    mentioned
        Those of them that the notebook's text names as packages.
    """

    module: str
    uses: frozenset[str]
    candidates: tuple[str, ...]
    mentioned: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FoundByName:
    """A package that an index has, whose newest wheel has what the notebook uses.

    `modules` are those that it explains. `first_day` is the day of its first release ("" if
    unknown), and `why` says what speaks for it.
    """

    name: str
    modules: tuple[str, ...]
    version: str
    first_day: str
    summary: str
    why: str

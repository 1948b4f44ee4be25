"""Marks for the imports of a notebook's cells: the packages they need, before anything is run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nbenv.adopt import special_cases
from nbenv.adopt.code.facts import Import
from nbenv.adopt.findings import package_name
from nbenv.adopt.local_modules import LocalModules
from nbenv.adopt.projects.noted_places import note_places
from nbenv.core.import_names import distribution_of
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.operations.marking.import_statements import read_imports
from nbenv.operations.marking.present_packages import PresentPackages, present_packages

__all__ = ["Mark", "deciding_modules", "import_marks"]

_COLAB = "google.colab"


@dataclass(frozen=True)
class Mark:
    """The package that one import needs, and whether it is there.

    `line` is where its statement begins in the cell, from 0. `package` is what provides the
    `module`, in a `version` that is installed or locked, as the notebook's `requirement` asks for.
    An `optional` import may fail. `docs` is the address of the package's documentation.
    """

    line: int
    module: str
    state: Literal["installed", "locked", "missing", "unknown", "local"]
    package: str | None = None
    version: str | None = None
    requirement: str | None = None
    optional: bool = False
    docs: str = ""


def import_marks(ref: NotebookRef, cells: Sequence[str]) -> dict[str, object]:
    """Tell for each import of cells whether its package is there, or what would be installed.

    Nothing is run, installed or asked of an index. Modules of the standard library have no mark.

    Parameters
    ----------
    ref
        The notebook, for its record, its environment, and the modules beside it.
    cells
        The sources of its code cells, as they are in the page.

    Returns
    -------
    dict
        ``cells`` has a list of marks for each cell, each with what a `Mark` has.

    Raises
    ------
    NbenvError
        The notebook, or its record, cannot be read.
    """
    snapshot = NotebookSnapshot.read(ref)
    read = [read_imports(source) for source in cells]
    local = LocalModules(ref.folder)
    for cell in read:
        note_places(cell.facts, local, is_cell=True)
    marker = _Marker(snapshot, local, present_packages(snapshot.environment))
    found = ([dict(vars(mark)) for mark in marker.marks(cell.imports)] for cell in read)
    return {"cells": list(found)}


class _Marker:
    """Makes the marks of one notebook."""

    def __init__(
        self, snapshot: NotebookSnapshot, local: LocalModules, present: PresentPackages
    ) -> None:
        spec = snapshot.spec
        self._python = spec.python
        self._requirements = {package_name(each): each for each in spec.requirements}
        self._locked = {each.name: each.version for each in spec.lock.distributions}
        self._local, self._present = local, present
        self._known: dict[tuple[str, bool], Mark | None] = {}

    def marks(self, imports: Sequence[tuple[int, Import]]) -> Iterator[Mark]:
        """Yield the marks of a cell's imports, one for each package on a line."""
        seen = set()
        for line, found in imports:
            for module in deciding_modules(found):
                mark = self._remembered(module, found.optional)
                key = mark and (line, mark.state, mark.package or module)
                if mark and key not in seen:
                    seen.add(key)
                    yield replace(mark, line=line)

    def _remembered(self, module: str, optional: bool) -> Mark | None:
        """Return the mark of a module; a notebook imports the same ones in many cells."""
        key = (module, optional)
        if key not in self._known:
            self._known[key] = self._mark(module, optional)
        return self._known[key]

    def _mark(self, module: str, optional: bool) -> Mark | None:
        """Return the mark of a module, whatever its line."""
        top = module.partition(".")[0]
        if self._local.has(module):
            return Mark(0, top, "local")
        own = special_cases.standard(module, self._python)
        if own is True or f"{module}.".startswith(f"{_COLAB}."):
            return None
        known = own if isinstance(own, str) else distribution_of(module)
        names = list(filter(None, [known, *special_cases.ALSO.get(top, "").split()]))
        versions = self._present.versions
        present = next((each for each in names if each in versions), None)
        present = present or self._present.provider_of(module)
        if present is not None:
            docs = self._present.documentation_of(present)
            asked = self._requirements.get(present)
            return Mark(0, top, "installed", present, versions[present], asked, optional, docs)
        if locked := next((each for each in names if each in self._locked), None):
            asked = self._requirements.get(locked)
            return Mark(0, top, "locked", locked, self._locked[locked], asked, optional)
        if known:
            return Mark(0, top, "missing", known, optional=optional)
        if self._local.may_have(module):
            return Mark(0, top, "local")
        return Mark(0, module, "unknown", optional=optional)


def deciding_modules(found: Import) -> list[str]:
    """Return the modules of an import that decide which packages it needs.

    Each name may be a module of another package: ``from google.cloud import storage, bigquery``.
    """
    if found.level or not found.module:
        return []
    known = distribution_of(found.module)
    others = [each for each in found.modules()[1:] if distribution_of(each) not in (None, known)]
    return others or [found.module]

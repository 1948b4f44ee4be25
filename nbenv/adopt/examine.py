"""Find out what an ordinary notebook needs, running nothing of it.

The sources, best first: records of other tools in the metadata, install lines in cells, files
beside the notebook, imports. One module reads one kind.
"""

from __future__ import annotations

import re
from pathlib import Path

from nbenv.adopt.age import age_of, python_of, versions_shown
from nbenv.adopt.findings import (
    Findings,
    FoundRequirement,
    distribution,
)
from nbenv.adopt.local_modules import Local
from nbenv.adopt.notebook_reader import ReadNotebook, read
from nbenv.adopt.project_files import read_beside
from nbenv.adopt.records import READERS
from nbenv.adopt.resolve_imports import settle
from nbenv.adopt.scan import Scan

__all__ = ["examine"]


def examine(path: Path, default: str, python: str | None = None) -> Findings:
    """Return what a notebook needs.

    Parameters
    ----------
    path
        The notebook; files beside it are read too.
    default
        The Python, as ``"3.11"``, of a notebook that does not say one.
    python
        The Python that was asked for, whatever the notebook says.
    """
    notebook, findings = read(path), Findings()
    for reader in READERS:
        reader(notebook, findings)
    scan = Scan(path.parent, findings, Local(path.parent))
    scan.visited.add(path.resolve())
    scan.cells(notebook.cells)
    beside = Findings(python=findings.python)
    read_beside(path.parent, beside)
    _choose_python(notebook, findings, beside, python)
    settle(scan, beside, findings.python or default, alone=_is_alone(path))
    for cell in notebook.cells:
        for pin in versions_shown(cell):
            _take_pin(pin, notebook, findings)
    if findings.as_of is None:
        findings.as_of, findings.as_of_reason = age_of(notebook, findings)
    return findings


def _choose_python(
    notebook: ReadNotebook, findings: Findings, beside: Findings, python: str | None
) -> None:
    if python:
        findings.python, findings.python_source = python, "as asked"
    elif not findings.python and beside.python:
        findings.python, findings.python_source = beside.python, beside.python_source
    elif not findings.python:
        findings.python, findings.python_source = python_of(notebook)


def _is_alone(path: Path) -> bool:
    """Return whether the folder has no other notebook, so that its files are this one's."""
    return sum(1 for _ in path.parent.glob("*.ipynb")) <= 1


def _take_pin(pin: FoundRequirement, notebook: ReadNotebook, findings: Findings) -> None:
    """Take a version that an output shows, for a distribution that is wanted anyway."""
    module, _, version = pin.requirement.partition("==")
    alias = re.compile(rf"^\s*import\s+(\w+)\s+as\s+{re.escape(module)}\b", re.MULTILINE)
    found = next((m for cell in notebook.cells if (m := alias.search(cell.source))), None)
    module = found[1] if found else module
    owner = next((each.name for each in findings.wanted if each.module == module), "")
    name = owner or distribution(module)
    if name in findings.names():
        findings.pins.setdefault(name, FoundRequirement(f"{name}=={version}", pin.source))

"""Find out what an ordinary notebook needs, without running it.

The sources, best first: records of other tools in the metadata, install lines in cells, files
beside the notebook, imports. There is one module for each kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from packaging.version import Version

from nbenv.adopt.age import age_of, python_of, shown_versions
from nbenv.adopt.findings import RANK_OF_CODE, Findings, FoundRequirement, Source, package_name
from nbenv.adopt.local_modules import LocalModules
from nbenv.adopt.notebook_reader import ReadNotebook, kept_copy, read
from nbenv.adopt.project_files import project_folder, read_beside
from nbenv.adopt.records import READERS
from nbenv.adopt.removals.table import PYTHON
from nbenv.adopt.removals.uses import uses
from nbenv.adopt.resolve_imports import settle
from nbenv.adopt.scan import Scan
from nbenv.adopt.unlisted.questions import questions

__all__ = ["examine"]


def examine(
    path: Path, default: str, python: str | None = None, root: Path | None = None
) -> Findings:
    """Find out what a notebook needs.

    Parameters
    ----------
    path
        The notebook; files beside it are read too.
    default
        The Python, as ``"3.11"``, for a notebook that does not name one.
    python
        The Python that was asked for, whatever the notebook names.
    root
        The folder that the notebook belongs to: where its own has no project files, those of the
        folders up to this one count.

    Raises
    ------
    NotebookError
        The file is not a notebook, or is one in another language.
    """
    notebook, findings = read(path), Findings()
    for reader in READERS:
        reader(notebook, findings)
    scan = Scan(findings, LocalModules(path.parent))
    scan.visited.add(path.resolve())
    scan.scan_cells(notebook.cells)
    scan.add_used_imports()
    beside = Findings(python=findings.python)
    project = project_folder(path.parent, root)
    read_beside(project, beside)
    _choose_python(notebook, findings, beside, python)
    settle(scan, beside, findings.python or default, alone=_is_only_notebook(path, project, root))
    scan.hint_conditional()
    findings.imported = set(scan.imports)
    _add_conda_parts(findings, beside)
    if notebook.format != 4:
        copy = kept_copy(path, notebook.format).name
        findings.note(
            f"the file is in the old format {notebook.format}: adopting converts it to format 4, "
            f"and keeps the old one as {copy}"
        )
    for cell in notebook.cells:
        for pin in shown_versions(cell):
            _add_shown_version(pin, notebook, findings)
    _add_removals(scan, findings)
    declared = {
        each.name for each in findings.requirements if each.name and each.source.rank < RANK_OF_CODE
    }
    declared |= _declared_above(path.parent) if findings.unknown else set()
    findings.questions = questions(findings.unknown, scan.code, _texts(notebook), declared)
    if findings.as_of is None:
        findings.as_of, findings.as_of_reason = age_of(notebook, findings)
    return findings


def _declared_above(folder: Path) -> set[str]:
    """Return the names of packages that the files of a notebook's repository ask for."""
    folder = folder.resolve()
    root = next((each for each in folder.parents if (each / ".git").exists()), None)
    above = Findings()
    if root:
        read_beside(project_folder(folder, root), above)
    return above.names()


def _texts(notebook: ReadNotebook) -> Iterator[str]:
    yield notebook.prose
    for cell in notebook.cells:
        yield from (cell.source, cell.output)


def _add_conda_parts(findings: Findings, beside: Findings) -> None:
    """Add what conda installs beside Python packages, and name what only conda has."""
    for name, where in beside.system.items():
        for place in where:
            findings.add_system([name], place)
    for source, names in {**beside.conda_only, **findings.conda_only}.items():
        shown = ", ".join(dict.fromkeys(names))
        findings.note(f"{source} lists what only conda has, which is left out: {shown}")


def _choose_python(
    notebook: ReadNotebook, findings: Findings, beside: Findings, python: str | None
) -> None:
    if python:
        findings.python, findings.python_source = python, "as requested"
    findings.suggest_python(beside.python, beside.python_source)
    findings.suggest_python(*python_of(notebook))


def _is_only_notebook(path: Path, project: Path, root: Path | None) -> bool:
    """Return whether the project's files are about this notebook: there is no other one.

    In a folder that is adopted as a whole, they are about the notebooks below, too. Beside a
    ``setup.py`` they are about the package that it builds.
    """
    if project != path.parent or (project / "setup.py").is_file():
        return False
    found = project.rglob("*.ipynb") if root else project.glob("*.ipynb")
    return all(each == path or each.parent.name.startswith(".") for each in found)


def _add_shown_version(pin: FoundRequirement, notebook: ReadNotebook, findings: Findings) -> None:
    """Add a version that an output shows, if the package is needed anyway."""
    module, _, version = pin.requirement.partition("==")
    alias = re.compile(rf"^\s*import\s+(\w+)\s+as\s+{re.escape(module)}\b", re.MULTILINE)
    found = next((m for cell in notebook.cells if (m := alias.search(cell.source))), None)
    module = found[1] if found else module
    owner = next((each.name for each in findings.requirements if each.module == module), "")
    name = owner or package_name(module)
    if name in findings.names() and name not in findings.pins:
        findings.add_pin(f"{name}=={version}", pin.source)
        findings.shown.add(f"{name}=={version}")


def _add_removals(scan: Scan, findings: Findings) -> None:
    """Add the removed names that the code uses, and the limits that are enough to have them."""
    names = {*findings.names(), PYTHON}
    found = uses((facts.trees, where) for facts, where in scan.code)
    findings.removed = [each for each in found if each.removal.distribution in names]
    by_version = sorted(findings.removed, key=lambda each: Version(each.removal.version))
    for each in by_version:
        removal = each.removal
        if removal.is_limit and removal.distribution not in findings.pins:
            source = Source(RANK_OF_CODE, f"{each.where} uses {removal.name}")
            findings.add_pin(removal.requirement, source)
            findings.limits.add(removal.requirement)

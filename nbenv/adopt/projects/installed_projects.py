"""Find the projects that a notebook needs installed, and leave their own modules to them."""

from __future__ import annotations

from nbenv.adopt.findings import RANK_OF_CODE, Findings
from nbenv.adopt.scan import Scan

__all__ = ["add_project", "leave_to_projects"]


def add_project(scan: Scan, module: str) -> None:
    """Add the project around the notebook that has a module, unless the notebook installs it.

    Parameters
    ----------
    scan
        The notebook's cells; its findings are completed.
    module
        The module that is imported, and is in no folder that the notebook imports from.
    """
    path = scan.local.to_install(module)
    if path and module.partition(".")[0] not in _modules_of_projects(scan):
        scan.findings.editable.append(path)


def leave_to_projects(scan: Scan) -> None:
    """Leave out the modules of a project beside the notebook that it installs by its folder."""
    findings, modules = scan.findings, _modules_of_projects(scan)
    findings.requirements = [
        each
        for each in findings.requirements
        if each.source.rank != RANK_OF_CODE or each.module not in modules
    ]
    for module in modules & findings.unknown.keys():
        del findings.unknown[module]


def _modules_of_projects(scan: Scan) -> set[str]:
    findings: Findings = scan.findings
    texts = [each.requirement for each in findings.requirements if not each.name]
    return {name for text in [*texts, *findings.editable] for name in scan.local.modules_of(text)}

"""Examine a notebook for adopting it, as the options of the command say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from packaging.version import Version

from nbenv.adopt.examine import examine
from nbenv.adopt.findings import RANK_OF_CODE, Findings, Source
from nbenv.environments.interpreters import default_python, is_too_old, missing
from nbenv.operations.adoption.dates import chosen_day, older_than_pythons
from nbenv.operations.adoption.pythons import first_python, too_old_note

__all__ = ["AdoptOptions", "Examined", "examine_for"]


_WITHOUT_SETUPTOOLS = "2023-10-02"
"""The day of Python 3.12, whose new environments have no setuptools."""


@dataclass(frozen=True)
class AdoptOptions:
    """The options of ``adopt``.

    Parameters
    ----------
    dry_run
        Report what would be installed, and change nothing.
    sizes
        With `dry_run`: also find out how large the download would be.
    as_of
        A day (``"2021-06-01"``) to resolve as of, or ``"auto"`` for the one that the notebook
        suggests.
    rewrite
        Rewrite install lines in cells as ``%nbenv`` lines.
    python
        The Python, as ``"3.11"``, whatever the notebook names.
    own_indexes
        Ignore the indexes that the notebook names.
    torch_backend
        The build of PyTorch, as of `nbenv.engine.accelerators.torch_choice.parse_choice`.
    listed_only
        Ask no index about modules that the table of import names lacks.
    """

    dry_run: bool = False
    as_of: str | None = None
    rewrite: bool = False
    python: str | None = None
    own_indexes: bool = False
    torch_backend: str = ""
    sizes: bool = False
    listed_only: bool = False


@dataclass(frozen=True)
class Examined:
    """The findings for `python`; `declared` is the Python that the notebook names."""

    findings: Findings
    declared: str | None
    python: str
    as_of: str | None


def examine_for(path: Path, options: AdoptOptions, root: Path | None = None) -> Examined:
    """Examine a notebook for the Python that it gets, which may not be the one that it names.

    Parameters
    ----------
    path
        The notebook.
    options
        The options of the command.
    root
        The folder that is adopted with all its notebooks; files in it count for those below, too.

    Raises
    ------
    UsageError
        The day to resolve as of is no day.
    NotebookError
        The file is not a notebook, or is one in another language.
    """
    findings = examine(path, default_python(), options.python, root)
    declared, source = findings.python, findings.python_source
    as_of = chosen_day(options.as_of, findings)
    if options.python and is_too_old(options.python):
        raise missing(options.python)
    python = first_python(findings, options.python, as_of)
    if python != declared:
        findings = examine(path, default_python(), python, root)
        findings = replace(findings, python_source="")
        if declared:
            why = too_old_note(declared, findings, as_of)
            findings.note(f"Python {declared} ({source}) is not used; Python {python} is{why}")
    if options.own_indexes:
        findings = replace(findings, indexes={}, main_indexes={})
    if as_of:
        _limit_older(findings)
        _add_setuptools(findings, as_of)
    return Examined(findings, declared, python, as_of)


def _add_setuptools(findings: Findings, day: str) -> None:
    """Require setuptools, where each environment had it: packages of that time rely on it."""
    if day < _WITHOUT_SETUPTOOLS and findings.names() and "setuptools" not in findings.names():
        findings.add("setuptools", Source(4, "its age"), "environments of that time had it")
        findings.speculative.add("setuptools")


def _limit_older(findings: Findings) -> None:
    """Require the versions from before this machine's Pythons that still have what the code uses.

    A resolution as of a day does not find them: its day is one on which there was such a Python.
    """
    older = set(older_than_pythons(each.removal for each in findings.removed))
    for use in sorted(findings.removed, key=lambda each: Version(each.removal.version)):
        removal = use.removal
        if removal in older and removal.distribution not in findings.pins:
            source = Source(RANK_OF_CODE, f"{use.where} uses {removal.name}")
            findings.add_pin(removal.requirement, source)
            findings.limits.add(removal.requirement)

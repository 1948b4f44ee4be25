"""The age of a notebook: the day that it names, the versions it ran with, its last commit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from nbenv import git
from nbenv.adopt.findings import Findings, FoundRequirement, Source, is_exact
from nbenv.adopt.notebook_reader import Cell, ReadNotebook
from nbenv.adopt.printed.versions import printed_versions

__all__ = ["age_of", "date_of", "python_of", "shown_versions"]

_RELEASED = {
    "2.7": "2018-06-01", "3.4": "2016-06-01", "3.5": "2017-06-01", "3.6": "2018-12-01",
    "3.7": "2020-06-01", "3.8": "2021-06-01", "3.9": "2022-03-01", "3.10": "2023-03-01",
}  # fmt: skip
"""A day in the middle of the years when most people used a Python."""
_PATCHES = {
    "3.6": {8: "2018-12-24", 9: "2019-07-02", 10: "2019-12-18", 12: "2020-08-17", 13: "2021-02-15"},
    "3.7": {8: "2020-06-28", 9: "2020-08-17", 10: "2021-02-15", 11: "2021-06-28", 12: "2021-09-04",
            13: "2022-03-16", 14: "2022-09-06", 15: "2022-10-11", 16: "2022-12-06"},
    "3.8": {9: "2021-04-02", 10: "2021-05-03", 11: "2021-06-28", 12: "2021-08-30",
            13: "2022-03-16", 14: "2022-09-06", 15: "2022-10-11", 16: "2022-12-06",
            17: "2023-06-06", 18: "2023-08-24", 19: "2024-03-19", 20: "2024-09-06"},
    "3.9": {11: "2022-03-16", 12: "2022-03-23", 13: "2022-05-17", 14: "2022-09-06",
            15: "2022-10-11", 16: "2022-12-06", 17: "2023-06-06", 18: "2023-08-24",
            19: "2024-03-19", 20: "2024-09-06"},
    "3.10": {10: "2023-02-08", 11: "2023-04-05", 12: "2023-06-06", 13: "2023-08-24",
             14: "2024-03-19", 15: "2024-09-07", 16: "2024-12-03"},
}  # fmt: skip
"""The days of late patch releases: nobody ran one before its day."""
_IN_USE = timedelta(days=60)
"""How long after a patch release people run it, in the middle."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATES = (
    re.compile(r"\b(?P<y>20[12]\d)-(?P<m>[01]\d)-(?P<d>[0-3]\d)\b"),
    re.compile(r"\b(?P<d>[0-3]?\d) (?P<n>[A-Z][a-z]{2})[a-z]*\.?,? (?P<y>20[12]\d)\b"),
    re.compile(r"\b(?P<n>[A-Z][a-z]{2})[a-z]*\.? (?P<d>[0-3]?\d),? (?P<y>20[12]\d)\b"),
)
_DATE_WORDS = re.compile(
    r"updated?|modified|written|version|date|created|copyright|©", re.IGNORECASE
)
_VERSION_LINE = re.compile(
    r"^\s*([A-Za-z][\w.-]*)(?:\s*(?:==|:|version:?)\s*|\s+)v?(\d+(?:\.\d+)+\w*)\s*$"
)
_PYTHONS = ("python", "cpython", "ipython", "python version", "ipython version")


def python_of(notebook: ReadNotebook) -> tuple[str | None, str]:
    """Return the Python that a notebook was last run with, as ``"3.8"``, and the evidence."""
    info = notebook.section("language_info")
    version = re.match(r"(\d+\.\d+)", str(info.get("version", "")))
    if version:
        return version[1], "the notebook was last run with it"
    for cell in notebook.cells:
        shown = re.search(r"C?Python (?:version\s*:\s*)?(3\.\d+)\.\d+", cell.output)
        if shown:
            return shown[1], f"the output of {cell.name} shows it"
    return None, ""


def age_of(notebook: ReadNotebook, findings: Findings) -> tuple[str | None, str]:
    """Return the day to resolve as of, and the reason: from the notebook itself, else from git.

    A notebook with exact versions needs no guess from git: their age is found when they are
    resolved.
    """
    day, reason = date_of(notebook)
    if day is None and not any(is_exact(each.requirement) for each in findings.settled()):
        day = git.last_change(str(notebook.path))
        reason = f"its last commit in git is from {day}" if day else ""
    return day, reason


def date_of(notebook: ReadNotebook) -> tuple[str | None, str]:
    """Return the day that a notebook names or that its Python suggests, and the reason."""
    for cell in notebook.cells:
        if "watermark" in cell.source or "datetime" in cell.source:
            for day in _days(cell.output):
                return day, f"the output of {cell.name} shows {day}"
    for line in notebook.prose.splitlines():
        if _DATE_WORDS.search(line):
            for day in _days(line):
                return day, f"the notebook's text says {day}"
    python, _ = python_of(notebook)
    if python in _RELEASED:
        return _run_by(python, notebook), f"it was last run with Python {python}"
    return None, ""


def _run_by(python: str, notebook: ReadNotebook) -> str:
    """Return a day when people used a Python, not before the patch release that ran it last."""
    version = str(notebook.section("language_info").get("version", ""))
    found = re.match(rf"{re.escape(python)}\.(\d+)", version)
    released = _PATCHES.get(python, {}).get(int(found[1])) if found else None
    used = (date.fromisoformat(released) + _IN_USE).isoformat() if released else ""
    return max(_RELEASED[python], used)


def _days(text: str) -> Iterator[str]:
    for pattern in _DATES:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            name = str(parts.get("n", "")).lower()
            month = _MONTHS.index(name) + 1 if name in _MONTHS else int(parts.get("m") or 0)
            if 1 <= month <= 12 and 1 <= int(parts["d"]) <= 31:
                yield f"{parts['y']}-{month:02d}-{int(parts['d']):02d}"


def shown_versions(cell: Cell) -> Iterator[FoundRequirement]:
    """Yield ``module==version`` from a cell's output: of watermark, or of ``__version__``."""
    source = Source(1, f"the output of {cell.name}")
    if "watermark" in cell.source or "version_information" in cell.source:
        for line in cell.output.splitlines():
            found = _VERSION_LINE.match(line)
            if found and found[1].lower() not in _PYTHONS:
                yield FoundRequirement(f"{found[1]}=={found[2]}", source)
    for module, version in printed_versions(cell.source, cell.output):
        yield FoundRequirement(f"{module}=={version.partition('+')[0]}", source)

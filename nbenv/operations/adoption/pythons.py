"""The Python that an adopted notebook gets."""

from __future__ import annotations

from collections.abc import Iterable

from nbenv.adopt.findings import Findings
from nbenv.adopt.removals.table import PYTHON
from nbenv.environments import interpreters
from nbenv.environments.interpreters import OLDEST, default_python, is_too_old

__all__ = ["first_python", "last_with_all", "other_pythons", "too_old_note", "usable_since"]

_USABLE_SINCE = {
    "3.8": "2020-01-15", "3.9": "2021-01-15", "3.10": "2022-01-15", "3.11": "2023-01-15",
    "3.12": "2023-12-15", "3.13": "2024-12-15", "3.14": "2026-01-15",
}  # fmt: skip
"""When most packages had wheels for a Python."""


def usable_since(python: str) -> str:
    """Return the day from which on most packages had wheels for a Python."""
    return _USABLE_SINCE.get(python, "")


def first_python(findings: Findings, asked: str | None, as_of: str | None) -> str:
    """Return the Python to try first: the notebook's own if it is here, else one of its time.

    Where the code uses what a Python removed, it is one that still has that.
    """
    declared, default = findings.python, default_python()
    if asked or declared == default or (declared and interpreters.find(declared)):
        return asked or str(declared)
    fitting = other_pythons(declared, as_of)[:1] if as_of else []
    return last_with_all(findings, fitting[0] if fitting else default)


def last_with_all(findings: Findings, python: str) -> str:
    """Return a Python if it has all that the code uses, else the newest one here that has."""
    versions = [
        _minor_number(each.removal.version)
        for each in findings.removed
        if each.removal.distribution == PYTHON
    ]
    if all(_minor_number(python) < version for version in versions):
        return python
    here = (each.python for each in interpreters.available())
    having = [each for each in here if all(_minor_number(each) < version for version in versions)]
    return max(having, key=_minor_number, default=python)


def other_pythons(declared: str | None, as_of: str | None) -> list[str]:
    """Return all Pythons of this machine, the most promising first.

    With a day, those that most packages supported then come first, the newest of them leading; with
    a declared Python, those that are at least as new. The host's Python and older ones come before
    newer ones, for which old versions have no wheels.
    """
    here = sorted((each.python for each in interpreters.available()), key=_minor_number)
    newest = _minor_number(default_python())
    order = sorted(here, key=lambda each: (_minor_number(each) > newest, -_minor_number(each)))
    if as_of:
        order = [*reversed(_fitting(here, as_of)), *here]
    elif declared and declared.startswith("3.") and _minor_number(declared) < newest:
        at_least = [each for each in here if _minor_number(each) >= _minor_number(declared)]
        order = [*at_least, *order]
    return list(dict.fromkeys(order))


def too_old_note(declared: str, findings: Findings, as_of: str | None) -> str:
    """Return why a declared Python is not used if no kernel runs on it, as the end of a sentence.

    It says what ``--as-of`` would do, where the notebook has an age and no day was asked for.
    """
    if not is_too_old(declared):
        return ""
    reason = f": a kernel needs Python {OLDEST} or newer"
    day = findings.as_of
    if as_of or not day:
        return reason
    return (
        f"{reason} (--as-of {day} takes packages of that time, on an older Python of this machine)"
    )


def _fitting(here: Iterable[str], as_of: str) -> list[str]:
    return [each for each in here if (usable_since(each) or "9") <= as_of]


def _minor_number(python: str) -> int:
    return int(python.partition(".")[2])

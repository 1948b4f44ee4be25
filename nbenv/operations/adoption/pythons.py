"""The Python that an adopted notebook gets."""

from __future__ import annotations

from nbenv.adopt.findings import Findings
from nbenv.environments import interpreters
from nbenv.environments.interpreters import OLDEST, default_python, is_too_old

__all__ = ["first_python", "other_pythons", "too_old_note"]

_USABLE_SINCE = {
    "3.8": "2020-02", "3.9": "2021-02", "3.10": "2022-02", "3.11": "2023-02", "3.12": "2024-02",
    "3.13": "2025-02", "3.14": "2026-02",
}  # fmt: skip
"""When most packages had wheels for a Python."""


def first_python(findings: Findings, asked: str | None, as_of: str | None) -> str:
    """Return the Python to try first: the notebook's own if it is here, else one of its time."""
    declared, default = findings.python, default_python()
    if asked or declared == default or (declared and interpreters.find(declared)):
        return asked or str(declared)
    fitting = other_pythons(declared, as_of)[:1] if as_of else []
    return fitting[0] if fitting else default


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
        fitting = [each for each in here if _USABLE_SINCE.get(each, "9") <= as_of]
        order = [*reversed(fitting), *here]
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


def _minor_number(python: str) -> int:
    return int(python.partition(".")[2])

"""Which Python an adopted notebook gets."""

from __future__ import annotations

import re

from nbenv.adopt.findings import Findings
from nbenv.environments import interpreters
from nbenv.environments.interpreters import default_python
from nbenv.errors import UsageError

__all__ = ["day_of", "first_python", "other_pythons"]

_USABLE_SINCE = {
    "3.8": "2020-02", "3.9": "2021-02", "3.10": "2022-02", "3.11": "2023-02", "3.12": "2024-02",
    "3.13": "2025-02", "3.14": "2026-02",
}  # fmt: skip
"""When most distributions had wheels for a Python."""


def day_of(text: str | None, findings: Findings) -> str | None:
    """Return the day to resolve as of; `text` may be ``auto``."""
    if text == "auto":
        return findings.as_of
    if text and not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise UsageError(f"{text!r} is not a day.", todo="Write, for example, --as-of 2021-06-01.")
    recorded = findings.as_of if "resolves as of" in findings.as_of_reason else None
    return text or recorded


def first_python(findings: Findings, asked: str | None, as_of: str | None) -> str:
    """Return the Python to try first: the notebook's own where it is here, else the host's."""
    told, default = findings.python, default_python()
    if asked or told == default or (told and interpreters.find(told)):
        return asked or str(told)
    fitting = other_pythons(told, as_of)[:1] if as_of else []
    return fitting[0] if fitting else default


def other_pythons(told: str | None, as_of: str | None) -> list[str]:
    """Return all Pythons of this machine, those that fit the notebook's time best first."""
    here = sorted((each.python for each in interpreters.available()), key=_minor)
    newest = _minor(default_python())  # versions that a newer Python lacks are on older ones
    order = sorted(here, key=lambda each: (_minor(each) > newest, -_minor(each)))
    if as_of:
        fitting = [each for each in here if _USABLE_SINCE.get(each, "9") <= as_of]
        order = [*reversed(fitting), *here]
    elif told and told.startswith("3.") and _minor(told) < newest:
        order = [*(each for each in here if _minor(each) >= _minor(told)), *order]
    return list(dict.fromkeys(order))


def _minor(python: str) -> int:
    return int(python.partition(".")[2])

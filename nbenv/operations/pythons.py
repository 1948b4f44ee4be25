"""Which Python an adopted notebook gets."""

from __future__ import annotations

import re

from nbenv import interpreter
from nbenv.adopt import Findings
from nbenv.errors import UsageError
from nbenv.interpreter import default_python

__all__ = ["candidates", "day_of"]

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


def candidates(findings: Findings, asked: str | None, as_of: str | None) -> list[str]:
    """Return the Pythons to try, best first: the notebook's own, then what this machine has."""
    if asked:
        return [asked]
    here = [each.python for each in interpreter.available()]
    told, default = findings.python, default_python()
    newest = _minor(default)  # versions that a newer Python lacks are looked for on older ones
    order = sorted(here, key=lambda each: (_minor(each) > newest, -_minor(each)))
    if as_of:
        fitting = [each for each in here if _USABLE_SINCE.get(each, "9") <= as_of]
        order = [*sorted(fitting, key=_minor, reverse=True), *sorted(here, key=_minor)]
    elif default not in here:
        order = [default, *order]
    if told in here:
        order = [str(told), *order]
    elif told and told.startswith("3.") and _minor(told) < _minor(default):
        older = sorted((e for e in here if _minor(e) >= _minor(told)), key=_minor)
        order = [order[0], *older, *order]
    return list(dict.fromkeys(order)) or [default]


def _minor(python: str) -> int:
    return int(python.partition(".")[2])

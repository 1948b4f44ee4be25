"""Recognise the lists of packages that pip and conda print for people, and save as what they are.

Somebody who redirects one into a file takes it for a requirements file.
"""

from __future__ import annotations

import itertools
import re

from nbenv.errors import RequirementError

__all__ = ["problem_of_listing"]

_VERSION = r"v?\d[\w.+!-]*"
_ROW = re.compile(rf"[A-Za-z0-9][\w.-]*\s+{_VERSION}(\s+\S.*)?")
_CONDA_ROW = re.compile(rf"_?[A-Za-z0-9][\w.-]*\s+{_VERSION}\s+\w*_?\d+(\s+\S+)?")
_HEAD = re.compile(r"(Package|Name)\s+Version\b.*")
_RULE = re.compile(r"[-\u2500\s]{4,}")
_CONDA = re.compile(r"#\s*(packages in environment at\b|Name\s+Version\s+Build\b)")
_JSON = re.compile(r"""\[\s*\{\s*"(?:name|base_url)"\s*:""")
_FREEZE = "To write one: pip freeze > requirements.txt (in a cell: %pip freeze > requirements.txt)."
_EXPORT = (
    "In that environment, pip freeze > requirements.txt writes one; or write NAME==VERSION for "
    "each package that you need."
)
_MOST = 20
"""Lines that are looked at."""


def problem_of_listing(text: str, shown: str) -> RequirementError | None:
    """Return the error for a file that is the list of ``pip list`` or ``conda list``.

    Parameters
    ----------
    text
        The text of the file.
    shown
        The name of the file, for the message.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()][:_MOST]
    rows = [line for line in lines if not line.startswith("#")]
    if any(map(_CONDA.match, lines)) and not any("=" in row for row in rows):
        return _error(shown, "conda list", _EXPORT)
    if len(rows) > 1 and all(map(_CONDA_ROW.fullmatch, rows)):
        return _error(shown, "conda list", _EXPORT)
    if _has_head(rows) or (len(rows) > 1 and all(map(_ROW.fullmatch, rows))):
        return _error(shown, "pip list", _FREEZE)
    return _error(shown, "pip list", _FREEZE) if _JSON.match(text.lstrip()) else None


def _has_head(rows: list[str]) -> bool:
    """Return whether there is the head of a table and the line below it, or a row."""
    return any(
        _HEAD.fullmatch(head) and (_RULE.fullmatch(below) or _ROW.fullmatch(below))
        for head, below in itertools.pairwise(rows)
    )


def _error(shown: str, command: str, todo: str) -> RequirementError:
    return RequirementError(
        f"{shown} is the table of {command}, which is for people, and not a requirements file.",
        todo=todo,
    )

"""Values in metadata that other tools wrote, which may have the wrong type."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

__all__ = ["as_list", "as_mapping", "as_texts", "objects_in", "python_in"]


def as_mapping(value: object) -> Mapping[str, object]:
    """Return an object, or parse one from a string of JSON; an empty one for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[object]:
    """Return a list; an empty one for anything else."""
    return list(value) if isinstance(value, (list, tuple)) else []


def objects_in(value: object) -> list[Mapping[str, object]]:
    """Return the objects in a list; an empty list for anything else."""
    return [each for each in as_list(value) if isinstance(each, Mapping)]


def as_texts(value: object) -> list[str]:
    """Return the strings in a list; an empty list for anything else."""
    return [each for each in as_list(value) if isinstance(each, str)]


def python_in(value: object) -> str | None:
    """Return the first ``3.x`` in a version, or in a range such as ``>=3.10,<4``."""
    found = re.search(r"\b(3\.\d{1,2})\b", str(value or ""))
    return found[1] if found else None

"""Values of metadata that somebody else wrote: of whatever type they should not be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

__all__ = ["as_list", "as_mapping", "as_texts", "minor", "pipfile"]


def as_mapping(value: object) -> Mapping[str, object]:
    """Return an object, from JSON in a string too; an empty one for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, Mapping) else {}


def as_list(value: object) -> list[object]:
    """Return a list; an empty one for anything else."""
    return list(value) if isinstance(value, (list, tuple)) else []


def as_texts(value: object) -> list[str]:
    """Return the texts of a list."""
    return [each for each in as_list(value) if isinstance(each, str)]


def minor(value: object) -> str | None:
    """Return the first ``3.x`` of a version or of a range such as ``>=3.10,<4``."""
    found = re.search(r"\b(3\.\d{1,2})\b", str(value or ""))
    return found[1] if found else None


def pipfile(name: str, value: object) -> str:
    """Return one entry of a Pipfile as a requirement."""
    if isinstance(value, str):
        return name if value in ("*", "") else f"{name}{value}"
    entry = as_mapping(value)
    extras = ",".join(as_texts(entry.get("extras")))
    head = f"{name}[{extras}]" if extras else name
    marker = f" ; {entry['markers']}" if entry.get("markers") else ""
    if entry.get("git"):
        reference = f"@{entry['ref']}" if entry.get("ref") else ""
        return f"{head} @ git+{entry['git']}{reference}{marker}"
    if entry.get("path") or entry.get("file"):
        return str(entry.get("path") or entry["file"])
    version = str(entry.get("version") or "*")
    return f"{head}{'' if version == '*' else version}{marker}"

"""snapmyenv: everything that was installed, as a list with versions."""

from __future__ import annotations

from nbenv.adopt.findings import Findings, FoundRequirement, Source, distribution
from nbenv.adopt.json_values import as_list, as_mapping, minor
from nbenv.adopt.notebook_reader import ReadNotebook

__all__ = ["read"]


def read(notebook: ReadNotebook, findings: Findings) -> None:
    """Take the versions: the list has all that was installed, not what the notebook needs."""
    snapshot = as_mapping(notebook.metadata.get("snapmyenv_snapshot"))
    source = Source(0, "metadata.snapmyenv_snapshot")
    for entry in as_list(snapshot.get("packages")):
        text = entry if isinstance(entry, str) else _pinned(as_mapping(entry))
        if name := distribution(text):
            findings.pins[name] = FoundRequirement(text, source)
    python = minor(snapshot.get("python_version"))
    if python and not findings.python:
        findings.python, findings.python_source = python, source.name


def _pinned(entry: object) -> str:
    values = as_mapping(entry)
    return f"{values.get('name', '')}=={values.get('version', '')}"

"""snapmyenv: a list of all installed packages with their versions.

https://github.com/lovnishverma/snapmyenv
"""

from __future__ import annotations

from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.json_values import as_list, as_mapping, python_in
from nbenv.adopt.notebook_reader import ReadNotebook

__all__ = ["read"]


def read(notebook: ReadNotebook, findings: Findings) -> None:
    """Add the versions as pins only: the list does not say which of them the notebook needs."""
    snapshot = as_mapping(notebook.metadata.get("snapmyenv_snapshot"))
    source = Source(0, "metadata.snapmyenv_snapshot")
    for entry in as_list(snapshot.get("packages")):
        findings.add_pin(entry if isinstance(entry, str) else _specifier(entry), source)
    findings.suggest_python(python_in(snapshot.get("python_version")), source.name)


def _specifier(entry: object) -> str:
    table = as_mapping(entry)
    return f"{table.get('name', '')}=={table.get('version', '')}"

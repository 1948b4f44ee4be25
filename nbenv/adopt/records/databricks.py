"""Databricks: the environment of a notebook that was exported there.

The shape is the one of exported notebooks; ``dependencies`` are lines of a requirements file.
"""

from __future__ import annotations

from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.json_values import as_mapping, as_texts
from nbenv.adopt.notebook_reader import ReadNotebook

__all__ = ["read"]

_KEY = "application/vnd.databricks.v1+notebook"
_ELSEWHERE = ("-", "/Workspace", "/Volumes", "dbfs:")


def read(notebook: ReadNotebook, findings: Findings) -> None:
    """Add ``environmentMetadata.dependencies``; what the platform preinstalls is not in there."""
    environment = as_mapping(notebook.section(_KEY).get("environmentMetadata"))
    for text in as_texts(environment.get("dependencies")):
        if text.startswith(_ELSEWHERE):
            findings.note(f"{text} exists only on Databricks.")
        else:
            findings.add(text, Source(0, "environmentMetadata (Databricks)"))

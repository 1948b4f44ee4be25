"""Databricks: the requirements of a notebook's environment."""

from __future__ import annotations

from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.json_values import as_mapping, as_texts
from nbenv.adopt.notebook_reader import ReadNotebook

__all__ = ["read"]

_KEY = "application/vnd.databricks.v1+notebook"


def read(notebook: ReadNotebook, findings: Findings) -> None:
    """Take ``environmentMetadata.dependencies``; what the platform brings is not written there."""
    held = as_mapping(notebook.section(_KEY).get("environmentMetadata"))
    for text in as_texts(held.get("dependencies")):
        if not text.startswith(("-", "/Workspace", "/Volumes", "dbfs:")):
            findings.want(text, Source(0, "environmentMetadata (Databricks)"))
        else:
            findings.note(f"Databricks' {text} is not on this machine.")

"""Polynote: ``metadata.config`` with the requirements of each language.

https://polynote.org/latest/docs/notebook-configuration/
"""

from __future__ import annotations

from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.json_values import as_list, as_mapping, as_texts
from nbenv.adopt.notebook_reader import ReadNotebook

__all__ = ["read"]


def read(notebook: ReadNotebook, findings: Findings) -> None:
    """Add the Python requirements, and the pip repositories as indexes."""
    config = notebook.section("config")
    for text in as_texts(as_mapping(config.get("dependencies")).get("python")):
        findings.add(text.removesuffix("?nocache"), Source(0, "metadata.config (Polynote)"))
    for place in map(as_mapping, as_list(config.get("repositories"))):
        if url := as_mapping(place.get("pip")).get("url"):
            findings.add_index(str(url))

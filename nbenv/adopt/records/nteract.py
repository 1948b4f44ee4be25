"""nteract: ``metadata.runt``, and the older top-level ``uv`` and ``conda``."""

from __future__ import annotations

from nbenv.adopt.conda_specs import conda_requirement
from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.json_values import as_mapping, as_texts, minor
from nbenv.adopt.notebook_reader import ReadNotebook

__all__ = ["read"]


def read(notebook: ReadNotebook, findings: Findings) -> None:
    """Take the requirements of uv, pixi and conda, whichever are there."""
    runt = notebook.section("runt")
    for holder, parts in (("metadata.runt", runt), ("metadata", notebook.metadata)):
        for tool in ("uv", "pixi", "conda"):
            section = as_mapping(parts.get(tool))
            _take(section, tool, Source(0, f"{holder}.{tool} (nteract)"), findings)


def _take(section: object, tool: str, source: Source, findings: Findings) -> None:
    values = as_mapping(section)
    plain = as_texts(values.get("dependencies")) if tool == "uv" else []
    for text in [*plain, *as_texts(values.get("pypi_dependencies"))]:
        findings.want(text, source)
    if tool != "uv":
        for text in as_texts(values.get("dependencies")):
            conda_requirement(text, source, findings)
    python = minor(values.get("requires-python") or values.get("python"))
    if python and not findings.python:
        findings.python, findings.python_source = python, source.name

"""nteract: requirements of uv, pixi and conda in ``metadata.runt``, formerly at the top level.

https://github.com/nteract/nteract: crates/notebook-doc/src/metadata.rs
"""

from __future__ import annotations

from collections.abc import Mapping

from nbenv.adopt.conda_specs import add_match_spec
from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.json_values import as_mapping, as_texts, python_in
from nbenv.adopt.notebook_reader import ReadNotebook

__all__ = ["read"]


def read(notebook: ReadNotebook, findings: Findings) -> None:
    """Add the requirements of each tool that has some."""
    runt = notebook.section("runt")
    for holder, parts in (("metadata.runt", runt), ("metadata", notebook.metadata)):
        for tool in ("uv", "pixi", "conda"):
            section = as_mapping(parts.get(tool))
            _add_section(section, tool, Source(0, f"{holder}.{tool} (nteract)"), findings)


def _add_section(
    section: Mapping[str, object], tool: str, source: Source, findings: Findings
) -> None:
    names, pypi = as_texts(section.get("dependencies")), as_texts(section.get("pypi_dependencies"))
    for text in [*(names if tool == "uv" else []), *pypi]:
        findings.add(text, source)
    for text in names if tool != "uv" else []:
        add_match_spec(text, source, findings)
    python = python_in(section.get("requires-python") or section.get("python"))
    findings.suggest_python(python, source.name)

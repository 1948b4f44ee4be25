"""Pipfile: pipenv's file of requirements, also as JSON in the metadata of other tools.

https://pipenv.pypa.io/en/latest/pipfile.html
"""

from __future__ import annotations

from urllib.parse import urlsplit

from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.json_values import as_list, as_mapping, as_texts, python_in
from nbenv.installer import pip_config

__all__ = ["read_pipfile"]


def read_pipfile(document: object, source: Source, findings: Findings) -> None:
    """Add the packages, indexes and Python of a parsed Pipfile; skip what does not belong in one.

    The index that this machine uses anyway is not added.
    """
    pipfile = as_mapping(document)
    for section in ("packages", "dev-packages"):
        for name, entry in as_mapping(pipfile.get(section)).items():
            findings.add(_requirement(name, entry), source)
    for place in map(as_mapping, as_list(pipfile.get("source"))):
        url = str(place.get("url", ""))
        if url and urlsplit(url).hostname != urlsplit(pip_config.default_index()).hostname:
            findings.add_index(url, source=source)
    python = python_in(as_mapping(pipfile.get("requires")).get("python_version"))
    findings.suggest_python(python, source.name)


def _requirement(name: str, entry: object) -> str:
    """Return one entry, a version or a table, as a requirement."""
    if isinstance(entry, str):
        return name if entry in ("*", "") else f"{name}{entry}"
    table = as_mapping(entry)
    extras = ",".join(as_texts(table.get("extras")))
    head = f"{name}[{extras}]" if extras else name
    marker = f" ; {table['markers']}" if table.get("markers") else ""
    if table.get("git"):
        reference = f"@{table['ref']}" if table.get("ref") else ""
        return f"{head} @ git+{table['git']}{reference}{marker}"
    if table.get("path") or table.get("file"):
        return str(table.get("path") or table["file"])
    version = str(table.get("version") or "*")
    return f"{head}{'' if version == '*' else version}{marker}"

"""jupyterlab-requirements: a Pipfile and its lock as JSON, mostly inside of strings."""

from __future__ import annotations

from urllib.parse import urlsplit

from nbenv.adopt.findings import Findings, FoundRequirement, Source, distribution
from nbenv.adopt.json_values import as_list, as_mapping, minor, pipfile
from nbenv.adopt.notebook_reader import ReadNotebook
from nbenv.installer import pip_config

__all__ = ["read", "read_pipfile"]


def read(notebook: ReadNotebook, findings: Findings) -> None:
    """Take ``metadata.requirements`` and the versions of ``metadata.requirements_lock``."""
    asked = as_mapping(notebook.metadata.get("requirements"))
    read_pipfile(asked, Source(0, "metadata.requirements (jupyterlab-requirements)"), findings)
    lock = as_mapping(notebook.metadata.get("requirements_lock"))
    source = Source(0, "metadata.requirements_lock (jupyterlab-requirements)")
    names = findings.names()
    for name, value in as_mapping(lock.get("default")).items():
        version = str(as_mapping(value).get("version", ""))
        if distribution(name) in names and version.startswith("=="):
            findings.pins[distribution(name)] = FoundRequirement(
                f"{distribution(name)}{version}", source
            )


def read_pipfile(asked: object, source: Source, findings: Findings) -> None:
    """Take the packages, indexes and Python of a Pipfile."""
    document = as_mapping(asked)
    for section in ("packages", "dev-packages"):
        for name, value in as_mapping(document.get(section)).items():
            findings.want(pipfile(name, value), source)
    for place in map(as_mapping, as_list(document.get("source"))):
        url = str(place.get("url", ""))
        if url and urlsplit(url).hostname != urlsplit(pip_config.default_index()).hostname:
            findings.index(url)
    python = minor(as_mapping(document.get("requires")).get("python_version"))
    if python and not findings.python:
        findings.python, findings.python_source = python, source.name

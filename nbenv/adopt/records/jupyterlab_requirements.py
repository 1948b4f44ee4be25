"""jupyterlab-requirements: a Pipfile and its lock as JSON, mostly inside strings.

https://github.com/thoth-station/jupyterlab-requirements
"""

from __future__ import annotations

from nbenv.adopt.findings import Findings, Source, package_name
from nbenv.adopt.json_values import as_mapping
from nbenv.adopt.notebook_reader import ReadNotebook
from nbenv.adopt.pipfile import read_pipfile

__all__ = ["read"]


def read(notebook: ReadNotebook, findings: Findings) -> None:
    """Add ``metadata.requirements``, and the versions in ``metadata.requirements_lock``."""
    pipfile = notebook.metadata.get("requirements")
    read_pipfile(pipfile, Source(0, "metadata.requirements (jupyterlab-requirements)"), findings)
    lock = as_mapping(notebook.metadata.get("requirements_lock"))
    source = Source(0, "metadata.requirements_lock (jupyterlab-requirements)")
    names = findings.names()  # the lock holds dependencies too
    for name, entry in as_mapping(lock.get("default")).items():
        version = str(as_mapping(entry).get("version", ""))
        if package_name(name) in names and version.startswith("=="):
            findings.add_pin(f"{package_name(name)}{version}", source)

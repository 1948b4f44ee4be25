"""Conda environments in metadata, and in the cell magic of adhoconda.

The metadata is that of an nbenv of 2017, a conda tool that shares only its name with this one.
https://github.com/hamelin/adhoconda
"""

from __future__ import annotations

import re

from nbenv.adopt.conda_specs import read_environment
from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.notebook_reader import ReadNotebook

__all__ = ["read"]


def read(notebook: ReadNotebook, findings: Findings) -> None:
    """Add ``metadata.conda_environment`` and the ``%%condaenv`` cells."""
    text = notebook.metadata.get("conda_environment")
    if isinstance(text, str):
        # That tool's hook stored the repr of a bytes object.
        text = re.sub(r"^b(['\"])(.*)\1$", r"\2", text.strip(), flags=re.DOTALL)
        text = text.replace("\\n", "\n") if "\n" not in text else text
        read_environment(text, Source(0, "metadata.conda_environment"), findings)
    for cell in notebook.cells:
        head, _, body = cell.source.lstrip().partition("\n")
        if head.startswith("%%condaenv"):
            read_environment(body, Source(0, f"%%condaenv in {cell.name}"), findings)

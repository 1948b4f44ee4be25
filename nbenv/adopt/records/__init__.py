"""Records of environments that other tools keep in notebooks: one module for each tool.

To support another tool, add a module with a ``read`` here, and name it in `READERS`.
"""

from collections.abc import Callable

from nbenv.adopt.findings import Findings
from nbenv.adopt.notebook_reader import ReadNotebook
from nbenv.adopt.records import (
    conda_metadata,
    databricks,
    jupyterlab_requirements,
    juv,
    nteract,
    polynote,
    snapmyenv,
)

__all__ = ["READERS", "Reader"]

Reader = Callable[[ReadNotebook, Findings], None]
"""Adds what a tool recorded in a notebook, if it did, to the findings."""

READERS: tuple[Reader, ...] = (
    juv.read,
    nteract.read,
    jupyterlab_requirements.read,
    conda_metadata.read,
    snapmyenv.read,
    databricks.read,
    polynote.read,
)
"""In this order: the first one that names a Python decides on it."""

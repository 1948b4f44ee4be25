"""Records of environments that other tools keep in notebooks, one module a tool."""

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

__all__ = ["READERS"]

READERS: tuple[Callable[[ReadNotebook, Findings], None], ...] = (
    juv.read,
    nteract.read,
    jupyterlab_requirements.read,
    conda_metadata.read,
    snapmyenv.read,
    databricks.read,
    polynote.read,
)

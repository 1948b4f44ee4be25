"""Records of environments that other tools keep in notebooks, one module a tool."""

from collections.abc import Callable

from nbenv.adopt.findings import Findings
from nbenv.adopt.reading import Notebook
from nbenv.adopt.records import conda, databricks, horus, juv, nteract, polynote, snapmyenv

__all__ = ["READERS"]

READERS: tuple[Callable[[Notebook, Findings], None], ...] = (
    juv.read,
    nteract.read,
    horus.read,
    conda.read,
    snapmyenv.read,
    databricks.read,
    polynote.read,
)

"""A notebook's environment in the formats that other tools read: one module a format.

Each module has ``write(document) -> Steps[str]``.
"""

from __future__ import annotations

from importlib import import_module

from nbenv.errors import NbenvError, UsageError
from nbenv.operations.document import Document
from nbenv.operations.progress import Steps

__all__ = ["FORMATS", "export"]

FORMATS = {
    "requirements": "nbenv.export.requirements",
    "requirements-locked": "nbenv.export.requirements_locked",
    "pylock": "nbenv.export.pylock",
}


def export(document: Document, name: str) -> Steps[str]:
    """Return the notebook's environment in the format of that name."""
    if name not in FORMATS:
        raise UsageError(f"There is no format {name!r}.", f"There are: {', '.join(FORMATS)}.")
    if document.value is None:
        raise NbenvError(
            "This notebook records no environment, so there is nothing to export.",
            todo="Give it one: nbenv install NAME … (in a cell: %nbenv install NAME …).",
        )
    text: str = yield from import_module(FORMATS[name]).write(document)
    return text

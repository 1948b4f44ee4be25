"""A hint below a cell of an ordinary kernel that fails because a module is missing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nbenv.adopt.missing_package import missing_package
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import NbenvError
from nbenv.home import variables
from nbenv.kernel.guest import boot
from nbenv.kernel.host_magic import notebook_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["hint"]

_OWN = (
    "nbenv: this notebook has an environment of its own, but is running in another kernel. "
    "%nbenv move switches to it, as does a button in JupyterLab."
)
_ADOPT = (
    "nbenv: {module} is missing in this kernel. In JupyterLab, a button finds what the notebook "
    "needs; %nbenv adopt --dry-run shows it too, and %nbenv adopt installs it in an environment of "
    "the notebook's own."
)
_NO_NOTEBOOK = (
    "nbenv: {module} is missing in this kernel. In a session that you start with "
    "jupyter console --kernel nbenv, %nbenv install {package} installs it."
)

_told: set[str] = set()
"""The modules for which this kernel has shown a hint: once is enough."""


def hint(error: ModuleNotFoundError, shell: InteractiveShell) -> str:
    """Return the hint for a failed import, "" for none: it is not shown twice."""
    module = error.name or ""
    if not module or module in _told or os.environ.get(variables.SUGGEST) == "0":
        return ""
    text = _hint(module, notebook_of(shell))
    if text:
        _told.add(module)
    return text


def _hint(module: str, notebook: str | None) -> str:
    if notebook is None:
        package = missing_package(module, Path.cwd())
        return _NO_NOTEBOOK.format(module=module, package=package) if package else ""
    try:
        snapshot = NotebookSnapshot.read(NotebookRef(notebook))
    except NbenvError:  # in another language, not saved yet, or broken
        return ""
    if snapshot.record is not None:
        return _OWN
    if snapshot.is_stripped:
        stripped: str = boot.load("import_hint").STRIPPED
        return stripped
    package = missing_package(module, Path(notebook).parent)
    return _ADOPT.format(module=module) if package else ""

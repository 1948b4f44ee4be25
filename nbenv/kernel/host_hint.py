"""A hint below a cell of an ordinary kernel that fails because a module is missing."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from nbenv.adopt.missing_package import missing_package
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import NbenvError
from nbenv.home import variables
from nbenv.kernel.guest import boot
from nbenv.kernel.host_magic import notebook_of
from nbenv.kernel.named_notebook import is_named_by_server

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["hint"]

_OWN = (
    "nbenv: this notebook has an environment of its own, but is running in another kernel.\n"
    "%nbenv move switches to it."
)
_OWN_ELSEWHERE = (
    "nbenv: this notebook has an environment of its own, but is running in another kernel.\n"
    "Choose Python (own environment) for it, or run it in a terminal: nbenv run {notebook}"
)
_ADOPT = (
    "nbenv: {module} is missing in this kernel. %nbenv adopt --dry-run shows what the notebook\n"
    "needs, and %nbenv adopt installs it in an environment of the notebook's own."
)
_ADOPT_ELSEWHERE = (
    "nbenv: {module} is missing in this kernel. In a terminal, this finds what the notebook needs\n"
    "and installs it in an environment of its own (with --dry-run, it only shows that):\n"
    "nbenv adopt {notebook}"
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
    notebook = notebook_of(shell)
    text = _hint(module, notebook, has_page=is_named_by_server())
    if text:
        _told.add(module)
    return text


def _hint(module: str, notebook: str | None, *, has_page: bool) -> str:
    if notebook is None:
        package = missing_package(module, Path.cwd())
        return _NO_NOTEBOOK.format(module=module, package=package) if package else ""
    try:
        snapshot = NotebookSnapshot.read(NotebookRef(notebook))
    except NbenvError:  # in another language, not saved yet, or broken
        return ""
    word = shlex.quote(Path(notebook).name)
    if snapshot.record is not None:
        return _OWN if has_page else _OWN_ELSEWHERE.format(notebook=word)
    if snapshot.is_stripped:
        stripped: str = boot.load("import_hint").STRIPPED
        return stripped
    package = missing_package(module, Path(notebook).parent)
    if not package:
        return ""
    text = _ADOPT if has_page else _ADOPT_ELSEWHERE
    return text.format(module=module, notebook=word)

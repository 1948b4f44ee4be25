"""A notebook's environment in the formats that other tools read: one module a format.

Each module has ``write(document) -> Steps[str]``; those that can also serve the notebook take a
second argument, whether they shall.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from nbenv.errors import NbenvError, UsageError
from nbenv.operations.document import Document
from nbenv.operations.progress import Steps

__all__ = ["FORMATS", "Format", "export"]


@dataclass(frozen=True)
class Format:
    """One format: its module here, and the file name that it has by custom (``%``: the stem)."""

    module: str
    file: str
    serves: bool = False

    def file_for(self, notebook: str) -> str:
        """Return the file name for a notebook's environment."""
        return self.file.replace("%", Path(notebook).stem)


FORMATS = {
    "requirements": Format("requirements", "requirements.txt"),
    "requirements-locked": Format("requirements_locked", "requirements-locked.txt"),
    "pylock": Format("pylock", "pylock.toml"),
    "pyproject": Format("pyproject", "pyproject.toml"),
    "script": Format("script", "%.py"),
    "juv": Format("juv", "%.juv.ipynb"),
    "conda": Format("conda", "environment.yml"),
    "dockerfile": Format("dockerfile", "Dockerfile", serves=True),
}


def export(document: Document, name: str, serve: bool = False) -> Steps[str]:
    """Return the notebook's environment in the format of that name.

    `serve` asks for the variant that opens the notebook in JupyterLab instead of running it.
    """
    if name not in FORMATS:
        raise UsageError(f"There is no format {name!r}.", f"There are: {', '.join(FORMATS)}.")
    if serve and not FORMATS[name].serves:
        able = [each for each, known in FORMATS.items() if known.serves]
        raise UsageError(f"{name} serves nothing.", f"--serve is for {', '.join(able)}.")
    check_recorded(document)
    writer = import_module(f"nbenv.export.{FORMATS[name].module}")
    text: str = yield from (writer.write(document, True) if serve else writer.write(document))
    return text


def check_recorded(document: Document) -> None:
    """Raise `NbenvError` where there is nothing to export."""
    if document.value is None:
        raise NbenvError(
            "This notebook records no environment, so there is nothing to export.",
            todo="Give it one: nbenv install NAME … (in a cell: %nbenv install NAME …).",
        )

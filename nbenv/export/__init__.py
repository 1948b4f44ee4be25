"""A notebook's environment in the formats that other tools read: one module a format.

Each module has ``write(document) -> Steps[str]``, or ``write_folder(document) -> Steps[Files]``
where the format is a folder; those that can serve the notebook take a second argument, whether to.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import NbenvError, UsageError
from nbenv.progress import Steps

__all__ = ["FOLDERS", "FORMATS", "Files", "Format", "export", "export_folder"]

Files = dict[str, bytes]
"""A folder's files: relative path → content."""


@dataclass(frozen=True)
class Format:
    """A format: its module here, a label for people, and the file name it has by custom.

    ``{stem}`` in the file name stands for the notebook's name without ``.ipynb``. JupyterLab's
    extension fills it in as well, so it is the only placeholder there is.
    """

    module: str
    label: str
    file: str
    serves: bool = False

    def file_for(self, notebook: str) -> str:
        """Return the file name for a notebook's environment."""
        return self.file.replace("{stem}", Path(notebook).stem)


FORMATS = {
    "requirements": Format("requirements", "what was asked for", "requirements.txt"),
    "requirements-locked": Format(
        "requirements_locked",
        "every version, with hashes, for pip",
        "requirements-locked.txt",
    ),
    "pylock": Format("pylock", "every version, for any installer (PEP 751)", "pylock.toml"),
    "pyproject": Format("pyproject", "a project's dependencies", "pyproject.toml"),
    "script": Format("script", "the notebook as a script that uv runs", "{stem}.py"),
    "juv": Format("juv", "a copy of the notebook for juv", "{stem}.juv.ipynb"),
    "conda": Format("conda", "for conda", "environment.yml"),
    "dockerfile": Format(
        "dockerfile", "an image that runs the notebook", "Dockerfile", serves=True
    ),
}

FOLDERS = {
    "binder": Format("binder", "a repository for Binder", "{stem}-binder"),
    "kubernetes": Format(
        "kubernetes", "a job that runs the notebook on Kubernetes", "{stem}-kubernetes"
    ),
    "compose": Format(
        "compose", "a container that runs the notebook", "{stem}-compose", serves=True
    ),
}


def export(document: NotebookSnapshot, name: str, serve: bool = False) -> Steps[str]:
    """Return the notebook's environment in the format of that name.

    `serve` asks for the variant that opens the notebook in JupyterLab instead of running it.
    """
    _check(document, FORMATS, name, serve)
    writer = import_module(f"nbenv.export.{FORMATS[name].module}")
    text: str = yield from (writer.write(document, True) if serve else writer.write(document))
    return text


def export_folder(document: NotebookSnapshot, name: str, serve: bool = False) -> Steps[Files]:
    """Return the files of a format that is a folder; the notebook is among them."""
    _check(document, FOLDERS, name, serve)
    writer = import_module(f"nbenv.export.{FOLDERS[name].module}")
    steps = writer.write_folder(document, True) if serve else writer.write_folder(document)
    files: Files = yield from steps
    return files


def _check(document: NotebookSnapshot, known: dict[str, Format], name: str, serve: bool) -> None:
    """Raise unless there is such a format, and something to export."""
    if name not in known:
        raise UsageError(f"There is no format {name!r}.", f"There are: {', '.join(known)}.")
    if serve and not known[name].serves:
        able = [each for each, form in {**FORMATS, **FOLDERS}.items() if form.serves]
        raise UsageError(f"{name} serves nothing.", f"--serve is for {', '.join(able)}.")
    if document.record is None:
        raise NbenvError(
            "This notebook records no environment, so there is nothing to export.",
            todo="Give it one: nbenv install NAME … (in a cell: %nbenv install NAME …).",
        )

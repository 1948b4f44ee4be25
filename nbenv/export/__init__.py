"""A notebook's environment in the formats that other tools read: one module a format.

A new format is one module and one line in `FORMATS` (one file) or `FOLDERS` (several). The module
has ``write``, a `Writer`; one that can also serve the notebook has ``write_serving`` beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Generic, TypeVar

from nbenv.core.file_names import is_text_notebook
from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import NbenvError, UsageError
from nbenv.progress import Progress, Steps

__all__ = ["FOLDERS", "FORMATS", "Files", "Format", "Writer", "export", "export_folder"]

Files = dict[str, bytes]
"""A folder's files: relative path → content."""

T = TypeVar("T", str, Files)
Writer = Callable[..., T | Steps[T]]
"""Returns what a format holds of a snapshot; or, where that takes time, `Steps` that return it."""


@dataclass(frozen=True)
class Format(Generic[T]):
    """One format: its module here, a label for people, and its customary file name.

    ``{stem}`` in the file name stands for the notebook's name without ``.ipynb``. JupyterLab's
    extension fills it in as well, so it is the only placeholder there is. `serves` says that the
    format can open the notebook in JupyterLab instead of running it.
    """

    module: str
    label: str
    file: str
    serves: bool = False

    def file_for(self, notebook: str) -> str:
        """Return the file name for a notebook's environment."""
        return self.file.replace("{stem}", Path(notebook).stem)

    def writer(self, *, serve: bool) -> Writer[T]:
        """Import the format's module and return its writer; most commands need none of them."""
        module = import_module(f"{__name__}.{self.module}")
        writer: Writer[T] = module.write_serving if serve else module.write
        return writer


FORMATS: dict[str, Format[str]] = {
    "requirements": Format("requirements", "your requirements", "requirements.txt"),
    "requirements-locked": Format(
        "requirements_locked",
        "the full lock with hashes, for pip",
        "requirements-locked.txt",
    ),
    "pylock": Format("pylock", "the full lock, for any installer (PEP 751)", "pylock.toml"),
    "pyproject": Format(
        "pyproject", "a project with the notebook's requirements", "pyproject.toml"
    ),
    "script": Format("script", "the notebook as a script that uv runs", "{stem}.py"),
    "juv": Format("juv", "a copy of the notebook for juv", "{stem}.juv.ipynb"),
    "conda": Format("conda", "an environment for conda", "environment.yml"),
    "dockerfile": Format(
        "dockerfile", "an image that runs the notebook", "Dockerfile", serves=True
    ),
}

FOLDERS: dict[str, Format[Files]] = {
    "binder": Format("binder", "a repository for Binder", "{stem}-binder"),
    "kubernetes": Format(
        "kubernetes", "a job that runs the notebook on Kubernetes", "{stem}-kubernetes"
    ),
    "compose": Format(
        "compose", "a container that runs the notebook", "{stem}-compose", serves=True
    ),
    "dask": Format("dask", "the environment for a Dask cluster", "{stem}-dask"),
    "ray": Format("ray", "the environment for a Ray cluster", "{stem}-ray"),
    "spark": Format("spark", "the environment for a Spark cluster", "{stem}-spark"),
}


def export(snapshot: NotebookSnapshot, name: str, serve: bool = False) -> Steps[str]:
    """Export a notebook's environment as one file.

    Parameters
    ----------
    snapshot
        The notebook and its record.
    name
        A key of `FORMATS`.
    serve
        Export the variant that opens the notebook in JupyterLab instead of running it.

    Returns
    -------
    str
        The file's text.

    Raises
    ------
    UsageError
        There is no such format, or it cannot serve.
    NbenvError
        The notebook records no environment.
    """
    _check(snapshot, FORMATS, name, serve)
    yield from _platform_note(snapshot, name)
    written = FORMATS[name].writer(serve=serve)(snapshot)
    return written if isinstance(written, str) else (yield from written)


def export_folder(
    snapshot: NotebookSnapshot, name: str, serve: bool = False, **options: object
) -> Steps[Files]:
    """Export a notebook's environment as a folder that holds the notebook too.

    Parameters and errors are those of `export`; `name` is a key of `FOLDERS`. `options` are those
    of the format's writer.

    Returns
    -------
    Files
        The content of each file, by its path in the folder.
    """
    _check(snapshot, FOLDERS, name, serve)
    yield from _platform_note(snapshot, name)
    written = FOLDERS[name].writer(serve=serve)(snapshot, **options)
    return written if isinstance(written, dict) else (yield from written)


_Known = Mapping[str, Format[str]] | Mapping[str, Format[Files]]


def _check(snapshot: NotebookSnapshot, known: _Known, name: str, serve: bool) -> None:
    """Raise unless there is such a format, and something to export."""
    if name not in known:
        raise UsageError(f"There is no format {name!r}.", f"Formats: {', '.join(known)}.")
    if serve and not known[name].serves:
        serving = [*_serving(FORMATS), *_serving(FOLDERS)]
        raise UsageError(
            f"The format {name} cannot serve a notebook.", f"--serve is for {', '.join(serving)}."
        )
    if is_text_notebook(snapshot.ref.notebook) and (name in FOLDERS or known[name].serves):
        raise NbenvError(
            f"The format {name} takes an .ipynb notebook, and this one is kept as text.",
            todo=f"Convert it first: jupytext --to ipynb {Path(snapshot.ref.notebook).name}",
        )
    if snapshot.record is None:
        raise NbenvError(
            "This notebook records no environment, so there is nothing to export.",
            todo="Give it one: nbenv install NAME… (in a cell: %nbenv install NAME…).",
        )


def _platform_note(snapshot: NotebookSnapshot, name: str) -> Iterator[Progress]:
    """Yield a note about an image that this lock is not for."""
    if name == "dockerfile" or name in FOLDERS:
        from nbenv.export.linux_image import linux_warning  # most commands need no format

        if warning := linux_warning(snapshot.spec):
            yield Progress("resolve", warning, lasting=True)


def _serving(known: _Known) -> list[str]:
    return [name for name, form in known.items() if form.serves]

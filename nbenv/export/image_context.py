"""What every format that is a folder holds: the notebook, its Dockerfile, its local projects."""

from __future__ import annotations

from pathlib import Path

from nbenv.core.requirements import is_local
from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import NotebookError
from nbenv.export import dockerfile
from nbenv.progress import Steps

__all__ = ["image_folder", "local_files", "notebook_files", "tag"]

_LEFT_OUT = {".git", ".venv", "__pycache__", "node_modules"}


def image_folder(document: NotebookSnapshot, serve: bool) -> Steps[dict[str, bytes]]:
    """Return what the image is built of."""
    text = yield from dockerfile.write(document, serve)
    return {
        "Dockerfile": text.encode(),
        ".dockerignore": b"results\n",
        **notebook_files(document),
    }


def notebook_files(document: NotebookSnapshot) -> dict[str, bytes]:
    """Return the notebook and the local projects that it installs."""
    path = Path(document.ref.notebook)
    try:
        return {path.name: path.read_bytes(), **local_files(document)}
    except OSError as error:
        raise NotebookError(f"{error.filename} cannot be read.", f"{error.strerror}.") from None


def local_files(document: NotebookSnapshot) -> dict[str, bytes]:
    """Return the files of the local projects, by their paths from the notebook's folder."""
    found: dict[str, bytes] = {}
    base = document.ref.folder
    for locked in document.spec.lock.distributions:
        if not is_local(locked.url):
            continue
        place = base / dockerfile.local_path(locked, document)
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            parts = path.relative_to(base).parts
            if path.is_file() and not _LEFT_OUT & set(parts):
                found["/".join(parts)] = path.read_bytes()
    return found


def tag(document: NotebookSnapshot) -> str:
    """Return the image's name, with a tag that says which environment it holds."""
    digest = document.spec.digest(document.ref.folder)
    return f"{dockerfile.image_name(document.ref.notebook)}:{digest[:12]}"

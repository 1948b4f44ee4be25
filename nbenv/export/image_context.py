"""The build context of a notebook's image: the notebook, its Dockerfile, its local projects."""

from __future__ import annotations

from pathlib import Path

from nbenv.core.requirements import is_local
from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import NotebookError
from nbenv.export import Files
from nbenv.export.dockerfile import image_name, local_path

__all__ = ["image_folder", "local_files", "notebook_files", "tag"]

_LEFT_OUT = {".git", ".venv", "__pycache__", "node_modules"}


def image_folder(snapshot: NotebookSnapshot, dockerfile: str) -> Files:
    """Return the files that the image is built from; `dockerfile` is the text of one of them."""
    return {
        "Dockerfile": dockerfile.encode(),
        ".dockerignore": b"results\n",
        **notebook_files(snapshot),
    }


def notebook_files(snapshot: NotebookSnapshot) -> Files:
    """Return the notebook and the local projects that it installs."""
    path = Path(snapshot.ref.notebook)
    try:
        return {path.name: path.read_bytes(), **local_files(snapshot)}
    except OSError as error:
        raise NotebookError(f"{error.filename} cannot be read.", f"{error.strerror}.") from None


def local_files(snapshot: NotebookSnapshot) -> Files:
    """Return the files of the local projects, by their paths from the notebook's folder."""
    found: Files = {}
    base = snapshot.ref.folder
    for locked in snapshot.spec.lock.distributions:
        if not is_local(locked.url):
            continue
        place = base / local_path(locked, snapshot)
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            parts = path.relative_to(base).parts
            if path.is_file() and not _LEFT_OUT & set(parts):
                found["/".join(parts)] = path.read_bytes()
    return found


def tag(snapshot: NotebookSnapshot) -> str:
    """Return the image's name, tagged with the digest of the environment in it."""
    digest = snapshot.spec.digest(snapshot.ref.folder)
    return f"{image_name(snapshot.ref.notebook)}:{digest[:12]}"

"""The build context of a notebook's image: the notebook, its Dockerfile, its local projects."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from nbenv.core.requirements import is_local
from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import NbenvError, NotebookError
from nbenv.export import Files
from nbenv.export.dockerfile import image_name, local_path
from nbenv.notebook.unfinished_saves import whole_content

__all__ = ["digest_of", "image_folder", "local_files", "notebook_files", "tag"]

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
        return {path.name: whole_content(str(path)), **local_files(snapshot)}
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
        for path in [place] if place.is_file() else _files(place, place):
            found[path.relative_to(base).as_posix()] = path.read_bytes()
    return found


def _files(folder: Path, project: Path) -> Iterator[Path]:
    """Yield the files below a folder of a project; refuse what would bring in anything else.

    A project is a stranger's, and a link in it can name any file of this user's.
    """
    for path in sorted(folder.iterdir()):
        if path.name in _LEFT_OUT:
            continue
        if path.is_symlink():
            _check_link(path, project)
            if path.is_file():
                yield path
        elif path.is_dir():
            yield from _files(path, project)
        elif stat.S_ISREG(path.lstat().st_mode):
            yield path
        else:
            raise NbenvError(
                f"{path} is neither a file nor a folder, so the project cannot be exported.",
                todo="Remove it from the project, then export again.",
            )


def _check_link(path: Path, project: Path) -> None:
    """Raise unless a link stays in its project, by way of whatever other links."""
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(project)):
        raise NbenvError(
            f"{path} is a link that leads out of its project, to {target}.",
            "An export holds files of the project only.",
            "Replace the link by a copy if that file belongs to the project, or remove it.",
        )


def tag(snapshot: NotebookSnapshot, context: Files) -> str:
    """Return the image's name, tagged with a digest of all that it is built from.

    So changed cells make another image, as another environment and the option ``--serve`` do.
    """
    return f"{image_name(snapshot.ref.notebook)}:{digest_of(context)}"


def digest_of(context: Files) -> str:
    """Return a short digest of files and their names."""
    digest = hashlib.sha256()
    for name, content in sorted(context.items()):
        digest.update(f"{len(name.encode())} {name} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()[:12]

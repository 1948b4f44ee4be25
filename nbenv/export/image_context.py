"""The build context of a notebook's image: the notebook, its Dockerfile, its local projects."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import absolute, is_local, portable
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import NbenvError, NotebookError
from nbenv.export import Files
from nbenv.export.requirements import with_marker
from nbenv.notebook.unfinished_saves import whole_content

__all__ = [
    "digest_of", "image_folder", "image_name", "local_files", "local_path", "notebook_files",
    "quoted_requirement", "tag", "unhashed",
]  # fmt: skip

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


# -- the names and places in it


def image_name(notebook: str) -> str:
    """Return a name for the notebook's image that Docker and Kubernetes both accept."""
    stem = re.sub(r"[^a-z0-9]+", "-", Path(notebook).stem.lower())
    return stem[:50].strip("-") or "notebook"


def unhashed(spec: Spec) -> list[LockedDistribution]:
    """Return what pip cannot check by a hash: commits of repositories, local projects."""
    locked = spec.lock.distributions
    return [each for each in locked if is_local(each.url) or not each.hashes]


def quoted_requirement(place: str, marker: str | None) -> str:
    """Return a requirement as one word of a shell command."""
    return shlex.quote(with_marker(place, marker))


def local_path(locked: LockedDistribution, snapshot: NotebookSnapshot) -> str:
    """Return the path of a local project, relative to the notebook's folder.

    Raises
    ------
    NbenvError
        The project is outside that folder, where no build can take it from.
    """
    folder = snapshot.ref.folder
    place = absolute(str(locked.url), folder)
    path = portable(place, folder)
    real = os.path.realpath(place)  # a link on the way may lead anywhere
    if not path.startswith("./") or not Path(real).is_relative_to(os.path.realpath(folder)):
        raise NbenvError(
            f"{locked.name} is installed from {locked.url}, "
            "which is outside the notebook's folder.",
            "An export can include files from that folder only.",
            "Move the project there, or install it from an index or a repository.",
        )
    return path

"""The files that paths of the contents API mean, confined to the server's root folder."""

from __future__ import annotations

import os
from pathlib import Path

from nbenv.core import requirements
from nbenv.home.real_path import part_below

__all__ = ["api_path", "leads_out", "local_path", "root_folder"]

_DRIVE = "RTC:"


def root_folder(contents: object) -> str | None:
    """Return the folder below which a contents manager keeps files.

    A manager that keeps notebooks elsewhere than in files has none.
    """
    root = getattr(contents, "root_dir", None)
    return os.path.realpath(root) if isinstance(root, str) and os.path.isdir(root) else None


def local_path(contents: object, path: str) -> str | None:
    """Return the file that an API path means; None when there is none below the root.

    Collaboration puts a drive before the path (``RTC:folder/x.ipynb``). As in the server itself, a
    link below the root may lead out of it.

    Parameters
    ----------
    contents
        The server's contents manager.
    path
        A path as the contents API takes it: relative to the root, with slashes.
    """
    root = root_folder(contents)
    if root is None or not _is_encodable(path):
        return None
    found = _join(root, path)
    if path.startswith(_DRIVE) and not os.path.exists(found):
        found = _join(root, path.removeprefix(_DRIVE))
    return found if _is_inside(root, found) else None


def api_path(contents: object, file: str) -> str | None:
    """Return the path by which the contents API knows a real file; None outside the root."""
    root = root_folder(contents)
    if root is None or not _is_inside(root, file):
        return None
    return file[len(root) :].replace(os.sep, "/").strip("/")


def leads_out(contents: object, requirement: str, folder: str) -> bool:
    """Return whether a requirement of a notebook in `folder` is a path outside the root."""
    place = _place(requirement)
    if place is None:
        return False
    root = root_folder(contents)
    path = requirements.absolute(os.path.expanduser(place), Path(folder))
    return root is None or not _is_inside(root, os.path.realpath(path))


def _place(requirement: str) -> str | None:
    """Return the path or the file's URL of a requirement, without extras; None if it has none."""
    place = requirement
    if requirements.is_named(requirement):
        place = requirement.partition("@")[2].partition(" ;")[0].strip()
    if "://" in place or place.startswith("file:"):
        scheme = place.partition(":")[0].rpartition("+")[2]  # as in git+file
        if scheme.lower() != "file":
            return None
        place = "file:" + place.partition(":")[2]
    return place.partition("[")[0] if place else None


def _is_encodable(path: str) -> bool:
    """Return whether a path can be a file's: browsers may send any text."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def _join(root: str, path: str) -> str:
    return os.path.normpath(os.path.join(root, *path.strip("/").split("/")))


def _is_inside(root: str, found: str) -> bool:
    return part_below(found, root) is not None

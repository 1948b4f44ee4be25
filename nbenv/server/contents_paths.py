"""From the paths of the contents API to files, and no farther than the server's root."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nbenv.core import requirements

__all__ = ["leads_out", "local_path", "real_path"]

_DRIVE = "RTC:"


def local_path(contents: Any, path: str) -> str | None:
    """Return the file that an API path means; None when there is none below the root.

    `contents` is a contents manager. Those that keep notebooks elsewhere than in files have no
    root folder. Collaboration puts a drive before the path (``RTC:folder/x.ipynb``). As in the
    server itself, a link below the root may lead out of it.
    """
    root = getattr(contents, "root_dir", None)
    if not isinstance(root, str) or not os.path.isdir(root):
        return None
    if not _is_encodable(path):
        return None
    base = os.path.realpath(root)
    found = _joined(base, path)
    if path.startswith(_DRIVE) and not os.path.exists(found):
        found = _joined(base, path.removeprefix(_DRIVE))
    return found if _is_inside(base, found) else None


def real_path(contents: Any, path: str) -> str | None:
    """Return the same only when no link leads out of the root: for what a browser asks for."""
    found = local_path(contents, path)
    if found is None:
        return None
    found = os.path.realpath(found)
    return found if _is_inside(os.path.realpath(contents.root_dir), found) else None


def _is_encodable(path: str) -> bool:
    """Whether a path can be one of a file's: browsers may send any text."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def leads_out(contents: Any, requirement: str, folder: str) -> bool:
    """Whether a requirement of a notebook in `folder` is a path that is not below the root."""
    place = requirement
    if requirements.is_named(requirement):
        place = requirement.partition("@")[2].partition(" ;")[0].strip()
    if "://" in place or place.startswith("file:"):
        scheme = place.partition(":")[0].rpartition("+")[2]
        if scheme.lower() != "file":
            return False
        place = "file:" + place.partition(":")[2]
    elif not place:
        return False
    path = requirements.absolute(os.path.expanduser(place.partition("[")[0]), Path(folder))
    return not _is_inside(os.path.realpath(contents.root_dir), os.path.realpath(path))


def _joined(base: str, path: str) -> str:
    return os.path.normpath(os.path.join(base, *path.strip("/").split("/")))


def _is_inside(base: str, found: str) -> bool:
    return found == base or found.startswith(os.path.join(base, ""))

"""From the paths of the contents API to files, and no farther than the server's root."""

from __future__ import annotations

import os
from typing import Any

__all__ = ["local_path"]


def local_path(contents: Any, path: str) -> str | None:
    """Return the file that an API path means; None when there is none below the root.

    `contents` is a contents manager. Those that keep notebooks elsewhere than in files have no
    root folder. Collaboration puts a drive before the path (``RTC:folder/x.ipynb``).
    """
    root = getattr(contents, "root_dir", None)
    if not isinstance(root, str) or not os.path.isdir(root):
        return None
    drive, colon, bare = path.partition(":")
    if colon and drive.isalnum():
        path = bare
    base = os.path.realpath(root)
    found = os.path.realpath(os.path.join(base, *path.strip("/").split("/")))
    inside = found == base or found.startswith(os.path.join(base, ""))
    return found if inside and "\0" not in path else None

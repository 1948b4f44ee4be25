"""Proof that an environment is nbenv's own, without which nothing is deleted.

A file in each environment, written before anything else is, names the environment it was made as.
So neither an environment of another tool that is in the same folder, nor a copy or a renamed one of
ours is taken for one that may be removed. When in doubt it is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import stat
from pathlib import Path

from nbenv.environments.owners import owners
from nbenv.home import paths

__all__ = ["SIGN", "delete", "is_ours", "sign", "signed_name", "write_sign"]

SIGN = "nbenv.created"
_IDENTIFIER = re.compile(r".+-[0-9a-f]{8}")
"""The names that `nbenv.environments.store.new_identifier` gives."""
_LONGEST = 4096
"""Bytes of a sign that are read."""
_PLAIN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""No link is followed to a sign, and no pipe is waited for."""


def sign(folder: Path) -> None:
    """Make the folder of an environment, with nothing in it but the proof that it is ours.

    Raises
    ------
    FileExistsError
        There is a folder with something in it.
    """
    with contextlib.suppress(FileNotFoundError):
        if os.listdir(folder):
            raise FileExistsError(f"{folder} exists, and nbenv did not make it")
    try:
        folder.mkdir(exist_ok=True)
        write_sign(folder, folder.name)
    except BaseException:  # an interrupt, too: with half a proof, nobody could remove the folder
        with contextlib.suppress(OSError):
            (folder / SIGN).unlink(missing_ok=True)
            folder.rmdir()
        raise


def write_sign(folder: Path, identifier: str) -> None:
    """Write the proof that the environment in a folder is nbenv's; only who knows that may."""
    (folder / SIGN).write_text(json.dumps({"environment": identifier}), encoding="utf-8")


def signed_name(folder: Path) -> str | None:
    """Return the identifier that the environment in a folder was made as; None if not by nbenv."""
    place = os.fspath(folder)  # `nbenv envs` asks about every environment: no slower way is used
    if os.path.islink(place):
        return None
    try:
        descriptor = os.open(os.path.join(place, SIGN), _PLAIN)
        try:
            text = os.read(descriptor, _LONGEST)
        finally:
            os.close(descriptor)
        found = json.loads(text)
    except (OSError, ValueError, RecursionError):
        return None
    name = found.get("environment") if isinstance(found, dict) else None
    return name if isinstance(name, str) and name else None


def is_ours(folder: Path) -> bool:
    """Return whether it is proven that nbenv made the environment in a folder."""
    name = signed_name(folder)
    if name is not None:
        return name == folder.name
    return not os.path.lexists(folder / SIGN) and _is_of_former_version(folder)


def _is_of_former_version(folder: Path) -> bool:
    """Return whether a folder is an environment from before nbenv signed what it makes.

    virtualenv made it, under a name as we give them, and either our marker is in it or the state of
    a notebook names it.
    """
    if not _IDENTIFIER.fullmatch(folder.name) or os.path.lexists(folder / "conda-meta"):
        return False
    try:
        is_folder = stat.S_ISDIR(os.lstat(folder).st_mode)
        made_by = (folder / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    if not is_folder or not re.search(r"^virtualenv\s*=", made_by, re.MULTILINE):
        return False
    marker = paths.read_json(paths.marker_path(str(folder))) or {}
    return {"notebook", "value", "changed"} <= marker.keys() or folder.name in owners()


def delete(folder: Path) -> None:
    """Delete the folder of an environment, its proof last: what a kill leaves is known as ours."""
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            path = folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif name != SIGN:
                with contextlib.suppress(OSError):
                    path.unlink()
        if os.listdir(folder) in ([], [SIGN]):
            shutil.rmtree(folder, ignore_errors=True)

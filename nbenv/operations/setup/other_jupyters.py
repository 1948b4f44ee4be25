"""Jupyters that open notebooks, in nbenv's own environment and elsewhere on the path."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

__all__ = ["foreign_jupyter", "has_front_end"]

_FRONT_ENDS = ("jupyterlab", "notebook", "nbclassic", "jupyterhub")
_COMMANDS = ("jupyter-lab", "jupyter-notebook", "jupyterhub-singleuser", "jupyter-nbclassic")


def has_front_end() -> bool:
    """Return whether something that opens notebooks is installed beside nbenv."""
    return any(find_spec(each) is not None for each in _FRONT_ENDS)


def foreign_jupyter() -> str | None:
    """Return the first command on the path that opens notebooks elsewhere, None without one."""
    own = Path(sys.prefix).resolve()
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    for folder in folders:
        found = (shutil.which(each, path=folder) for each in _COMMANDS if folder)
        for command in filter(None, found):
            if not Path(command).resolve().is_relative_to(own):
                return command
    return None

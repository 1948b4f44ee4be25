"""Run uv so that it can build nothing, while programs that give it passwords work as ever.

uv has no such option: with ``--no-build`` it does not even lock what would have to be built.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from nbenv.installer import uv_config
from nbenv.installer.machine.uv_environment import uv_environment

__all__ = ["can_prevent_builds", "without_builds"]

_POSIX = os.name == "posix"
_NO_PYTHON = os.path.join(os.sep, "nonexistent", "nbenv-builds-nothing")
"""A home that no Python starts with, except in isolated mode: a build's does not have that."""
_HELPERS = ("git", "keyring")
"""Programs that uv asks: the one may ask a helper in Python for a password, the other is one."""


def can_prevent_builds() -> bool:
    """Return whether uv can resolve although no build can start.

    Not on Windows where a program in Python gives it passwords.
    """
    if _POSIX:
        return True
    variables = uv_environment(())
    chosen = uv_config.user_settings(variables)
    keyring = variables.get("UV_KEYRING_PROVIDER") or chosen.get("keyring-provider") or "disabled"
    return keyring == "disabled"


def without_builds(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the variables of a uv that cannot start a Python, but for programs that it asks.

    Parameters
    ----------
    environ
        The variables that it would have.
    folder
        A folder for scripts that start those programs as they were.
    """
    made = {**environ, "PYTHONHOME": _NO_PYTHON}
    path = environ.get("PATH", "")
    if not _POSIX:
        return made
    for name in _HELPERS:
        if program := shutil.which(name, path=path):
            script = folder / name
            home = f"PATH={shlex.quote(path)}\nexport PATH\nunset PYTHONHOME\n"
            script.write_text(f'#!/bin/sh\n{home}exec {shlex.quote(program)} "$@"\n', "utf-8")
            script.chmod(0o700)
    made["PATH"] = os.pathsep.join([str(folder), *filter(None, [path])])
    return made

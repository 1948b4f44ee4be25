"""Find builds of PyTorch in the folders that this machine is configured to take files from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from nbenv.installer import pip_config
from nbenv.installer.wheel_choice import File, best_file

__all__ = ["own_builds"]

_MOST = 3
"""Versions to try; each takes a resolution."""


def own_builds(backend: str, python: str) -> list[str]:
    """Return the versions of PyTorch that those folders have for a build and a Python.

    Parameters
    ----------
    backend
        The build, as ``cpu``.
    python
        The minor version of CPython.

    Returns
    -------
    list[str]
        Versions with the name of their build, as ``"2.9.1+cpu"``, the newest first.
    """
    found = {
        version
        for folder in _folders()
        for name, version in _wheels(folder)
        if version.local == backend and best_file([File(name, None, None, "", None)], python)
    }
    return [str(each) for each in sorted(found, reverse=True)][:_MOST]


def _folders() -> Iterator[Path]:
    pip = pip_config.as_uv_environment(pip_config.read(os.environ)).get("UV_FIND_LINKS", "")
    for text in (os.environ.get("UV_FIND_LINKS") or pip).split(","):
        place = unquote(urlsplit(text).path) if text.startswith("file:") else text
        if place and "://" not in place:
            yield Path(place)


def _wheels(folder: Path) -> Iterator[tuple[str, Version]]:
    for path in sorted(folder.glob("torch-*.whl")):
        try:
            yield path.name, parse_wheel_filename(path.name)[1]
        except InvalidWheelFilename:
            continue

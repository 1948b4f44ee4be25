"""Write the throw-away project that stands for a notebook while uv works on it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli_w

from nbenv.errors import InstallerError
from nbenv.installer.uv_config import has_no_cache, tomllib, user_settings

__all__ = ["ANY_VERSION", "PROJECT", "settings_arguments", "write_pinned", "write_project"]

PROJECT = "nbenv-notebook"
"""The name of the throw-away project that stands for a notebook."""
ANY_VERSION = ">=0"
"""A limit that every version meets: uv heeds the source of what is required or limited by name."""


def write_project(path: Path, project: dict[str, object], settings: dict[str, object]) -> None:
    """Write a ``pyproject.toml`` with entries of ``[project]`` (PEP 621) and of ``[tool.uv]``.

    It is a workspace of its own, so that uv does not look for one in the folders above.
    """
    document = {
        "project": {"name": PROJECT, "version": "0", "requires-python": ">=3.8", **project},
        "tool": {"uv": {"workspace": {}, **settings}},
    }
    path.write_text(tomli_w.dumps(document), encoding="utf-8")


def write_pinned(
    folder: Path,
    dependencies: Sequence[str],
    indexes: Sequence[Mapping[str, object]],
    sources: Mapping[str, object],
) -> str:
    """Write a project that pins its dependencies, for ``uv pip``, which takes projects as files.

    Parameters
    ----------
    folder
        A new folder for it.
    dependencies
        What is pinned.
    indexes
        ``[[tool.uv.index]]``.
    sources
        ``[tool.uv.sources]``.

    Returns
    -------
    str
        The path of the file.
    """
    path = folder / "pyproject.toml"
    folder.mkdir()
    settings: dict[str, object] = {"index": list(indexes), "sources": sources}
    write_project(path, {"dependencies": list(dependencies)}, settings)
    return str(path)


def settings_arguments(settings: Mapping[str, object], scratch: Path) -> list[str]:
    """Return the option for a file of our settings, if uv would not read the project's.

    With a configuration file of the user's, or none at all, uv ignores ``[tool.uv]``. And no option
    gives it a cache where a file says that it has none.
    """
    chosen = os.environ.get("UV_CONFIG_FILE")
    known: dict[str, Any] = user_settings(os.environ) if has_no_cache(os.environ) else {}
    if not chosen and not os.environ.get("UV_NO_CONFIG") and not known:
        return []
    try:
        known = tomllib.loads(Path(chosen).read_text(encoding="utf-8")) if chosen else known
    except (OSError, ValueError) as error:
        raise InstallerError(f"uv's settings in {chosen} cannot be read.", str(error)) from None
    known = {key: value for key, value in known.items() if key != "no-cache"}
    joined: dict[str, Any] = {**settings}
    indexes = [*joined.get("index", []), *known.get("index", [])]
    joined = {**known, **joined, "index": indexes}
    path = scratch / "settings.toml"
    path.write_text(tomli_w.dumps(joined), encoding="utf-8")
    return ["--config-file", str(path)]

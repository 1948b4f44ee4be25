"""Read which indexes uv's own configuration files name.

https://docs.astral.sh/uv/concepts/configuration-files/
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["has_settings", "named_indexes", "settings", "tomllib"]


def named_indexes(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return name and URL of the indexes in this user's and the system's ``uv.toml``."""
    found: list[tuple[str, str]] = []
    for document in _documents(environ):
        indexes = document.get("index", [])
        for index in indexes if isinstance(indexes, list) else ():
            if isinstance(index, dict) and index.get("name") and index.get("url"):
                found.append((str(index["name"]), str(index["url"])))
    return found


def settings(environ: Mapping[str, str]) -> dict[str, object]:
    """Return the settings in the ``uv.toml`` of this user and the system; the user's come first."""
    return {key: each[key] for each in reversed([*_documents(environ)]) for key in each}


def _documents(environ: Mapping[str, str]) -> Iterator[dict[str, object]]:
    for path in _config_files(environ):
        with contextlib.suppress(OSError, ValueError):  # uv will say what is wrong with it
            yield tomllib.loads(path.read_text(encoding="utf-8"))


def has_settings(environ: Mapping[str, str]) -> bool:
    """Return whether there is a ``uv.toml`` of this user's or the system's."""
    return any(path.is_file() for path in _config_files(environ))


def _config_files(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield uv's configuration files outside of projects, the first to count first."""
    if chosen := environ.get("UV_CONFIG_FILE"):
        yield Path(chosen)
    elif not environ.get("UV_NO_CONFIG"):
        for folder in _config_folders(environ):
            yield Path(folder, "uv", "uv.toml")


def _config_folders(environ: Mapping[str, str]) -> Iterator[str | Path]:
    if sys.platform == "win32":
        yield from (environ[name] for name in ("APPDATA", "PROGRAMDATA") if environ.get(name))
        return
    yield environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    yield from filter(None, environ.get("XDG_CONFIG_DIRS", "").split(os.pathsep))
    yield "/etc"

"""Read which indexes uv's own configuration files name, and how uv chooses between them.

https://docs.astral.sh/uv/concepts/configuration-files/
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbenv.installer.pip_config import is_true

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = [
    "Configured",
    "configured",
    "has_no_cache",
    "has_settings",
    "named_indexes",
    "tomllib",
    "user_settings",
]


@dataclass(frozen=True)
class Configured:
    """The indexes that uv asks because of its configuration files.

    Parameters
    ----------
    default
        The URL of the one that replaces uv's own default, "" for none.
    others
        The URLs of the others, in the order in which they are asked; those that serve only what is
        pinned to them are left out.
    strategy
        uv's way to choose between them, "" if none is configured.
    """

    default: str = ""
    others: tuple[str, ...] = ()
    strategy: str = ""


def configured(environ: Mapping[str, str]) -> Configured:
    """Return the indexes of this user's and the system's ``uv.toml``; the first counts more."""
    default, strategy, others = "", "", []
    for settings in _documents(environ):
        indexes = [each for each in _tables(settings, "index") if not each.get("explicit")]
        defaults = [str(each["url"]) for each in indexes if each.get("default")]
        default = default or (defaults or [str(settings.get("index-url", ""))])[0]
        strategy = strategy or str(settings.get("index-strategy", ""))
        others += [str(each["url"]) for each in indexes if not each.get("default")]
        extra = settings.get("extra-index-url", [])
        others += map(str, extra) if isinstance(extra, list) else []
    return Configured(default, tuple(dict.fromkeys(others)), strategy)


def named_indexes(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return name and URL of the indexes in this user's and the system's ``uv.toml``."""
    return [
        (str(index["name"]), str(index["url"]))
        for settings in _documents(environ)
        for index in _tables(settings, "index")
        if index.get("name")
    ]


def _tables(settings: Mapping[str, object], key: str) -> list[dict[str, object]]:
    """Return the tables of a list that have a URL."""
    found = settings.get(key, [])
    tables = found if isinstance(found, list) else []
    return [each for each in tables if isinstance(each, dict) and each.get("url")]


def user_settings(environ: Mapping[str, str]) -> dict[str, object]:
    """Return the settings in the ``uv.toml`` of this user and the system; the user's come first."""
    return {key: each[key] for each in reversed([*_documents(environ)]) for key in each}


def has_no_cache(environ: Mapping[str, str]) -> bool:
    """Return whether uv keeps nothing from one run to the next, by a variable or a file."""
    chosen = is_true(environ.get("UV_NO_CACHE"))
    return chosen or bool(user_settings(environ).get("no-cache"))


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

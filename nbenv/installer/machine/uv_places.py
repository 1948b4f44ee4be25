"""Places on this machine that uv uses: absolute, as it runs in folders of nbenv's, and usable."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from nbenv.home import paths
from nbenv.home.trust import distrusted
from nbenv.installer.pip_config import is_true, located, located_folder, read

__all__ = [
    "cache_problem",
    "own_cache",
    "pip_cache",
    "replaced_cache_note",
    "unusable_cache",
    "with_absolute_places",
]

_PATHS = (
    "UV_CACHE_DIR",
    "UV_CONFIG_FILE",
    "UV_PYTHON_INSTALL_DIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
"""Variables with one path."""
_PLACES = {"UV_FIND_LINKS": ",", "UV_INDEX": " ", "UV_EXTRA_INDEX_URL": " "}
"""Variables with several places, folders among them, and what is between these."""
_ALONE = ("UV_DEFAULT_INDEX", "UV_INDEX_URL")
_UNWRITABLE = "cannot be written"
_NAMED = re.compile(r"([\w.-]+=)?(.*)", re.DOTALL)


def with_absolute_places(variables: Mapping[str, str]) -> dict[str, str]:
    """Return uv's variables with paths that are relative to the current folder made absolute."""
    made = dict(variables)
    for name in _PATHS:
        if path := variables.get(name):
            made[name] = os.path.abspath(os.path.expanduser(path))
    for name in (*_PLACES, *_ALONE):
        if text := variables.get(name):
            between = _PLACES.get(name, "\n")
            placed = located_folder if name == "UV_FIND_LINKS" else _located
            made[name] = between.join(map(placed, text.split(None if between == " " else between)))
    return made


def _located(entry: str) -> str:
    found = _NAMED.fullmatch(entry)
    assert found is not None
    return f"{found[1] or ''}{located(found[2])}"


def own_cache() -> str:
    """Return the folder of nbenv's own cache for uv."""
    return os.path.join(paths.home(), "cache", "uv")


def unusable_cache(variables: Mapping[str, str]) -> str:
    """Return the cache that uv would use, if it must not or cannot use it; "" if it can.

    Another user may have made it, or a part of it, as after ``sudo uv``; the disk may be read-only.
    Where others may write, as in a cache for a group, they decide what is installed here: uv checks
    hashes before it unpacks a file into its cache, and not when it takes it from there.
    """
    return cache_problem(variables)[0]


def cache_problem(variables: Mapping[str, str]) -> tuple[str, str]:
    """Return the cache that cannot be used and why, as the end of a sentence."""
    if is_true(variables.get("UV_NO_CACHE")) or (
        os.name != "posix" and not variables.get("UV_CACHE_DIR")
    ):
        return "", ""
    place = chosen = variables.get("UV_CACHE_DIR") or _usual_cache(variables)
    while not os.path.lexists(place) and place != os.path.dirname(place):
        place = os.path.dirname(place)
    if not _can_write(place):
        return chosen, _UNWRITABLE
    if place != chosen:  # it is not there yet
        return "", ""
    with os.scandir(place) as entries:
        folders = [each.path for each in entries if each.is_dir(follow_symlinks=False)]
    if not all(map(_can_write, folders)):
        return chosen, _UNWRITABLE
    return next(
        ((chosen, why) for each in (place, *folders) if (why := distrusted(each))), ("", "")
    )


def pip_cache(environ: Mapping[str, str]) -> str:
    """Return the folder of nbenv's own cache for pip if pip's is not to be used, else ""."""
    usual = os.path.join(os.path.dirname(_usual_cache(environ)), "pip")
    chosen = os.path.expanduser(read(environ).get("cache-dir") or usual)
    is_usable = not distrusted(chosen) and (not os.path.lexists(chosen) or _can_write(chosen))
    return "" if is_usable else os.path.join(paths.home(), "cache", "pip")


def replaced_cache_note(variables: Mapping[str, str]) -> str:
    """Return a line about a cache that another one replaces; once, as that one is there then.

    `variables` are those that uv gets.
    """
    if variables.get("UV_CACHE_DIR") != own_cache() or os.path.isdir(own_cache()):
        return ""
    unusable, why = cache_problem(with_absolute_places(os.environ))
    return f"uv's cache {unusable} {why}; using {own_cache()} instead." if unusable else ""


def _usual_cache(variables: Mapping[str, str]) -> str:
    chosen = variables.get("XDG_CACHE_HOME", "")
    folder = chosen if os.path.isabs(chosen) else os.path.expanduser("~/.cache")
    return os.path.join(folder, "uv")


def _can_write(folder: str) -> bool:
    return os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)

"""Pass this machine's pip configuration on to uv, so that nbenv finds what pip finds.

uv reads neither ``pip.conf`` nor ``PIP_*`` (https://pip.pypa.io/en/stable/topics/configuration/).
"""

from __future__ import annotations

import configparser
import functools
import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import platformdirs

__all__ = ["as_uv_environment", "default_index", "is_true", "located", "located_folder", "read"]

_SECTIONS = ("global", "install")
_WINDOWS = sys.platform == "win32"


def read(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the options that ``pip install`` would take from files and `environ`, by long name."""
    by_section: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for path in _config_files(environ):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError, OSError):
            continue  # pip would refuse to run, but a broken file must not keep a kernel from it
        for section in _SECTIONS:
            if parser.has_section(section):
                by_section[section].update((_option(k), v) for k, v in parser.items(section))
    options = {**by_section["global"], **by_section["install"]}
    options.update(
        (_option(name[4:]), value)
        for name, value in environ.items()
        if name.startswith("PIP_") and name != "PIP_CONFIG_FILE" and value
    )
    return options


def _option(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("--")


def _config_files(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield pip's configuration files; what a later one sets replaces what an earlier one did."""
    name = "pip.ini" if _WINDOWS else "pip.conf"
    chosen = environ.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:  # pip's way to say that no file is read
        return
    shared = platformdirs.site_config_dir("pip", appauthor=False, multipath=True)
    yield from (Path(folder, name) for folder in reversed(shared.split(os.pathsep)))
    if not _WINDOWS:
        yield Path("/etc", name)
    yield Path.home() / ("pip" if _WINDOWS else ".pip") / name
    yield Path(platformdirs.user_config_dir("pip", appauthor=False, roaming=True), name)
    yield Path(sys.prefix, name)
    if chosen:
        yield Path(chosen)


def as_uv_environment(options: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that make uv look where pip would with these options.

    Paths are relative to the current folder, as for pip, wherever uv runs.
    """
    variables = {
        "SSL_CERT_FILE": _here(options.get("cert", "")),
        "SSL_CLIENT_CERT": _here(options.get("client-cert", "")),
        "HTTPS_PROXY": options.get("proxy"),
        "HTTP_PROXY": options.get("proxy"),
        "UV_HTTP_TIMEOUT": options.get("timeout") or options.get("default-timeout"),
        "UV_INSECURE_HOST": " ".join(options.get("trusted-host", "").split()),
        "UV_HTTP_RETRIES": options.get("retries"),
        "UV_FIND_LINKS": ",".join(map(located_folder, options.get("find-links", "").split())),
        "UV_NO_INDEX": "1" if is_true(options.get("no-index")) else None,
        **_indexes(
            located(options.get("index-url", "")),
            [located(each) for each in options.get("extra-index-url", "").split()],
        ),
    }
    return {name: value for name, value in variables.items() if value}


def located(place: str) -> str:
    """Return a place to find packages in, with the path of a folder on this machine made absolute.

    As for pip, what is there is a path, and anything else a URL.
    """
    path = _here(place)
    return path if path and "://" not in place and os.path.exists(path) else place


def located_folder(place: str) -> str:
    """Return a place to find files in, with a path made absolute, whether or not it is there."""
    return located(place) if "://" in place else _here(place)


def _here(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path)) if path else ""


def is_true(text: str | None) -> bool:
    """Return whether a setting says yes, in one of pip's words for it."""
    return (text or "").strip().lower() in ("1", "true", "yes", "on", "y", "t")


def _indexes(main: str, extra: list[str]) -> dict[str, str | None]:
    if not extra:
        return {"UV_DEFAULT_INDEX": main}
    # pip takes the best version of all its indexes. So does uv with this strategy, but if two
    # indexes have that version, it locks only the files of the first. So the main index comes
    # first: it has the files for every platform, an extra one often only those for this machine.
    return {
        "UV_DEFAULT_INDEX": main,
        "UV_INDEX": " ".join([main or default_index(), *extra]),
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


@functools.cache
def default_index() -> str:
    """Return the URL of the index that pip uses without configuration; pip itself is asked."""
    return str(importlib.import_module("pip._internal.models.index").PyPI.simple_url)

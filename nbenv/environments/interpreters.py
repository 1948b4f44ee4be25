"""Find a CPython of some version: this one, those on ``PATH``, pyenv's and uv's.

On Windows also those of the registry, which are the ones that the ``py`` launcher starts.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbenv.errors import InterpreterError
from nbenv.home import paths, private_files
from nbenv.home.surroundings import without_python_settings

if TYPE_CHECKING:
    from python_discovery import PythonInfo

__all__ = [
    "OLDEST",
    "Interpreter",
    "available",
    "default_python",
    "find",
    "installed",
    "is_too_old",
    "missing",
    "pyenv_pattern",
    "pyenv_root",
    "virtualenv_environ",
]

OLDEST = "3.8"
"""The oldest Python that a notebook can have.

With each from here on, a resolution finds an ipykernel that runs today: 6.29 on 3.8, a newer one on
newer Pythons. On older ones virtualenv's environments and what a kernel loads of nbenv do not work.
"""
_MINOR = re.compile(r"3\.[1-9]?\d")
_VERSION = re.compile(r"\d+\.\d+")


@dataclass(frozen=True)
class Interpreter:
    """A CPython on this machine: `python` as ``"3.11"``, its full version and its executable."""

    python: str
    version: str
    executable: str


def default_python() -> str:
    """Return the Python that a notebook without a record gets: the host's, as ``"3.11"``."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def find(python: str, remember: bool = True) -> Interpreter | None:
    """Return a CPython of a minor version.

    Parameters
    ----------
    python
        The minor version, as ``"3.11"``.
    remember
        Whether to cache the interpreters that are examined, below ``NBENV_HOME``. Questions that
        must write nothing turn it off.

    Returns
    -------
    Interpreter | None
        None when this machine has none, or it is older than `OLDEST`.
    """
    if python == default_python() and sys.implementation.name == "cpython":
        return Interpreter(python, ".".join(map(str, sys.version_info[:3])), _own_base())
    if not _MINOR.fullmatch(python) or is_too_old(python):  # a notebook may contain anything
        return None
    return next(_discovered(f"cpython{python}", _pyenv(python), remember), None)


def _own_base() -> str:
    base = getattr(sys, "_base_executable", "") or sys.executable
    if base == sys.executable and sys.prefix != sys.base_prefix:
        return os.path.realpath(base)  # before Python 3.11, a virtual environment is its own base
    return base


def available() -> list[Interpreter]:
    """Return one CPython of each minor version that a notebook can have, the oldest first."""
    found: dict[str, Interpreter] = {}
    for each in _discovered(f"cpython>={OLDEST}", _pyenv("3.*")):
        found.setdefault(each.python, each)
    return sorted(found.values(), key=lambda each: int(each.python.partition(".")[2]))


def installed(python: str) -> list[Interpreter]:
    """Return every CPython of a minor version on this machine, each once, the host's first."""
    found: dict[str, Interpreter] = {}
    for each in (find(python), *_discovered(f"cpython{python}", _pyenv(python))):
        if each is not None and each.python == python:
            found.setdefault(os.path.realpath(each.executable), each)
    return list(found.values())


def is_too_old(python: str) -> bool:
    """Return whether a version such as ``"3.6"`` is older than `OLDEST`; any other text is not."""
    return bool(_VERSION.fullmatch(python)) and _numbers(python) < _numbers(OLDEST)


def _numbers(python: str) -> tuple[int, ...]:
    return tuple(map(int, python.split(".")))


def missing(python: str, why: str = "") -> InterpreterError:
    """Return the error for a Python that is not here; `why` it could not be fetched either."""
    if is_too_old(python):
        return _too_old(python)
    here = ", ".join(each.python for each in available())
    return InterpreterError(
        f"Python {python}, which this notebook's environment needs, is not on this machine.",
        f"Found here: {here}." + (f" {why}" if why else ""),
        f"Install Python {python}, or move the notebook to another Python: "
        f"nbenv python {default_python()} NOTEBOOK (in a cell: %nbenv python {default_python()}).",
    )


def _too_old(python: str) -> InterpreterError:
    newest = default_python()
    return InterpreterError(
        f"Python {python} is too old for a notebook's kernel: {OLDEST} is the oldest possible.",
        todo=f"Choose another Python: nbenv python {newest} NOTEBOOK (in a cell: %nbenv python "
        f"{newest}). For packages of the time of Python {python}, adopt the notebook as of a day "
        f"of that time: nbenv adopt --as-of DATE NOTEBOOK (in a cell: %nbenv adopt --as-of DATE).",
    )


def _discovered(key: str, first: Iterable[Path], remember: bool = True) -> Iterator[Interpreter]:
    """Yield the CPythons that match a `python_discovery` key; free-threaded ones are left out.

    Most wheels do not exist for those, and a record does not tell the two apart.
    """
    from python_discovery import DiskCache, iter_interpreters  # slow, and seldom needed

    # What it cannot cache is no trouble of a user's, who would be shown a traceback.
    logging.getLogger("python_discovery").addHandler(logging.NullHandler())
    folder = Path(paths.home(), "cache", "interpreters")
    if remember:
        private_files.make_private(str(folder))
    cache = DiskCache(folder) if remember else None
    candidates = [str(path) for path in first]
    environ = {**without_python_settings(os.environ), "PATH": _path_without_shims()}
    for info in iter_interpreters(key, try_first_with=candidates, cache=cache, env=environ):
        if not _is_free_threaded(info):
            version = info.version_info
            executable = info.system_executable or info.executable
            yield Interpreter(
                f"{version[0]}.{version[1]}", ".".join(map(str, version[:3])), str(executable)
            )


def virtualenv_environ() -> dict[str, str]:
    """Return the variables with which virtualenv runs: its user's settings are not a notebook's."""
    app_data = "VIRTUALENV_OVERRIDE_APP_DATA"
    kept = {
        name: value
        for name, value in without_python_settings(os.environ).items()
        if not name.startswith("VIRTUALENV_") or name == app_data
    }
    return {**kept, "VIRTUALENV_CONFIG_FILE": os.devnull}


def _is_free_threaded(info: PythonInfo) -> bool:
    return bool(getattr(info, "free_threaded", False))


def _pyenv_root() -> Path:
    return pyenv_root(sys.platform, os.environ, Path.home())


def pyenv_root(platform: str, environ: Mapping[str, str], own: Path) -> Path:
    """Return pyenv's folder; pyenv-win has another default, and no folder ``bin``."""
    if chosen := environ.get("PYENV_ROOT") or environ.get("PYENV"):
        return Path(chosen)
    return own / ".pyenv" / "pyenv-win" if platform == "win32" else own / ".pyenv"


def pyenv_pattern(platform: str, python: str) -> str:
    """Return the pattern, below pyenv's folder, of its Pythons of a minor version."""
    program = "python.exe" if platform == "win32" else "bin/python"
    return f"versions/{python}.*/{program}"


def _pyenv(python: str) -> list[Path]:
    return sorted(_pyenv_root().glob(pyenv_pattern(sys.platform, python)), reverse=True)


def _path_without_shims() -> str:
    """Return ``PATH`` without pyenv's shims: most run no Python, and each takes half a second."""
    shims = os.path.normcase(_pyenv_root() / "shims")
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    kept = (each for each in folders if os.path.normcase(each.rstrip("/\\")) != shims)
    return os.pathsep.join(kept)

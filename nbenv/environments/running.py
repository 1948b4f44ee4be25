"""Find the environments that processes run in, by every trace that a process shows of one.

The Python of an environment is a link to another Python, so the program alone does not tell. The
command may be spelled through links, relative to a folder, or as ``python``; the home may have been
renamed since; a child may run another program. An environment with any trace counts as in use. Its
name ends in random digits, so that a part of a path with that name means this environment.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, TypeVar

from nbenv.environments.environment import Environment
from nbenv.environments.installed.dist_info import rows_of
from nbenv.home import variables

if TYPE_CHECKING:
    from psutil import Process

__all__ = ["names_in_use", "names_with_loaded_libraries"]

T = TypeVar("T")

_LIBRARIES = (".pyd", ".dll", ".exe")

_SEPARATORS = re.compile(r"[/\\:;=\s\0]")
_TELLING = ("VIRTUAL_ENV", variables.ENVIRONMENT, "__PYVENV_LAUNCHER__", "PWD", "_")
"""Environment variables that name a process's environment, or the program that was started.

The third is of macOS, where the Python of a framework runs as another program.
"""
_RESOLVED = 4
"""Words of a command that are followed through links: the program, and a script behind options."""


def names_in_use(names: Collection[str]) -> set[str]:
    """Return which of these environments a process runs in; this process does not count."""
    import psutil  # slow, and hardly any change needs it

    wanted: set[str] = set(names)
    found: set[str] = set()
    for process in psutil.process_iter() if wanted else ():
        if process.pid != os.getpid():
            for trace in _traces(process):
                found |= wanted.intersection(_SEPARATORS.split(trace))
    return found


def _traces(process: Process) -> Iterator[str]:
    """Yield texts that contain paths; of a process of another user only a few can be read."""
    command = _asked(process.cmdline) or []
    environ = _asked(process.environ) or {}
    cwd = _asked(process.cwd) or ""
    yield from (*command, cwd, _asked(process.exe) or "")
    yield from (environ.get(name, "") for name in _TELLING)
    if command and os.path.basename(command[0]) == command[0]:
        yield from _looked_through(command[0], environ.get("PATH", os.defpath))
    for word in (*command[:_RESOLVED], environ.get("VIRTUAL_ENV", "")):
        for folder in (cwd, environ.get("PWD", "")):
            yield _resolved(os.path.join(folder, word)) if word else ""
    if sys.platform == "linux":
        yield from _opened(f"/proc/{process.pid}")


def _looked_through(program: str, search_path: str) -> Iterator[str]:
    """Yield the folders in which a program was looked for, to the one that has it now.

    Python finds its environment in the same way. A folder that is gone may have had it.
    """
    for folder in search_path.split(os.pathsep):
        yield _resolved(os.path.join(folder, program))
        if os.path.exists(os.path.join(folder, program)):
            return


def _resolved(path: str) -> str:
    """Return a path without links in its folders; a Python is a link out of its environment."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _opened(process: str) -> Iterator[str]:
    """Yield the files that a process has mapped and opened, under the names that they have now."""
    with contextlib.suppress(OSError), open(f"{process}/maps", "rb") as file:
        yield file.read().decode("utf-8", "replace")
    with contextlib.suppress(OSError):
        for descriptor in os.listdir(f"{process}/fd"):
            with contextlib.suppress(OSError):
                yield os.readlink(f"{process}/fd/{descriptor}")


def _asked(question: Callable[[], T]) -> T | None:
    """Return the answer about a process, None if it has ended or is another user's."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        return question()
    return None


# -- libraries that Windows lets nobody replace while a process has them loaded


def names_with_loaded_libraries(environment: Environment, names: Collection[str]) -> set[str]:
    """Return which of these distributions have a library or a program that is in use."""
    if sys.platform != "win32":
        return set()
    return _names_held(environment, names)


def _names_held(environment: Environment, names: Collection[str]) -> set[str]:
    packages = environment.site_packages()
    return {
        name
        for folder in environment.dist_infos()
        if (name := environment.name_of(folder)) in names
        and any(_is_loaded(str(packages / row[0])) for row in rows_of(folder) if _is_library(row))
    }


def _is_library(row: Collection[str]) -> bool:
    return next(iter(row), "").lower().endswith(_LIBRARIES)


def _is_loaded(path: str) -> bool:
    """Return whether a file cannot be written although its mode allows it; nothing is written."""
    if not os.access(path, os.W_OK):
        return False
    try:
        os.close(os.open(path, os.O_RDWR))
    except PermissionError:
        return True
    except OSError:
        return False
    return False

"""An environment that waits for the next new notebook: its kernel then starts like a ready one.

It belongs to a placeholder, as that of a detached kernel does; taking it moves what is known of the
placeholder to the notebook. Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import os
import sys
import time

from nbenv.environments.readiness import ready_environment
from nbenv.home import paths, variables

__all__ = ["is_old", "name", "prepare_next", "take"]

_OLDEST = 7 * 86_400.0
"""Seconds after which its distributions may be too old for a new notebook."""


def name() -> str:
    """Return the placeholder's name, for the Python that a new notebook gets."""
    return f"notebook-{sys.version_info[0]}.{sys.version_info[1]}"


def _placeholder() -> str:
    return paths.placeholder_path(name())


def is_old(environment: str) -> bool:
    """Whether an environment was made too long ago, or cannot be looked at."""
    try:
        return abs(time.time() - os.stat(paths.marker_path(environment)).st_mtime) > _OLDEST
    except OSError:
        return True


def take(path: str) -> str | None:
    """Give the waiting environment to a new notebook; return its folder, None when none waits."""
    environment = ready_environment(_placeholder())
    if environment is None or is_old(environment):
        return None
    known = paths.state_path(paths.key(_placeholder()))
    taken = f"{known}.{os.getpid()}.new"
    try:
        os.rename(known, taken)  # of all who ask at once, one succeeds
    except OSError:
        return None
    notebook, identifier = os.path.realpath(path), os.path.basename(environment)
    state = {"notebook": notebook, "environment": identifier, "value": None, "saved": True}
    paths.create_json(paths.state_path(paths.key(path)), state)
    marker = paths.marker_path(environment)
    paths.write_json(marker, {**(paths.read_json(marker) or {}), "notebook": notebook})
    os.unlink(taken)
    return ready_environment(path)  # of two kernels of one notebook, the first one's


def prepare_next() -> None:
    """Have the next one made, apart from this process, once its kernel has started."""
    if os.name != "posix" or os.environ.get(variables.BACKGROUND) == "0":
        return
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        os.setsid()
        if os.fork() == 0:  # an orphan, which no kernel has to wait for
            environ = {name: os.environ[name] for name in os.environ if name[:4] != "JPY_"}
            os.chdir(paths.home())  # with -m, a notebook's folder would stand first on sys.path
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(nothing, stream)
            os.execve(sys.executable, [sys.executable, "-m", "nbenv.kernel.make_spare"], environ)
    finally:
        os._exit(0)

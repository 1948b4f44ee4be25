"""Spare environment: made ahead, so that the kernel of the next new notebook starts at once.

It belongs to a placeholder until a notebook takes it, together with what is known of the
placeholder. Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time

from nbenv.core.python_command import main_command
from nbenv.environments.readiness import ready_environment
from nbenv.home import held_files, paths, private_files, variables
from nbenv.home.processes.detached_process import start_detached
from nbenv.home.real_path import real_path

__all__ = ["is_old", "name", "prepare_next", "take"]

_MAX_AGE = 7 * 86_400.0
"""Seconds after which its packages count as too old for a new notebook."""


def name() -> str:
    """Return the placeholder's name; it contains the Python that a new notebook gets."""
    return f"notebook-{sys.version_info[0]}.{sys.version_info[1]}"


def _placeholder() -> str:
    return paths.placeholder_path(name())


def is_old(environment: str) -> bool:
    """Return whether an environment was made more than a week ago, or has no marker."""
    try:
        return abs(time.time() - os.stat(paths.marker_path(environment)).st_mtime) > _MAX_AGE
    except OSError:
        return True


def take(path: str) -> str | None:
    """Give the spare environment to a new notebook.

    Parameters
    ----------
    path
        The notebook's path; nothing must be known of it yet.

    Returns
    -------
    str | None
        The environment's folder; None when there is no spare one, or another kernel took it.
    """
    environment = ready_environment(_placeholder())
    if environment is None or is_old(environment):
        return None
    placeholder_state = paths.state_path(paths.key(_placeholder()))
    taken = private_files.scratch_path(placeholder_state)
    try:
        # One rename decides: of several kernels that start at once, one succeeds. If this process
        # is killed below, the name tells `nbenv prune` that the file is nobody's.
        held_files.rename(placeholder_state, taken)
    except OSError:
        return None
    notebook, identifier = real_path(path), os.path.basename(environment)
    state = {"notebook": notebook, "environment": identifier, "value": None, "saved": True}
    private_files.create_json(paths.state_path(paths.key(path)), state)
    marker = paths.marker_path(environment)
    private_files.write_json(marker, {**(paths.read_json(marker) or {}), "notebook": notebook})
    held_files.unlink(taken)
    return ready_environment(path)  # of two kernels of one notebook, both get the first one's


def prepare_next() -> None:
    """Start a process that makes the next spare environment, and outlives this one."""
    if os.environ.get(variables.BACKGROUND) == "0":
        return
    # Jupyter's own variables name this kernel's notebook and server.
    environ = {name: os.environ[name] for name in os.environ if name[:4] != "JPY_"}
    command = main_command(sys.executable, "nbenv.kernel.make_spare")
    with contextlib.suppress(OSError):  # the next notebook makes its own
        start_detached(command, environ, paths.home())

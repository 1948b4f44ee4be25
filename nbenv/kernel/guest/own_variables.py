"""The variables that identify a kernel, whatever its cells do to the environment variables.

A cell may remove variables, or all of them. The kernel began with those in `boot.variables`.
"""

from __future__ import annotations

import os
import sys
from functools import wraps

from _nbenv_boot import variables

_IDENTITY = (
    "NBENV_DETACHED",
    "NBENV_ENVIRONMENT",
    "NBENV_HOST_PYTHON",
    "NBENV_SERVER",
    "JPY_PARENT_PID",
    "JPY_SESSION_NAME",
)
_OF_START = (
    "NBENV_BROKEN",
    "NBENV_DOCUMENT",
    "NBENV_HANDED_OVER",
    "NBENV_NOTEBOOK",
    "NBENV_SUPERVISOR",
)
"""Variables that were for this kernel's start alone."""


def for_command():
    """Return the variables for a command of nbenv's, which have this kernel's identity.

    Where a cell removed all variables, those that the kernel began with count: they say, for one
    thing, where this machine looks for packages.
    """
    below = {} if _is_intact() else variables
    found = {**{name: below[name] for name in below if name not in _OF_START}, **os.environ}
    found.update({name: variables[name] for name in _IDENTITY if name in variables})
    if "NBENV_ENVIRONMENT" in variables:  # an environment is below its NBENV_HOME, in `envs`
        found["NBENV_HOME"] = os.path.dirname(os.path.dirname(sys.prefix))
    return found


def _is_intact():
    return os.environ.get("NBENV_HOST_PYTHON") == variables.get("NBENV_HOST_PYTHON")


def put_scripts_first() -> None:
    """Let what a cell starts find nbenv's pip, if a cell took its folder off ``PATH``."""
    scripts = os.path.join(sys.prefix, "nbenv.scripts")
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if scripts in folders or not os.path.isdir(scripts):
        return
    own = [scripts, os.path.dirname(sys.executable)]
    os.environ["PATH"] = os.pathsep.join([*own, *folders])
    if "PIP_PYTHON" in variables:
        os.environ.setdefault("PIP_PYTHON", variables["PIP_PYTHON"])


def watch(shell) -> None:
    """Put nbenv's scripts first before each cell, and before each line that goes to a shell."""
    shell.events.register("pre_execute", put_scripts_first)
    for name in ("system", "getoutput"):
        setattr(shell, name, _with_scripts(getattr(shell, name)))


def _with_scripts(run):
    @wraps(run)
    def mended(*words, **options):
        put_scripts_first()
        return run(*words, **options)

    return mended

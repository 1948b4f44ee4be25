"""The names of nbenv's environment variables, every one of them.

Light on purpose: a starting kernel imports this. The guest, which cannot import nbenv, spells the
names out; a test compares them with this list.
"""

from __future__ import annotations

__all__ = [
    "BACKGROUND",
    "BROKEN",
    "DEBUG",
    "DETACHED",
    "ENVIRONMENT",
    "HANDED_OVER",
    "HOME",
    "HOST_PYTHON",
    "NOTEBOOK",
    "RESTORE",
    "STRIPPED",
    "TORCH_BACKEND",
    "TORCH_MIRROR",
]

# -- set by people; docs/usage.md explains each

HOME = "NBENV_HOME"
"""The folder for environments, approvals and the state of notebooks."""
NOTEBOOK = "NBENV_NOTEBOOK"
"""The notebook of a kernel whose client does not name it."""
RESTORE = "NBENV_RESTORE"
"""Restore without asking: ``ask`` (first), ``always`` or ``never``."""
BACKGROUND = "NBENV_BACKGROUND"
"""``0`` to do nothing in the background."""
DEBUG = "NBENV_DEBUG"
"""Set to see the traceback of an internal error."""
TORCH_BACKEND = "NBENV_TORCH_BACKEND"
"""The build of PyTorch that is installed where nobody says one, in uv's words; ``none`` for any."""
TORCH_MIRROR = "NBENV_TORCH_MIRROR"
"""The address below which a mirror has PyTorch's indexes, a folder for each build."""

# -- set by nbenv, from one of its processes to the next

HOST_PYTHON = "NBENV_HOST_PYTHON"
"""The interpreter that nbenv is installed for; the guest runs commands with it."""
ENVIRONMENT = "NBENV_ENVIRONMENT"
"""The identifier of the environment that a kernel runs in."""
DETACHED = "NBENV_DETACHED"
"""The name of a detached kernel's placeholder."""
STRIPPED = "NBENV_STRIPPED"
"""Set if the notebook's file lost its record, which may be why a module is missing."""
BROKEN = "NBENV_BROKEN"
"""The reasons why a ready environment could not start a kernel, one line for each attempt."""
HANDED_OVER = "NBENV_HANDED_OVER"
"""The file of requests that a waiting kernel leaves to the kernel that takes its place."""

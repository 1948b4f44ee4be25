"""Every environment variable of nbenv's, by the name that code and people use.

Light on purpose: a starting kernel imports this. The guest, which has no nbenv, spells the names
out; a test compares them with this list.
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
]

# -- set by people; docs/usage.md explains each

HOME = "NBENV_HOME"
"""The folder for environments, approvals and what is known of notebooks."""
NOTEBOOK = "NBENV_NOTEBOOK"
"""The notebook of a kernel whose client does not name it."""
RESTORE = "NBENV_RESTORE"
"""Whether to restore without asking: ``ask``, ``always`` or ``never``."""
BACKGROUND = "NBENV_BACKGROUND"
"""``0`` to do nothing in the background."""
DEBUG = "NBENV_DEBUG"
"""Set to see the traceback of an internal error."""

# -- set by nbenv, from one of its processes to the next

HOST_PYTHON = "NBENV_HOST_PYTHON"
"""The interpreter that nbenv is installed for; the guest runs commands with it."""
ENVIRONMENT = "NBENV_ENVIRONMENT"
"""The identifier of the environment that a kernel runs in."""
DETACHED = "NBENV_DETACHED"
"""The placeholder's name of a kernel that no notebook is known for."""
STRIPPED = "NBENV_STRIPPED"
"""Set where the notebook's file lost its record, which a missing module may be due to."""
BROKEN = "NBENV_BROKEN"
"""Why an environment that was thought ready could not start a kernel, a line for each try."""
HANDED_OVER = "NBENV_HANDED_OVER"
"""The file of requests that a waiting kernel leaves to the kernel that takes its place."""

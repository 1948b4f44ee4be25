"""The names of nbenv's environment variables, every one of them.

Light on purpose: a starting kernel imports this. The guest, which cannot import nbenv, spells the
names out; a test compares them with this list.
"""

from __future__ import annotations

__all__ = [
    "ARCHIVE_CHECK",
    "BACKGROUND",
    "BROKEN",
    "CARRIED",
    "DEBUG",
    "DETACHED",
    "DOCUMENT",
    "ENVIRONMENT",
    "EXPECTED_LOCK",
    "HANDED_OVER",
    "HOME",
    "HOST_PYTHON",
    "IMAGE_LOCK",
    "NOTEBOOK",
    "PYTHON",
    "RECORD",
    "RESTORE",
    "SERVER",
    "SHARED",
    "STOPPABLE",
    "STRIPPED",
    "SUGGEST",
    "SUPERVISE",
    "SUPERVISOR",
    "TORCH_BACKEND",
    "TORCH_MIRROR",
    "WORKER_ABSENCE",
    "WORKER_CACHE",
    "WORKER_PYTHON",
]

# -- set by people; docs/usage.md explains each

HOME = "NBENV_HOME"
"""The folder for environments, approvals and the state of notebooks."""
NOTEBOOK = "NBENV_NOTEBOOK"
"""The notebook of a kernel whose client does not name it."""
RESTORE = "NBENV_RESTORE"
"""Restore without asking: ``ask`` (first), ``always`` or ``never``."""
SHARED = "NBENV_SHARED"
"""The folder of environments that an administrator provides, which are used and never written."""
BACKGROUND = "NBENV_BACKGROUND"
"""``0`` to do nothing in the background."""
SUGGEST = "NBENV_SUGGEST"
"""``0`` to suggest nothing below a cell that fails because a module is missing."""
SUPERVISE = "NBENV_SUPERVISE"
"""``1`` to keep the launcher as the kernel's parent, as on Windows, instead of becoming it."""
DEBUG = "NBENV_DEBUG"
"""Set to see the traceback of an internal error."""
TORCH_BACKEND = "NBENV_TORCH_BACKEND"
"""The build of PyTorch that is installed where nobody says one, in uv's words; ``none`` for any."""
TORCH_MIRROR = "NBENV_TORCH_MIRROR"
"""The address below which a mirror has PyTorch's indexes, a folder for each build."""
PYTHON = "NBENV_PYTHON"
"""The interpreter for an environment that was unpacked from an archive."""
WORKER_ABSENCE = "NBENV_WORKER_ABSENCE"
"""Seconds without its kernel until what a worker started for a notebook ends."""
WORKER_CACHE = "NBENV_WORKER_CACHE"
"""The folder for environments on a worker of a cluster."""
WORKER_PYTHON = "NBENV_WORKER_PYTHON"
"""The interpreter that environments on a worker of a cluster are made of."""

# -- set by nbenv, from one of its processes to the next

HOST_PYTHON = "NBENV_HOST_PYTHON"
"""The interpreter that nbenv is installed for; the guest runs commands with it."""
ENVIRONMENT = "NBENV_ENVIRONMENT"
"""The identifier of the environment that a kernel runs in."""
DETACHED = "NBENV_DETACHED"
"""The name of a detached kernel's placeholder."""
DOCUMENT = "NBENV_DOCUMENT"
"""The file of the document that the client executes, or its placeholder where it is in none."""
STRIPPED = "NBENV_STRIPPED"
"""Set if the notebook's file lost its record, which may be why a module is missing."""
BROKEN = "NBENV_BROKEN"
"""The reasons why a ready environment could not start a kernel, one line for each attempt."""
HANDED_OVER = "NBENV_HANDED_OVER"
"""The file of requests that a waiting kernel leaves to the kernel that takes its place."""
STOPPABLE = "NBENV_STOPPABLE"
"""Set for a command that stops, and puts everything back, once its standard input is closed."""
SUPERVISOR = "NBENV_SUPERVISOR"
"""The launcher that supervises a process, and the file that says what it runs next in its place."""
SERVER = "NBENV_SERVER"
"""The process that a kernel's parent in ``JPY_PARENT_PID`` stands for, as ``PARENT:PROCESS``."""
RECORD = "NBENV_RECORD"
"""The kernel's process, and the file of a record that was handed over to it from elsewhere."""
IMAGE_LOCK = "NBENV_IMAGE_LOCK"
"""The digest of the lock that an image was built of."""
EXPECTED_LOCK = "NBENV_EXPECTED_LOCK"
"""The digest of the lock that a run in an image needs."""
ARCHIVE_CHECK = "NBENV_ARCHIVE_CHECK"
"""Set to have an archive look for its Python, and start and write nothing."""

# -- set by nbenv, for a kernel on another machine

CARRIED = "KERNEL_NBENV"
"""The number of variables that carry a record there; they are named by it, as ``…_1``."""

"""Turn this process into the kernel of an environment.

POSIX replaces the process (same pid, ports and signals); Windows cannot, so there the launcher
stays as the kernel's parent (`nbenv.kernel.supervision`).
"""

from __future__ import annotations

import os
import sys

from nbenv.environments import layout
from nbenv.home import paths, variables
from nbenv.kernel.own_kernelspec import add_kernelspec

__all__ = ["become", "guest_environ", "kernel_process", "notice_supervisor", "replace_process"]

_BOOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest", "boot.py")
_relay = ""
"""The file in which this process leaves its supervisor what to run next, "" without one."""
_supervisor = 0
"""The number of the launcher that supervises this process, 0 without one."""


def notice_supervisor() -> None:
    """Remember whether a launcher supervises this process; what it starts has nothing of that."""
    global _relay, _supervisor
    process, _, relay = os.environ.pop(variables.SUPERVISOR, "").partition(" ")
    _supervisor, _relay = (int(process), relay) if process.isdecimal() else (0, "")


def kernel_process() -> int:
    """Return the number of the process that is the kernel to its client: this, or its supervisor.

    It stays when another process takes this one's place, so that what is meant for the kernel, and
    not for those that its cells start, is marked with it.
    """
    return _supervisor or os.getpid()


def guest_environ(environment: str, *, stripped: bool) -> dict[str, str]:
    """Return the environment variables of a kernel in the environment at that path.

    With `stripped` the notebook's file lost its record, which a missing module may be due to.
    """
    environ = layout.activate(environment, _without_environments(dict(os.environ)))
    add_kernelspec(environ)
    environ[variables.HOST_PYTHON] = sys.executable
    environ[variables.ENVIRONMENT] = os.path.basename(environment)
    environ[variables.STRIPPED] = "1" if stripped else ""
    return environ


def _without_environments(environ: dict[str, str]) -> dict[str, str]:
    """Return variables whose ``PATH`` leads into no environment of nbenv's.

    A kernel that a cell starts inherits that of the cell's notebook.
    """
    own = os.path.join(paths.home(), "envs", "")
    folders = environ.get("PATH", os.defpath).split(os.pathsep)
    kept = (folder for folder in folders if not folder.startswith(own))
    return {**environ, "PATH": os.pathsep.join(kept)}


def become(environment: str, arguments: list[str], *, stripped: bool = False) -> None:
    """Run the environment's kernel in place of this process; does not return.

    Raises
    ------
    FileNotFoundError
        There is no such environment.
    """
    # Python puts the folder of boot.py first on sys.path; boot.py takes it off itself, before it
    # imports anything that a module there could shadow.
    command = [layout.python_path(environment), _BOOT, *arguments]
    replace_process(command, guest_environ(environment, stripped=stripped))


def replace_process(command: list[str], environ: dict[str, str]) -> None:
    """Run `command` in place of this process; does not return."""
    if os.name == "posix" and not _relay and environ.get(variables.SUPERVISE) != "1":
        os.execve(command[0], command, environ)
    from nbenv.kernel.supervision.supervisor import leave_to_supervisor, supervise

    if _relay:
        os.stat(command[0])
        leave_to_supervisor(_relay, command, environ)
    supervise(command, environ)

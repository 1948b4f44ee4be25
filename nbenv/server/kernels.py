"""What a notebook's kernel is, told from its process and not from the notebook's metadata."""

from __future__ import annotations

import os
from typing import Any

import psutil

from nbenv import places

__all__ = ["describe", "process_of"]

_LAUNCHER = "nbenv.kernel.launcher"


def process_of(kernels: Any, identifier: str) -> int | None:
    """Return the process of a kernel; None without one on this machine (as behind a gateway)."""
    if not identifier or identifier not in kernels:
        return None
    provisioner = getattr(kernels.get_kernel(identifier), "provisioner", None)
    process = getattr(provisioner, "pid", None)
    return process if isinstance(process, int) else None


def describe(process: int | None) -> dict[str, object]:
    """Say what a kernel's process is.

    `state` is ``none``, ``ordinary``, ``starting`` (the launcher finds or builds the environment),
    ``waiting`` (its environment cannot be used yet; `error` says why) or ``running``, then with
    `environment`, the identifier of the environment that it runs in.
    """
    command = _command(process)
    if not process or not command:
        return {"state": "none"}
    environments = os.path.join(places.home(), "envs", "")
    if command[0].startswith(environments):
        identifier = command[0][len(environments) :].split(os.sep)[0]
        return {"state": "running", "environment": identifier}
    if _LAUNCHER not in " ".join(command):
        return {"state": "ordinary"}
    error = places.read_json(places.waiting_path(process))
    return {"state": "starting"} if error is None else {"state": "waiting", "error": error}


def _command(process: int | None) -> list[str]:
    """Return the words of a process, or of the child that it is the launcher of (on Windows)."""
    if process is None:
        return []
    try:
        launcher = psutil.Process(process)
        words = launcher.cmdline()
        children = launcher.children() if os.name == "nt" else []
        return next((child.cmdline() for child in children), words)
    except psutil.Error:
        return []

"""The state of a notebook's kernel, by its process and not by the notebook's metadata."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import psutil
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from nbenv.home import paths

__all__ = ["KernelState", "is_launcher"]

_LAUNCHER = "nbenv.kernel.launcher"


class Kernels(Protocol):
    """The part of Jupyter's kernel managers that is used here."""

    def __contains__(self, kernel_id: str) -> bool: ...

    def get_kernel(self, kernel_id: str) -> object:
        """Return the manager of one kernel."""


@dataclass(frozen=True)
class KernelState:
    """A kernel of this server: its process on this machine, or that it runs on another one."""

    process: int | None = None
    is_remote: bool = False

    @classmethod
    def of(cls, kernels: Kernels, identifier: str) -> KernelState:
        """Return the state of the kernel with that identifier.

        Only a local provisioner starts processes on this machine. Another one, as a gateway's, may
        give a number that belongs to some other process here.
        """
        if not identifier or identifier not in kernels:
            return cls()
        provisioner = getattr(kernels.get_kernel(identifier), "provisioner", None)
        if not isinstance(provisioner, LocalProvisioner):
            return cls(is_remote=True)
        running = provisioner.process is not None and isinstance(provisioner.pid, int)
        return cls(provisioner.pid if running else None)

    def describe(self) -> dict[str, object]:
        """Return what the kernel's process is, for JSON.

        Returns
        -------
        dict
            ``state`` is one of:

            - ``none``: there is none; with ``remote`` there is one, but not on this machine.
            - ``ordinary``: it is not a kernel of ours.
            - ``starting``: the launcher finds or builds the environment.
            - ``waiting``: its environment cannot be used yet; ``error`` says why.
            - ``running``: ``environment`` identifies the environment that it runs in, and
              ``started`` says since when, as a restarted kernel keeps its identifier.
        """
        command, started = _command(self.process)
        if self.process is None or not command:
            return {"state": "none", "remote": True} if self.is_remote else {"state": "none"}
        environments = paths.environment_path("")
        if command[0].startswith(environments):
            identifier = command[0][len(environments) :].split(os.sep)[0]
            return {"state": "running", "environment": identifier, "started": started}
        if not is_launcher(command):
            return {"state": "ordinary"}
        error = paths.read_json(paths.waiting_path(self.process))
        return {"state": "starting"} if error is None else {"state": "waiting", "error": error}


def is_launcher(command: Sequence[str]) -> bool:
    """Return whether a process was started with the command of our kernelspec."""
    return any(_LAUNCHER in word for word in command)


def _command(process: int | None) -> tuple[list[str], float]:
    """Return a process's words and when it started; on Windows, the words of the launcher's child.

    Nothing and zero for a process that is gone.
    """
    if process is None:
        return [], 0.0
    try:
        launcher = psutil.Process(process)
        children = launcher.children() if os.name == "nt" else []
        words = next((child.cmdline() for child in children), launcher.cmdline())
        return words, launcher.create_time()
    except psutil.Error:
        return [], 0.0

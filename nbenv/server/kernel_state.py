"""What a notebook's kernel is, told from its process and not from the notebook's metadata."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from nbenv.home import paths

__all__ = ["KernelState", "is_launcher"]

_LAUNCHER = "nbenv.kernel.launcher"


@dataclass(frozen=True)
class KernelState:
    """A kernel of this server: its process on this machine, or that it runs on another one."""

    process: int | None = None
    is_remote: bool = False

    @classmethod
    def of(cls, kernels: Any, identifier: str) -> KernelState:
        """Return the kernel of that name among a manager's.

        Only a local provisioner's process is one of this machine; others, as a gateway's, may
        give a number that is another process's here.
        """
        if not identifier or identifier not in kernels:
            return cls()
        provisioner = getattr(kernels.get_kernel(identifier), "provisioner", None)
        if not isinstance(provisioner, LocalProvisioner):
            return cls(is_remote=True)
        running = provisioner.process is not None and isinstance(provisioner.pid, int)
        return cls(provisioner.pid if running else None)

    def describe(self) -> dict[str, object]:
        """Say what the kernel's process is.

        `state` is ``none`` (with `remote` when it runs, but not on this machine), ``ordinary``,
        ``starting`` (the launcher finds or builds the environment), ``waiting`` (its environment
        cannot be used yet; `error` says why) or ``running``, then with `environment`, the
        identifier of the environment that it runs in, and when it `started`: a kernel keeps its
        name when it is restarted.
        """
        command, started = _command(self.process)
        if self.process is None or not command:
            return {"state": "none", "remote": True} if self.is_remote else {"state": "none"}
        environments = os.path.join(paths.home(), "envs", "")
        if command[0].startswith(environments):
            identifier = command[0][len(environments) :].split(os.sep)[0]
            return {"state": "running", "environment": identifier, "started": started}
        if not is_launcher(command):
            return {"state": "ordinary"}
        error = paths.read_json(paths.waiting_path(self.process))
        return {"state": "starting"} if error is None else {"state": "waiting", "error": error}


def is_launcher(command: Sequence[str]) -> bool:
    """Whether a process's words are those of our kernelspec."""
    return any(_LAUNCHER in word for word in command)


def _command(process: int | None) -> tuple[list[str], float]:
    """Return a process's words and start, or those of the launcher's child (on Windows)."""
    if process is None:
        return [], 0.0
    try:
        launcher = psutil.Process(process)
        children = launcher.children() if os.name == "nt" else []
        words = next((child.cmdline() for child in children), launcher.cmdline())
        return words, launcher.create_time()
    except psutil.Error:
        return [], 0.0

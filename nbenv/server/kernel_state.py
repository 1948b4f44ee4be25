"""The state of a notebook's kernel, by its process and not by the notebook's metadata."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import psutil
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from nbenv.home import paths
from nbenv.home.process_identity import ProcessIdentity
from nbenv.home.real_path import part_below, real_path

__all__ = ["KernelState", "is_launcher"]

_LAUNCHER = "nbenv.kernel.launcher"
_BOOT = os.path.join("guest", "boot.py")


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
        process, command, started = _kernel_process(self.process)
        if not command:
            return {"state": "none", "remote": True} if self.is_remote else {"state": "none"}
        identifier = _environment_of(command[0])
        if identifier:
            return {"state": "running", "environment": identifier, "started": started}
        if not is_launcher(command):
            return {"state": "ordinary"}
        error = _noted_error(process)
        return {"state": "starting"} if error is None else {"state": "waiting", "error": error}


def _environment_of(program: str) -> str:
    """Return the identifier of the environment of a Python, "" for another program.

    The folder of environments may be reached by a link, and its Pythons are links themselves.
    """
    if not os.path.isabs(program):
        return ""
    environments = real_path(os.path.join(paths.home(), "envs"))
    below = part_below(real_path(os.path.dirname(program)), environments)
    return (below or "").split(os.sep)[0]


def is_launcher(command: Sequence[str]) -> bool:
    """Return whether a process was started with the command of our kernelspec."""
    return any(_LAUNCHER in word for word in command)


def _noted_error(process: int) -> object:
    """Return why a process waits, as it noted itself; None for another one's note, or none."""
    note = paths.read_json(paths.waiting_path(process)) or {}
    waiting = ProcessIdentity.from_dict(note)
    is_its = waiting is not None and waiting.pid == process and waiting.is_running
    return note.get("error") if is_its else None


def _kernel_process(process: int | None) -> tuple[int, list[str], float]:
    """Return the process that is the kernel now: a launcher, or what that supervises.

    Returns
    -------
    tuple[int, list[str], float]
        Its number and its command, and when the kernel was started; a process that is gone has no
        command.
    """
    if process is None:
        return 0, [], 0.0
    try:
        launcher = psutil.Process(process)
        command, started = launcher.cmdline(), launcher.create_time()
        for child in launcher.children() if is_launcher(command) else ():
            words = _words(child)
            if is_launcher(words) or any(word.endswith(_BOOT) for word in words[1:3]):
                return child.pid, words, started
    except psutil.Error:
        return 0, [], 0.0
    return process, command, started


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:  # it has just ended
        return []

"""The Jupyter kernel that a process was started from, found among the processes above it.

Environment variables would not tell: a kernel that a cell starts inherits them from the first one.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import psutil

from nbenv.home import variables
from nbenv.home.real_path import is_same

__all__ = ["KernelProcess", "nearest_kernel"]

_BOOT = os.path.join("guest", "boot.py")
_BEFORE_FILE = ("-f", "--f", "--connection-file", "--IPKernelApp.connection_file")
_FRAMEWORK = "/Python.app/Contents/MacOS/"
_LONGEST = 10_000
"""Bytes of a connection file that are read; it has a few hundred."""


@dataclass(frozen=True)
class KernelProcess:
    """A running kernel, of whatever language: its command, and the variables it started with."""

    command: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> str | None:
        """The identifier of the environment of nbenv's that it runs in; None if in no such."""
        is_ours = any(word.endswith(_BOOT) for word in self.command[1:2])
        return self.environ.get(variables.ENVIRONMENT) if is_ours else None

    def runs_in(self, environment: str) -> bool:
        """Return whether it runs in an environment, also if nbenv did not start it.

        Parameters
        ----------
        environment
            The environment's folder.
        """
        if any(word.endswith(_BOOT) for word in self.command[1:2]):
            return self.environment == os.path.basename(environment)
        if self.python is None:
            return False
        prefix = os.path.dirname(os.path.dirname(self.python))  # python itself is a link
        return is_same(prefix, environment)

    @property
    def python(self) -> str | None:
        """Its interpreter; None for a kernel of another language.

        The Python of a framework, on macOS, runs as a program inside of that, whatever environment
        it was started in: that is in a variable.
        """
        program = self.command[0]
        if _FRAMEWORK in program:
            program = self.environ.get("__PYVENV_LAUNCHER__", "")
        is_python = os.path.basename(program).startswith("python")
        return program if is_python and os.path.isabs(program) else None


def nearest_kernel() -> KernelProcess | None:
    """Return the first kernel above this process; None outside of kernels."""
    with contextlib.suppress(psutil.Error):
        for process in psutil.Process().parents():
            if found := _as_kernel(process):
                return found
    return None


def _as_kernel(process: psutil.Process) -> KernelProcess | None:
    with contextlib.suppress(psutil.Error, OSError):
        command = process.cmdline()
        for name in _named_files(command):
            if _is_connection_file(os.path.join(process.cwd(), name)):
                return KernelProcess(tuple(command), process.environ())
    return None


def _named_files(command: Sequence[str]) -> list[str]:
    """Return the words of a command that may name a kernel's connection file."""
    named = [after for word, after in pairwise(command) if word in _BEFORE_FILE]
    parts = [word.partition("=") for word in command]
    return [*named, *(after for word, _, after in parts if word in _BEFORE_FILE and after)]


def _is_connection_file(path: str) -> bool:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.loads(file.read(_LONGEST))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and {"shell_port", "iopub_port"} <= found.keys()

"""Describe this machine as a platform that wheels are for."""

from __future__ import annotations

import functools
import platform
import subprocess
import sys

from packaging.tags import platform_tags

from nbenv.core.wheels.coverage import Platform
from nbenv.home.processes.console import no_window

__all__ = ["narrower_markers", "other_systems", "system_marker", "this_machine"]

_SYSTEMS = ("linux", "darwin", "win32")


@functools.cache
def this_machine() -> Platform:
    """Return this machine, with the tags of exactly the wheels that it can install."""
    return Platform(sys.platform, platform.machine(), tags=frozenset(platform_tags()))


def narrower_markers(python: str) -> tuple[str, str]:
    """Return markers that hold for this machine, and for it with its very Python.

    `python` is the path of that Python.
    """
    machine = this_machine()
    return (
        machine.marker,
        f"python_full_version == '{_full_version(python)}' "
        f"and platform_machine == '{machine.machine}' "
        f"and platform_python_implementation == 'CPython' and {system_marker(machine.system)}",
    )


@functools.lru_cache(maxsize=64)
def _full_version(python: str) -> str:
    command = [python, "-I", "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, creationflags=no_window()
    ).stdout.strip()


def system_marker(system: str) -> str:
    """Return the marker of a system, by its ``sys_platform``."""
    return f"sys_platform == '{system}'"


def other_systems() -> list[str]:
    """Return the other systems that notebooks are shared with, as ``sys_platform`` has them."""
    return [each for each in _SYSTEMS if each != this_machine().system]

"""Inventory of the environments on this machine: their notebooks, their use, their removal."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass

from nbenv.environments.environment import Environment
from nbenv.environments.owners import owners
from nbenv.home import paths

__all__ = ["ASIDE", "KnownEnvironment", "discard", "is_in_use", "known_environments"]

ASIDE = ".removed-"
"""The prefix of an environment's name while it is being removed."""


@dataclass(frozen=True)
class KnownEnvironment:
    """An environment on disk, its notebook, and whether a process runs in it."""

    environment: Environment
    notebook: str | None
    in_use: bool

    @property
    def is_unused(self) -> bool:
        """Whether no process runs in it and its notebook is gone."""
        return not self.in_use and (self.notebook is None or not os.path.exists(self.notebook))


def known_environments() -> list[KnownEnvironment]:
    """Return every environment on this machine, sorted by identifier."""
    folder = paths.environment_path("")
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if _is_environment(entry))
    except FileNotFoundError:
        return []
    known, busy = owners(), _running_prefixes()
    return [
        KnownEnvironment(Environment(name), known.get(name), os.path.join(folder, name) in busy)
        for name in names
    ]


def is_in_use(environment: Environment) -> bool:
    """Return whether a process runs in an environment."""
    return str(environment.path) in _running_prefixes()


def discard(environment: Environment) -> bool:
    """Remove an environment unless a process runs in it; return whether it was removed."""
    # Renamed first, looked at afterwards: a kernel that starts at this moment either runs already,
    # and is seen, or no longer finds the environment and builds another.
    aside = environment.path.with_name(f"{ASIDE}{os.getpid()}-{secrets.token_hex(4)}")
    try:
        os.rename(environment.path, aside)
    except OSError:
        return False
    if is_in_use(environment):
        os.rename(aside, environment.path)
        return False
    shutil.rmtree(aside, ignore_errors=True)
    return True


def _is_environment(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir() and not entry.name.startswith(ASIDE)


def _running_prefixes() -> set[str]:
    """Return two folders above each running program: of a Python, its environment."""
    import psutil  # slow, and no change needs it

    prefixes = set()
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or [""]
        prefixes.add(os.path.dirname(os.path.dirname(command[0])))
    return prefixes

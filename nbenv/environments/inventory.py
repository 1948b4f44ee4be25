"""Inventory of the environments on this machine: their notebooks, their use, their removal."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from nbenv.environments import ownership, running
from nbenv.environments.environment import Environment
from nbenv.environments.owners import owners
from nbenv.home import held_files, paths
from nbenv.home.process_identity import ProcessIdentity

__all__ = [
    "ASIDE",
    "KnownEnvironment",
    "discard",
    "is_in_use",
    "known_environments",
    "remove_asides",
]

ASIDE = ".removed-"
"""The prefix of an environment's name while it is being removed."""
_DAY = 86_400.0


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
    """Return every environment that nbenv made on this machine, sorted by identifier."""
    folder = Path(paths.environment_path(""))
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith(ASIDE))
    except FileNotFoundError:
        return []
    own = [name for name in names if ownership.is_ours(folder / name)]
    known, busy = owners(), running.names_in_use(own)
    return [KnownEnvironment(Environment(name), known.get(name), name in busy) for name in own]


def is_in_use(environment: Environment, aside: str | None = None) -> bool:
    """Return whether a process runs in an environment; `aside` is another name of its folder."""
    names = {environment.identifier, *([aside] if aside else [])}
    return bool(running.names_in_use(names))


def discard(environment: Environment) -> bool:
    """Remove an environment unless a process runs in it, or nbenv did not make it.

    Returns
    -------
    bool
        Whether it was removed.
    """
    if not ownership.is_ours(environment.path):
        return False
    # Renamed first, looked at afterwards: a kernel that starts at this moment either runs already,
    # and is seen, or no longer finds the environment and builds another.
    aside = environment.path.with_name(aside_name())
    try:
        held_files.rename(str(environment.path), str(aside))
    except OSError:
        return False
    if is_in_use(environment, aside.name):
        held_files.rename(str(aside), str(environment.path))
        return False
    _delete_aside(environment, aside)
    return True


def aside_name() -> str:
    """Return the name of an environment that this process removes."""
    return f"{ASIDE}{ProcessIdentity.own().token()}-{secrets.token_hex(4)}"


def _delete_aside(environment: Environment, aside: Path) -> None:
    if ownership.signed_name(aside) is None:  # of a former version
        ownership.write_sign(aside, environment.identifier)
    ownership.delete(aside)


def remove_asides() -> None:
    """Remove the environments whose removal was interrupted, unless a process runs in them."""
    for aside in Path(paths.home(), "envs").glob(f"{ASIDE}*"):
        token = aside.name.removeprefix(ASIDE).rpartition("-")[0]
        remover, name = ProcessIdentity.from_token(token), ownership.signed_name(aside)
        if name is None:
            with contextlib.suppress(OSError):  # it goes only if there is nothing in it
                aside.rmdir()
        if remover is None or name is None or not _is_over(remover, aside):
            continue
        if not is_in_use(Environment(name), aside.name):
            ownership.delete(aside)


def _is_over(remover: ProcessIdentity, aside: Path) -> bool:
    """Return whether a process no longer removes this; on another machine it has a day."""
    if remover.is_here:
        return remover.is_dead
    with contextlib.suppress(OSError):
        return abs(time.time() - aside.stat().st_mtime) > _DAY
    return False

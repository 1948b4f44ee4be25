"""List the environments on this machine, and remove the unused ones."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from nbenv.engine.document import NotebookRef
from nbenv.engine.summaries import as_table
from nbenv.environments import bytecode
from nbenv.environments import spare as spares
from nbenv.environments.cleanup import sweep
from nbenv.environments.environment import Environment
from nbenv.environments.inventory import KnownEnvironment, discard, known_environments
from nbenv.environments.owners import Owners
from nbenv.environments.shared.lower_layer import distrusted_part, shared_environments
from nbenv.environments.store import forget, read_state
from nbenv.home import paths
from nbenv.home.locks import is_locked, locked
from nbenv.progress import Outcome, Table

__all__ = ["envs", "prune"]

_FRESH = 60.0
"""Seconds in which an environment counts as being made: its notebook's state may follow."""

_MEASURED = 100
"""The most environments that are measured unless sizes are asked for."""


def envs(sizes: bool = False, *, pythons: bool = True) -> Outcome:
    """Show the environments on this machine.

    Parameters
    ----------
    sizes
        Whether to measure the environments even if there are many: each file has to be looked at.
    pythons
        Whether the data contains the version of each environment's Python.
    """
    known = known_environments()
    measured = sizes or len(known) <= _MEASURED
    spare = NotebookRef.detached(spares.name()).notebook
    data = [_environment_data(each, spare, measured, pythons) for each in known]
    data += [_provided_data(each, measured, pythons) for each in shared_environments()]
    rows = [(_megabytes(each["size"]), str(each["name"]), str(each["use"])) for each in data]
    lines = [f"{size:>11}  {name}  {use}" if size else f"{name}  {use}" for size, name, use in rows]
    more = "" if measured else f"{len(known):,} environments. nbenv envs --sizes measures them."
    return Outcome(more, text="\n".join(lines) or "No environments.", data=data, table=_table(rows))


def _table(rows: Sequence[tuple[str, str, str]]) -> Table | None:
    if not rows:
        return None
    if not any(size for size, *_ in rows):
        return as_table([row[1:] for row in rows], ("Environment", "Notebook"), ("whole", "path"))
    return as_table(rows, ("Size", "Environment", "Notebook"), ("number", "whole", "path"))


def _megabytes(size: object) -> str:
    return f"{size / 1e6:.1f} MB" if isinstance(size, int) else ""


def _environment_data(
    known: KnownEnvironment, spare: str, measured: bool, pythons: bool
) -> dict[str, object]:
    environment, is_unused = known.environment, known.is_unused
    use = known.notebook or "no notebook"
    path = paths.environment_path(environment.identifier)
    if known.notebook == spare:
        use = "ready for the next new notebook"
    elif known.notebook and paths.is_document(known.notebook):
        use = "documents that a program executed" + (" (unused)" if is_unused else "")
    elif is_unused:
        use += " (unused)"
    provided = os.path.realpath(os.path.join(path, "lib")) if environment.is_linked else None
    if provided:
        use += f" (its packages are in {provided})"
    return {
        "name": environment.identifier,
        "path": path,
        "notebook": known.notebook,
        "python": environment.read_version() if pythons else None,
        "in_use": known.in_use,
        "unused": is_unused,
        "size": _size(path) if measured else None,
        "use": use,
    }


def _provided_data(environment: Environment, measured: bool, pythons: bool) -> dict[str, object]:
    """Return what `_environment_data` does of an environment that is not this user's."""
    path = str(environment.path)
    is_trusted = not distrusted_part(path)
    return {
        "name": environment.path.name,
        "path": path,
        "notebook": None,
        "python": environment.read_version() if pythons else None,
        "in_use": False,
        "unused": False,
        "size": _size(path) if measured else None,
        "use": "provided for all users" + ("" if is_trusted else ", not used: others may write"),
    }


def _size(folder: str) -> int:
    """Return the bytes that deleting a folder would free; a file with other links is not freed.

    An environment may be changed meanwhile: a file that is gone has none.
    """
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            try:
                found = os.lstat(os.path.join(base, name))
            except FileNotFoundError:
                continue
            total += found.st_size if found.st_nlink == 1 else 0
    return total


def prune(dry_run: bool = False) -> Outcome:
    """Remove the environments whose notebook is gone and in which no process runs."""
    owned = Owners()
    unused = [each for each in known_environments() if each.is_unused and not _is_fresh(each)]
    gone = [each for each in unused if _remove_unused(each, owned, dry_run)]
    names = [each.environment.identifier for each in gone]
    if not dry_run:
        for each in gone:  # after all removals: each one makes `owned` read every state again
            _forget_notebook(each)
        sweep()
    verb = "Would remove" if dry_run else "Removed"
    count = f"{len(names)} unused environment{'' if len(names) == 1 else 's'}"
    return Outcome(f"{verb} {count}.", text="\n".join(names), data={"removed": names})


def _remove_unused(known: KnownEnvironment, owned: Owners, dry_run: bool) -> bool:
    """Remove an environment if it is still unused now that it is locked; return whether it was."""
    environment = known.environment
    if is_locked(environment.identifier):
        return False
    if dry_run:
        return True
    with locked(environment.identifier):
        owner = owned.of(environment.identifier)
        if not KnownEnvironment(environment, owner, False).is_unused:
            return False
        bytecode.keep(environment)
        return discard(environment)


def _forget_notebook(known: KnownEnvironment) -> None:
    """Forget the notebook of a removed environment, unless it has another one by now."""
    state = read_state(known.notebook) if known.notebook else None
    if state and state.environment == known.environment.identifier:
        forget(state.notebook)


def _is_fresh(known: KnownEnvironment) -> bool:
    try:
        # A time in the future comes from a clock that was set back: not fresh.
        return abs(time.time() - known.environment.path.stat().st_mtime) < _FRESH
    except OSError:
        return False

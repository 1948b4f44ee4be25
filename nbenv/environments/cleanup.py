"""Remove what killed processes left below ``NBENV_HOME``, and what nothing refers to any more."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from nbenv.core.spec import Spec
from nbenv.environments import bytecode, store
from nbenv.environments.environment import Environment
from nbenv.environments.inventory import ASIDE
from nbenv.environments.local_projects import digest_of
from nbenv.environments.store import State, all_states
from nbenv.errors import NbenvError
from nbenv.home import paths
from nbenv.home.locks import is_locked
from nbenv.notebook.metadata import read_metadata

__all__ = ["sweep"]

_FRESH = 60.0
"""Seconds in which a file counts as being in use: what refers to it may be written next."""
_DAY = 86400.0
_TWO_MONTHS = 60 * _DAY
_YEAR = 365 * _DAY
_SCRATCH = re.compile(r"\.(\d+)\.new$")
"""The end of the name that `nbenv.home.paths.write_json` writes to, with its process."""
_NOTED_BY_PROCESSES = ("servers", "waiting")
"""Folders of files that are named like the process that wrote them."""


def sweep() -> None:
    """Remove scratch files, notes of dead processes, and what is known of deleted notebooks."""
    home = Path(paths.home())
    for path in _scratch_files(home):
        _unlink(path)
    for path in _outdated_notes(home):
        _unlink(path)
    for path in (*_abandoned_folders(), *_half_removed(home)):
        shutil.rmtree(path, ignore_errors=True)
    _sweep_states(home)
    _sweep_locks_and_histories(home)
    _sweep_approvals(home)
    bytecode.drop_unused()


# -- left by processes


def _is_dead(process: str) -> bool:
    return process.isdigit() and not psutil.pid_exists(int(process))


def _scratch_files(home: Path) -> Iterator[Path]:
    """Yield the files that were being written when their writer was killed."""
    for pattern in ("*.new", "*/*.new", "envs/*/*.new"):
        for path in home.glob(pattern):
            found = _SCRATCH.search(path.name)
            if found and _is_dead(found[1]):
                yield path


def _outdated_notes(home: Path) -> Iterator[Path]:
    """Yield the notes of servers and kernels that ended without removing them, and old caches."""
    for folder in _NOTED_BY_PROCESSES:
        yield from (path for path in home.glob(f"{folder}/*.json") if _is_dead(path.stem))
    yield from (path for path in home.glob("progress/*.jsonl") if _age(path) > _DAY)
    yield from (path for path in home.glob("checked/*.json") if _age(path) > _TWO_MONTHS)


def _abandoned_folders() -> Iterator[Path]:
    """Yield this user's scratch folders whose command was killed."""
    for path in Path(tempfile.gettempdir()).glob("nbenv-*"):
        with contextlib.suppress(OSError):
            mine = not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()
            if mine and path.is_dir() and _age(path) > _DAY:
                yield path


def _half_removed(home: Path) -> Iterator[Path]:
    """Yield the environments whose removal was interrupted (`nbenv.environments.inventory`)."""
    for path in home.glob(f"envs/{ASIDE}*"):
        if _is_dead(path.name.removeprefix(ASIDE).partition("-")[0]):
            yield path


def _age(path: Path) -> float:
    """Return the seconds since a file was written."""
    try:  # a time in the future comes from a clock that was set back: old too
        return abs(time.time() - path.stat().st_mtime)
    except OSError:
        return 0.0


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


# -- known of notebooks


def _sweep_states(home: Path) -> None:
    """Forget the notebooks that are gone together with their environments."""
    for path in home.glob("notebooks/*.json"):  # an older nbenv noted moves there
        moved = (paths.read_json(str(path)) or {}).get("moved")
        if isinstance(moved, str) and not os.path.exists(moved):
            _unlink(path)
    for state in list(all_states()):
        if _is_forgotten(state):
            store.forget(state.notebook)


def _sweep_locks_and_histories(home: Path) -> None:
    known = {state.environment for state in all_states()}
    for path in home.glob("locks/*.lock"):
        is_needed = path.stem in known or Environment(path.stem).path.exists()
        if not is_needed and _age(path) > _FRESH and not is_locked(path.stem):
            _unlink(path)
    for path in home.glob("history/*.json"):
        if not Path(paths.state_path(path.stem)).exists() and _age(path) > _FRESH:
            _unlink(path)


def _is_forgotten(state: State) -> bool:
    """Return whether neither the notebook nor its environment exists any more."""
    path = Path(paths.state_path(paths.key(state.notebook)))
    gone = not os.path.exists(state.notebook) and not Environment(state.environment).path.exists()
    # A record that was never saved exists only here: its notebook may still be unsaved itself.
    return gone and state.saved and _age(path) > _FRESH


# -- approvals


def _sweep_approvals(home: Path) -> None:
    """Withdraw approvals older than a year that no notebook or environment here needs any more."""
    old = [path for path in home.glob("approvals/*.json") if _age(path) > _YEAR]
    used = set(_digests_in_use()) if old else set()
    for path in old:
        if path.stem not in used:
            _unlink(path)


def _digests_in_use() -> Iterator[str]:
    """Yield the digest of each record that a notebook or an environment on this machine has."""
    for state in all_states():
        folder = Path(state.notebook).parent
        installed = Environment(state.environment).read_marker().record
        for record in (state.record, installed, _record_in_file(state)):
            with contextlib.suppress(NbenvError):  # no record, or one of another version
                yield digest_of(Spec.from_record(record), folder)


def _record_in_file(state: State) -> object:
    with contextlib.suppress(NbenvError):
        return read_metadata(state.notebook).get("nbenv")
    return None

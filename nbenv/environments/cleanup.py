"""Remove what processes that were killed left below ``NBENV_HOME``, and what nothing refers to."""

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
from nbenv.environments.store import State, all_states
from nbenv.errors import NbenvError
from nbenv.home import paths
from nbenv.home.locks import is_locked
from nbenv.notebook.metadata import read_metadata

__all__ = ["sweep"]

_FRESH = 60.0
"""Seconds in which a file counts as being in use: what refers to it may follow."""
_DAY = 86400.0
_LONG = 60 * _DAY
_YEAR = 365 * _DAY
_SCRATCH = re.compile(r"\.(\d+)\.new$")
_OF_PROCESSES = ("servers", "waiting")


def sweep() -> None:
    """Remove scratch files, notes of dead processes, and records of notebooks that are gone."""
    home = Path(paths.home())
    for path in _scratch_files(home):
        _unlink(path)
    for path in _notes(home):
        _unlink(path)
    for path in (*_abandoned_folders(), *_half_removed(home)):
        shutil.rmtree(path, ignore_errors=True)
    _sweep_states(home)
    _sweep_approvals(home)
    bytecode.drop_unused()


# -- of processes


def _is_gone(process: str) -> bool:
    return process.isdigit() and not psutil.pid_exists(int(process))


def _scratch_files(home: Path) -> Iterator[Path]:
    """Yield files that were being written when their writer was killed."""
    for pattern in ("*.new", "*/*.new", "envs/*/*.new"):
        for path in home.glob(pattern):
            found = _SCRATCH.search(path.name)
            if found and _is_gone(found[1]):
                yield path


def _notes(home: Path) -> Iterator[Path]:
    """Yield what servers and kernels said of themselves and could not take back."""
    for folder in _OF_PROCESSES:
        yield from (path for path in home.glob(f"{folder}/*.json") if _is_gone(path.stem))
    yield from (path for path in home.glob("progress/*.jsonl") if _age(path) > _DAY)
    yield from (path for path in home.glob("checked/*.json") if _age(path) > _LONG)


def _abandoned_folders() -> Iterator[Path]:
    """Yield the installer's scratch folders of killed commands."""
    for path in Path(tempfile.gettempdir()).glob("nbenv-*"):
        with contextlib.suppress(OSError):
            mine = not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()
            if mine and path.is_dir() and _age(path) > _DAY:
                yield path


def _half_removed(home: Path) -> Iterator[Path]:
    for path in home.glob(f"envs/{ASIDE}*"):
        if _is_gone(path.name.removeprefix(ASIDE).partition("-")[0]):
            yield path


def _age(path: Path) -> float:
    try:  # a time in the future is one of a clock that was put back: old too
        return abs(time.time() - path.stat().st_mtime)
    except OSError:
        return 0.0


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


# -- of notebooks


def _sweep_states(home: Path) -> None:
    for path in home.glob("notebooks/*.json"):
        moved = (paths.read_json(str(path)) or {}).get("moved")
        if isinstance(moved, str) and not os.path.exists(moved):
            _unlink(path)
    for state in list(all_states()):
        if _is_forgotten(state):
            store.forget(state.notebook)
    known = {state.environment for state in all_states()}
    for path in home.glob("locks/*.lock"):
        alive = path.stem in known or Environment(path.stem).path.exists()
        if not alive and _age(path) > _FRESH and not is_locked(path.stem):
            _unlink(path)
    for path in home.glob("history/*.json"):
        if not Path(paths.state_path(path.stem)).exists() and _age(path) > _FRESH:
            _unlink(path)


def _is_forgotten(state: State) -> bool:
    """Whether neither the notebook nor its environment is there any more."""
    path = Path(paths.state_path(paths.key(state.notebook)))
    gone = not os.path.exists(state.notebook) and not Environment(state.environment).path.exists()
    return gone and state.saved and _age(path) > _FRESH


# -- of consent


def _sweep_approvals(home: Path) -> None:
    """Take back what was agreed to long ago and no notebook or environment here holds any more."""
    old = [path for path in home.glob("approvals/*.json") if _age(path) > _YEAR]
    used = set(_used()) if old else set()
    for path in old:
        if path.stem not in used:
            _unlink(path)


def _used() -> Iterator[str]:
    """Yield the digests of all that is recorded or installed on this machine."""
    for state in all_states():
        folder = Path(state.notebook).parent
        for value in (
            state.value,
            Environment(state.environment).read_marker().record,
            _in_file(state),
        ):
            with contextlib.suppress(NbenvError):  # no record, or one of another version
                yield Spec.from_record(value).digest(folder)


def _in_file(state: State) -> object:
    with contextlib.suppress(NbenvError):
        return read_metadata(state.notebook).get("nbenv")
    return None

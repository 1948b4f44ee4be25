"""Remove what killed processes left below ``NBENV_HOME``, and what nothing refers to any more.

Only files with names that nbenv gives are looked at: the folder may hold other things.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from nbenv.core.spec import Spec
from nbenv.environments import bytecode, ownership, store
from nbenv.environments.environment import Environment
from nbenv.environments.inventory import remove_asides
from nbenv.environments.local_projects import digests_of
from nbenv.environments.store import State, all_states
from nbenv.errors import NbenvError
from nbenv.home import held_files, paths
from nbenv.home.locks import is_locked
from nbenv.home.owner_lock import has_owner
from nbenv.home.process_identity import ProcessIdentity
from nbenv.home.scratch import abandoned_scratch_folders
from nbenv.notebook.metadata import read_metadata

__all__ = ["sweep"]

_FRESH = 60.0
"""Seconds in which a file counts as being in use: what refers to it may be written next."""
_DAY = 86400.0
_TWO_MONTHS = 60 * _DAY
_YEAR = 365 * _DAY
_SCRATCH = re.compile(r"(?:.+\.(?:json|ipynb)|secret)\.(\d+(?:-[0-9a-f]+){2})\.[0-9a-f]{8}\.new")
"""The names that `private_files.scratch_path` gives, with the process that was writing."""
_FORMER_SCRATCH = re.compile(r"(?:.+\.json|secret)\.(\d+)\.new")
_KEY = re.compile(r"[0-9a-f]{20}")
"""The names that `nbenv.home.paths.key` gives."""
_DIGEST = re.compile(r"[0-9a-f]{32}")
_CARRIED = re.compile(r"[0-9a-f]{32}")
"""The names of files by which variables go from one kernel to another."""
_FOLDERS = (
    "approvals",
    "checked",
    "handed-over",
    "history",
    "moved",
    "notebooks",
    "progress",
    "servers",
    "waiting",
)
"""The folders of small files."""


def sweep() -> None:
    """Remove scratch files, notes of dead processes, and what is known of deleted notebooks."""
    home = Path(paths.home())
    for path in (*_scratch_files(home), *_outdated_notes(home)):
        _unlink(path)
    for folder in abandoned_scratch_folders():
        shutil.rmtree(folder, ignore_errors=True)
    remove_asides()
    _sweep_states(home)
    _sweep_locks_and_histories(home)
    _sweep_approvals(home)
    bytecode.drop_unused()


# -- left by processes


def _scratch_files(home: Path) -> Iterator[Path]:
    """Yield the files that were being written when their writer was killed."""
    folders = [home, *(home / name for name in _FOLDERS), *_own_environments(home)]
    for folder in folders:
        for path in folder.glob("*.new"):
            if _is_abandoned_scratch(path):
                yield path


def _own_environments(home: Path) -> Iterator[Path]:
    yield from (path for path in home.glob("envs/*") if ownership.is_ours(path))


def _is_abandoned_scratch(path: Path) -> bool:
    found = _SCRATCH.fullmatch(path.name)
    if found:
        return _is_over(ProcessIdentity.from_token(found[1]), path)
    former = _FORMER_SCRATCH.fullmatch(path.name)
    return former is not None and _is_over_by_number(int(former[1]), path)


def _outdated_notes(home: Path) -> Iterator[Path]:
    """Yield the notes of servers and kernels that ended without removing them, and old caches."""
    for folder in ("servers", "waiting"):
        for path in home.glob(f"{folder}/*.json"):
            if path.stem.isascii() and path.stem.isdigit() and _is_note_over(path):
                yield path
    for path in (*home.glob("progress/*.begun"), *home.glob("progress/*.jsonl")):
        if _KEY.fullmatch(path.stem) and _is_progress_over(path):
            yield path
    for path in home.glob("carried/*.pickle"):  # a page asked for it and was closed
        if _CARRIED.fullmatch(path.stem) and _age(path) > _DAY:
            yield path
    # A record is handed over, and its file written, whenever a server starts its kernel.
    for pattern in ("checked/*.dist-info.json", "handed-over/*.ipynb"):
        for path in home.glob(pattern):
            if _age(path) > _TWO_MONTHS:
                yield path


def _is_note_over(path: Path) -> bool:
    """Return whether a note is of a process that ended; its name is the process's number."""
    noted = ProcessIdentity.from_dict(paths.read_json(str(path)))
    return _is_over_by_number(int(path.stem), path) if noted is None else _is_over(noted, path)


def _is_progress_over(path: Path) -> bool:
    """Return whether the process that its first line names has ended."""
    noted = None
    with contextlib.suppress(OSError, ValueError), open(path, encoding="utf-8") as file:
        noted = ProcessIdentity.from_dict(json.loads(file.readline()))
    return _age(path) > _DAY if noted is None else _is_over(noted, path)


def _is_over(process: ProcessIdentity | None, path: Path) -> bool:
    """Return whether a process has ended; one of another machine probably has after two months."""
    if process is None:
        return False
    return process.is_dead or (not process.is_here and _age(path) > _TWO_MONTHS)


def _is_over_by_number(pid: int, path: Path) -> bool:
    """Return whether the process that wrote a file has ended, by what a former version noted."""
    try:
        return psutil.Process(pid).create_time() > path.stat().st_mtime + 1
    except psutil.NoSuchProcess:
        return True
    except (psutil.Error, OSError, OverflowError):
        return False


def _age(path: Path) -> float:
    """Return the seconds since a file was written."""
    try:  # a time in the future comes from a clock that was set back: old too
        return abs(time.time() - path.stat().st_mtime)
    except OSError:
        return 0.0


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):
        held_files.unlink(str(path))


# -- known of notebooks


def _sweep_states(home: Path) -> None:
    """Forget the notebooks that are gone together with their environments."""
    for path in _keyed(home, "notebooks"):  # an older nbenv noted moves there
        moved = (paths.read_json(str(path)) or {}).get("moved")
        if isinstance(moved, str) and not os.path.exists(moved):
            _unlink(path)
    for state in list(all_states()):
        if _is_forgotten(state):
            store.forget(state.notebook)


def _keyed(home: Path, folder: str) -> Iterator[Path]:
    """Yield the files of a folder that are named by the key of a path."""
    yield from (path for path in home.glob(f"{folder}/*.json") if _KEY.fullmatch(path.stem))


def _sweep_locks_and_histories(home: Path) -> None:
    known = {state.environment for state in all_states()}
    for path in (*home.glob("locks/*.lock"), *home.glob("locks/*.owner")):
        is_needed = path.stem in known or Environment(path.stem).path.exists()
        if not is_needed and _age(path) > _FRESH and _is_released(path):
            _unlink(path)
    for path in _keyed(home, "history"):
        if not Path(paths.state_path(path.stem)).exists() and _age(path) > _FRESH:
            _unlink(path)


def _is_released(path: Path) -> bool:
    """Return whether a file is a lock of nbenv's, and nobody holds it."""
    if path.suffix == ".owner":
        owner = ProcessIdentity.from_dict(paths.read_json(str(path)))
        return owner is not None and not has_owner(str(path))
    return path.stat().st_size == 0 and not is_locked(path.stem)  # such a lock holds no text


def _is_forgotten(state: State) -> bool:
    """Return whether neither the notebook nor its environment exists any more."""
    path = Path(paths.state_path(paths.key(state.notebook)))
    gone = not os.path.exists(state.notebook) and not Environment(state.environment).path.exists()
    if paths.is_document(state.notebook):  # a kernel that waits for an approval needs it
        return gone and _age(path) > _DAY
    # A record that was never saved exists only here: its notebook may still be unsaved itself.
    return gone and state.saved and _age(path) > _FRESH


# -- approvals


def _sweep_approvals(home: Path) -> None:
    """Withdraw approvals older than a year that no notebook or environment here needs any more."""
    approvals = (each for each in home.glob("approvals/*.json") if _DIGEST.fullmatch(each.stem))
    old = [path for path in approvals if _age(path) > _YEAR]
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
                yield from digests_of(Spec.from_record(record), folder)


def _record_in_file(state: State) -> object:
    with contextlib.suppress(NbenvError):
        return read_metadata(state.notebook).get("nbenv")
    return None

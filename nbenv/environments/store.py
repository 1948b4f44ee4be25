"""Where environments live on this machine: which notebook has which, since when, and before."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbenv.core import record
from nbenv.environments.environment import Environment
from nbenv.environments.owners import owners
from nbenv.home import paths
from nbenv.home.locks import unwritable

__all__ = ["Known", "State", "Store"]

Value = dict[str, object]
_REMEMBERED = 50
_KERNEL_LIFE = 60 * 86_400.0
ASIDE = ".removed-"


@dataclass
class State:
    """What this machine knows of one notebook.

    `value` is its newest record, `saved` whether the file has held that, and `superseded` the
    fingerprints of the records that the document had before (see `nbenv.core.record.current`).
    """

    notebook: str
    environment: str
    value: Value | None = None
    saved: bool = True
    superseded: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """An environment on disk, the notebook that it belongs to, and whether a process uses it."""

    environment: Environment
    notebook: str | None
    in_use: bool

    @property
    def is_unused(self) -> bool:
        """Whether nothing needs it: no process runs in it and its notebook is gone."""
        return not self.in_use and (self.notebook is None or not os.path.exists(self.notebook))


class Store:
    """The notebooks and environments below ``NBENV_HOME``."""

    # -- notebooks

    def state(self, notebook: str) -> State | None:
        """Return what is known of a notebook."""
        return _state_from(paths.read_json(paths.state_path(paths.key(notebook))))

    def save(self, state: State) -> None:
        """Write what is known of a notebook, at its new place if it was renamed meanwhile."""
        state.notebook = self.place_of(state)
        paths.write_json(paths.state_path(paths.key(state.notebook)), vars(state))

    def place_of(self, state: State) -> str:
        """Return the path of a notebook, which may have been renamed meanwhile."""
        for path in (state.notebook, paths.moved(state.notebook, 0.0)):
            there = self.state(path)
            if there and there.environment == state.environment:
                return path
        return paths.moved(state.notebook)

    def state_for(self, notebook: str) -> State:
        """Return what is known of a notebook, giving a new one an environment's name."""
        known = self.state(notebook)
        return known or State(os.path.realpath(notebook), _new_identifier(notebook))

    def claim(self, notebook: str) -> State:
        """Return what is known of a notebook; all who ask at once get one environment's name."""
        known = self.state(notebook)
        if known:
            return known
        state = self.state_for(notebook)
        path = paths.state_path(paths.key(notebook))
        try:
            if os.path.exists(path) and self.state(notebook) is None:  # a broken one
                paths.write_json(path, vars(state))
            else:
                paths.create_json(path, vars(state))
        except OSError as error:
            raise unwritable(error) from None
        return self.state_for(notebook)

    def fresh_environment(self, state: State) -> None:
        """Give a notebook another environment; what still runs in the old one stays intact."""
        state.environment = _new_identifier(state.notebook)

    def notebook_of(self, identifier: str) -> str | None:
        """Return the notebook that an environment belongs to, wherever it was moved."""
        marker = paths.read_json(paths.marker_path(paths.environment_path(identifier)))
        owner = marker.get("notebook") if marker else None
        state = self.state(owner) if isinstance(owner, str) else None
        if state and state.environment == identifier:
            return state.notebook
        return owners().get(identifier)

    def states(self) -> Iterator[State]:
        """Yield what is known of every notebook."""
        folder = Path(paths.home(), "notebooks")
        for path in sorted(folder.glob("*.json")):
            state = _state_from(paths.read_json(str(path)))
            if state:
                yield state

    def rename(self, old: str, new: str) -> None:
        """Let a notebook that was renamed or moved keep its environment and its history."""
        old_key, new_key = paths.key(old), paths.key(new)
        if old_key == new_key:  # another spelling, where upper and lower case are the same
            return
        state = self.state(old)
        self.forget(new)  # what was there before
        self._leave_word(old, new)
        if state is None:
            return
        state.notebook = os.path.realpath(new)
        paths.write_json(paths.state_path(new_key), vars(state))
        _remove(paths.state_path(old_key))
        Environment(state.environment).assign(state.notebook)
        with contextlib.suppress(FileNotFoundError):
            os.replace(self._history_path(old_key), self._history_path(new_key))

    def rename_folder(self, old: str, new: str) -> None:
        """Do the same for all notebooks below a folder."""
        for state in list(self._below(old)):
            below = os.path.relpath(state.notebook, os.path.realpath(old))
            self.rename(state.notebook, os.path.join(new, below))
        self._leave_word(old, new)

    def _below(self, folder: str) -> Iterator[State]:
        before = os.path.join(os.path.realpath(folder), "")
        return (state for state in self.states() if state.notebook.startswith(before))

    def _leave_word(self, old: str, new: str) -> None:
        """Say where a path went: kernels that run, or are restarted, still carry the old one."""
        word = {"to": os.path.realpath(new), "at": time.time()}
        paths.write_json(paths.moved_path(paths.key(old)), word)

    def drop_old_words(self) -> None:
        """Forget moves of long ago: no kernel that runs still carries the path of before."""
        for path in Path(paths.home(), "moved").glob("*.json"):
            if path.stat().st_mtime < time.time() - _KERNEL_LIFE:
                _remove(str(path))

    def forget(self, notebook: str) -> None:
        """Forget a deleted notebook; `prune` removes its environment later."""
        notebook_key = paths.key(notebook)
        _remove(paths.state_path(notebook_key))
        _remove(self._history_path(notebook_key))

    def forget_folder(self, folder: str) -> None:
        """Do the same for all notebooks below a folder."""
        for state in list(self._below(folder)):
            self.forget(state.notebook)

    # -- history

    def _history_path(self, notebook_key: str) -> str:
        return os.path.join(paths.home(), "history", notebook_key + ".json")

    def remember(self, notebook: str, before: Value | None) -> None:
        """Keep the record that a change replaced, for undo."""
        path = self._history_path(paths.key(notebook))
        paths.write_json(path, {"values": [*self._history(path), before][-_REMEMBERED:]})

    def last(self, notebook: str) -> tuple[bool, Value | None]:
        """Return whether a change is remembered, and the record before the last one."""
        values = self._history(self._history_path(paths.key(notebook)))
        return bool(values), (values[-1] if values else None)

    def drop_last(self, notebook: str) -> None:
        """Forget the last change, once it is undone."""
        path = self._history_path(paths.key(notebook))
        paths.write_json(path, {"values": self._history(path)[:-1]})

    def _history(self, path: str) -> list[Value | None]:
        values = (paths.read_json(path) or {}).get("values")
        return values if isinstance(values, list) else []

    # -- environments

    def is_in_use(self, environment: Environment) -> bool:
        """Whether a process runs in an environment."""
        return str(environment.path) in _running_prefixes()

    def discard(self, environment: Environment) -> bool:
        """Remove an environment unless a process uses it; return whether it was removed.

        It leaves its place first: a kernel that starts at this very moment is seen or builds anew.
        """
        aside = environment.path.with_name(f"{ASIDE}{os.getpid()}-{secrets.token_hex(4)}")
        try:
            os.rename(environment.path, aside)
        except OSError:
            return False
        if self.is_in_use(environment):
            os.rename(aside, environment.path)
            return False
        shutil.rmtree(aside, ignore_errors=True)
        return True

    def environments(self) -> list[Known]:
        """Return every environment on this machine."""
        folder = os.path.join(paths.home(), "envs")
        try:
            with os.scandir(folder) as entries:
                names = sorted(e.name for e in entries if _is_environment(e))
        except FileNotFoundError:
            return []
        known, busy = owners(), _running_prefixes()
        return [
            Known(Environment(name), known.get(name), os.path.join(folder, name) in busy)
            for name in names
        ]


def _is_environment(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir() and not entry.name.startswith(ASIDE)


def _running_prefixes() -> set[str]:
    import psutil  # slow, and not needed by a change

    prefixes = set()
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or [""]
        prefixes.add(os.path.dirname(os.path.dirname(command[0])))
    return prefixes


def _state_from(known: Value | None) -> State | None:
    if not known or not isinstance(known.get("environment"), str):
        return None
    value, superseded = known.get("value"), known.get("superseded")
    return State(
        str(known.get("notebook", "")),
        str(known["environment"]),
        value if isinstance(value, dict) else None,
        bool(known.get("saved", True)),
        [str(each) for each in superseded] if isinstance(superseded, list) else [],
    )


def _new_identifier(notebook: str) -> str:
    stem = re.sub(r"[^A-Za-z0-9._]+", "-", Path(notebook).stem).strip("-.")[:40] or "notebook"
    return f"{stem}-{secrets.token_hex(4)}"


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def superseding(state: State, in_document: Value | None, newest: Value, saved: bool) -> State:
    """Return the state after a change that replaced the document's record by `newest`."""
    before = [*state.superseded, record.fingerprint(in_document)]
    if state.value is not None:
        before.append(record.fingerprint(state.value))
    kept = [each for each in dict.fromkeys(before) if each != record.fingerprint(newest)]
    return State(state.notebook, state.environment, newest, saved, kept[-_REMEMBERED:])

"""Placeholders for documents that are in no file: a name, and this machine's state of it.

A document with a record has the placeholder of that record, so that it gets the same environment
whenever it is executed again. No file is written but the state, as every notebook has one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbenv.core.record import ABSENT, RecordDict, fingerprint
from nbenv.home import paths, private_files

if TYPE_CHECKING:
    from nbenv.environments.store import State

__all__ = ["claim", "environment_of", "newest_of_run", "without_record"]

_LOCAL = ("file:", "./", ".\\")
"""What texts contain that name something on this machine, relative to a folder perhaps."""


def without_record() -> str:
    """Return the placeholder of a document without a record, for one run."""
    return paths.document_path(f"document-run-{os.urandom(6).hex()}")


def claim(record: RecordDict, folder: str) -> str:
    """Return the placeholder of a document with this record, whose state holds just this record.

    Parameters
    ----------
    record
        The record in plain form. Nothing is installed from it before somebody approved it.
    folder
        The folder that its local projects are relative to.
    """
    about = fingerprint(record)
    if _has_local(record):
        about = fingerprint({"record": about, "folder": os.path.realpath(folder)})
    path = paths.document_path(f"document-{about[:16]}")
    state = paths.read_json(paths.state_path(paths.key(path)))
    if state is None or state.get("value") != record:
        _write_state(path, record)
    return path


def newest_of_run(path: str, environment: str | None) -> RecordDict | None:
    """Return the newest record of a run.

    Parameters
    ----------
    path
        The placeholder of its document.
    environment
        The environment that the placeholder had when the kernel started: another run may have moved
        it aside.
    """
    state = paths.read_json(paths.state_path(paths.key(path)))
    if environment is not None and (state is None or state.get("environment") != environment):
        from nbenv.environments import store

        aside = store.notebook_of(environment)
        if aside is not None:
            state = paths.read_json(paths.state_path(paths.key(aside)))
    newest = state.get("value") if state else None
    return newest if isinstance(newest, dict) else None


def environment_of(path: str) -> str | None:
    """Return the identifier of the environment that a placeholder has."""
    state = paths.read_json(paths.state_path(paths.key(path)))
    found = state.get("environment") if state else None
    return found if isinstance(found, str) else None


def _has_local(record: RecordDict) -> bool:
    texts: list[object] = []
    for key in ("requirements", "lock", "constraints", "find_links"):
        values = record.get(key)
        texts.extend(values if isinstance(values, list) else [])
    return any(mark in str(text).partition(" --hash=")[0] for text in texts for mark in _LOCAL)


def _write_state(path: str, record: RecordDict) -> None:
    """Write the state of a placeholder that is new, or whose environment a run changed."""
    from nbenv.environments import store  # slow, and a ready start needs none of it

    known = store.read_state(path)
    if known is not None and _is_running(known.environment):
        _move_aside(known)
        known = None
    environment = store.new_identifier(path) if known is None else known.environment
    state = store.State(path, environment, record, saved=False, superseded=(ABSENT,))
    if known is None:
        private_files.create_json(paths.state_path(paths.key(path)), state.to_dict())
    else:
        store.forget(path)  # its history is that of another run
        private_files.write_json(paths.state_path(paths.key(path)), state.to_dict())


def _is_running(environment: str) -> bool:
    from nbenv.environments.running import names_in_use

    return bool(names_in_use({environment}))


def _move_aside(known: State) -> None:
    """Leave an environment that a run changed to the kernel that still runs in it."""
    from dataclasses import replace

    from nbenv.environments import store
    from nbenv.environments.environment import Environment

    aside = replace(known, notebook=without_record())
    private_files.write_json(paths.state_path(paths.key(aside.notebook)), aside.to_dict())
    store.forget(known.notebook)
    Environment(aside.environment).assign(aside.notebook)

"""Placeholders of documents: one for each record, which always has just that record."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.core.record import current
from nbenv.environments import cleanup, store
from nbenv.home import paths
from nbenv.kernel.client import document_placeholder

RECORD = {"version": 1, "python": "3.11", "requirements": ["six"], "lock": []}
LOCAL = {**RECORD, "requirements": ["work @ file:./work"]}


def state(path: str) -> store.State:
    found = store.read_state(path)
    assert found is not None
    return found


def change(path: str) -> None:
    """Install something in a run."""
    store.save_state(store.superseding(state(path), None, {**RECORD, "python": "3.12"}, False))


def test_the_same_record_has_the_same_placeholder(home: Path) -> None:
    path = document_placeholder.claim(RECORD, "/x")
    environment = state(path).environment
    assert document_placeholder.claim(dict(RECORD), "/y") == path
    assert (state(path).environment, current(None, state(path).to_dict())) == (environment, RECORD)
    assert document_placeholder.claim({**RECORD, "python": "3.12"}, "/x") != path
    assert not os.path.exists(path)
    assert os.stat(home / "notebooks").st_mode & 0o077 == 0


def test_local_projects_are_those_of_a_folder() -> None:
    assert document_placeholder.claim(LOCAL, "/x") != document_placeholder.claim(LOCAL, "/y")


def test_what_a_run_installed_is_not_there_in_the_next_one() -> None:
    path = document_placeholder.claim(RECORD, "/x")
    environment = state(path).environment
    change(path)
    assert document_placeholder.newest_of_run(path, environment) == {**RECORD, "python": "3.12"}
    document_placeholder.claim(RECORD, "/x")
    assert (state(path).record, state(path).environment) == (RECORD, environment)


def test_a_kernel_that_runs_keeps_what_it_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    path = document_placeholder.claim(RECORD, "/x")
    environment = state(path).environment
    change(path)
    monkeypatch.setattr(document_placeholder, "_is_running", lambda name: name == environment)
    document_placeholder.claim(RECORD, "/x")
    assert state(path).environment != environment
    assert document_placeholder.newest_of_run(path, environment) == {**RECORD, "python": "3.12"}
    assert paths.is_document(store.notebook_of(environment) or "")


def test_prune_forgets_a_placeholder_without_environment_after_a_day() -> None:
    path = document_placeholder.claim(RECORD, "/x")
    cleanup.sweep()
    assert store.read_state(path) is not None
    os.utime(paths.state_path(paths.key(path)), (1, 1))
    cleanup.sweep()
    assert store.read_state(path) is None

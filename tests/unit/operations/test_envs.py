"""Listing the environments on this machine, and pruning the unused ones."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from nbenv.environments import ownership, spare, store
from nbenv.environments.environment import Environment
from nbenv.environments.store import State
from nbenv.home import paths
from nbenv.home.locks import locked
from nbenv.operations import envs


def make(identifier: str, notebook: str | None = None, age: float = 61.0) -> Environment:
    environment = Environment(identifier)
    environment.path.parent.mkdir(parents=True, exist_ok=True)
    ownership.sign(environment.path)
    os.makedirs(os.path.dirname(environment.python))
    proof = (environment.path / ownership.SIGN).stat().st_size
    Path(environment.python).write_bytes(b"x" * (1_000_000 - proof))
    if notebook is not None:
        store.save_state(State(notebook, identifier))
    then = time.time() - age
    os.utime(environment.path, (then, then))
    return environment


def test_environments_are_listed_with_their_use(notebook: Path, tmp_path: Path) -> None:
    assert envs.envs().text == "No environments."
    make("a-1", str(notebook))
    make("b-1", str(tmp_path / "gone.ipynb"))
    make("c-1")
    make("d-1", paths.placeholder_path(spare.name()))
    done = envs.envs()
    assert done.text.splitlines() == [
        f"     1.0 MB  a-1  {notebook}",
        f"     1.0 MB  b-1  {tmp_path / 'gone.ipynb'} (unused)",
        "     1.0 MB  c-1  no notebook (unused)",
        "     1.0 MB  d-1  ready for the next new notebook",
    ]
    assert isinstance(done.data, list)
    assert done.data[0] == {
        "name": "a-1", "path": paths.environment_path("a-1"), "notebook": str(notebook),
        "python": None, "in_use": False, "unused": False, "size": 1_000_000, "use": str(notebook),
    }  # fmt: skip


def test_many_are_measured_only_when_it_is_asked_for(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envs, "_MEASURED", 1)
    make("a-1", str(notebook))
    make("b-1")
    done = envs.envs()
    assert done.summary == "2 environments. nbenv envs --sizes measures them."
    assert done.text.splitlines()[0] == f"a-1  {notebook}"
    assert envs.envs(sizes=True).text.splitlines()[0] == f"     1.0 MB  a-1  {notebook}"


def test_a_linked_file_frees_nothing(tmp_path: Path) -> None:
    environment = make("a-1")
    os.link(environment.python, tmp_path / "linked")
    done = envs.envs()
    assert isinstance(done.data, list)
    assert done.data[0]["size"] == (environment.path / ownership.SIGN).stat().st_size


def test_a_file_that_is_removed_while_it_is_measured_counts_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = make("a-1")
    gone = environment.path / "gone"
    gone.write_bytes(bytes(1000))
    lstat = os.lstat

    def removing(path: str) -> os.stat_result:
        if path == str(gone):
            gone.unlink()  # by another process, after its name was read
        return lstat(path)

    monkeypatch.setattr(os, "lstat", removing)
    done = envs.envs()
    assert isinstance(done.data, list)
    assert done.data[0]["size"] == 1_000_000


def test_only_unused_environments_are_removed(notebook: Path, tmp_path: Path) -> None:
    kept = [make("kept-1", str(notebook)), make("fresh-1", age=5.0)]
    gone = [make("gone-1", str(tmp_path / "gone.ipynb")), make("gone-2")]
    assert envs.prune(dry_run=True).summary == "Would remove 2 unused environments."
    assert all(each.path.exists() for each in (*kept, *gone))
    done = envs.prune()
    assert (done.summary, done.text) == ("Removed 2 unused environments.", "gone-1\ngone-2")
    assert [each.path.exists() for each in (*kept, *gone)] == [True, True, False, False]
    assert [state.environment for state in store.all_states()] == ["kept-1"]


def test_an_environment_that_is_being_changed_stays() -> None:
    environment = make("a-1")
    with locked("a-1"):
        assert envs.prune().summary == "Removed 0 unused environments."
    assert environment.path.exists()


def test_a_notebook_that_is_there_again_keeps_its_state(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It got another environment while the old one was being removed."""
    notebook.unlink()
    make("a-1", str(notebook))
    discard = envs.discard

    def discarded(environment: Environment) -> bool:
        store.save_state(State(str(notebook), "b-1"))
        return discard(environment)

    monkeypatch.setattr(envs, "discard", discarded)
    assert envs.prune().text == "a-1"
    assert [state.environment for state in store.all_states()] == ["b-1"]


def test_an_environment_that_was_claimed_meanwhile_stays(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = make("a-1")
    locked_by_prune = envs.locked

    def claimed(identifier: str) -> object:
        store.save_state(State(str(notebook), identifier))
        return locked_by_prune(identifier)

    monkeypatch.setattr(envs, "locked", claimed)
    assert envs.prune().text == ""
    assert environment.path.exists()

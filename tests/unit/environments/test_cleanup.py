"""Sweeping: what killed processes left goes, whatever is still needed stays."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.environments import history, store
from nbenv.environments.cleanup import sweep
from nbenv.environments.environment import Environment
from nbenv.environments.store import State
from nbenv.home import approval_store, paths
from nbenv.home.locks import locked
from nbenv.notebook.metadata import write_metadata

DAY = 86_400.0
RECORD: dict[str, object] = {"version": 1, "python": "3.11", "requirements": ["a"], "lock": []}


@pytest.fixture(scope="module")
def dead() -> int:
    """Return the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def write(home: Path, name: str, age: float = 0.0) -> Path:
    path = home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}", encoding="utf-8")
    return aged(path, age)


def aged(path: Path, age: float) -> Path:
    then = time.time() - age
    os.utime(path, (then, then))
    return path


# -- left by processes


@pytest.mark.parametrize(
    "name", ["notebooks/a.json.{}.new", "envs/e/nbenv.json.{}.new", "secret.{}.new"]
)
def test_scratch_files_of_the_dead_go(home: Path, dead: int, name: str) -> None:
    left, own = write(home, name.format(dead)), write(home, name.format(os.getpid()))
    sweep()
    assert (left.exists(), own.exists()) == (False, True)


@pytest.mark.parametrize("folder", ["servers", "waiting"])
def test_notes_of_the_dead_go(home: Path, dead: int, folder: str) -> None:
    left = write(home, f"{folder}/{dead}.json")
    kept = [write(home, f"{folder}/{os.getpid()}.json"), write(home, f"{folder}/name.json")]
    sweep()
    assert not left.exists()
    assert all(path.exists() for path in kept)


@pytest.mark.parametrize(
    ("name", "limit"), [("progress/a.jsonl", DAY), ("checked/a.json", 60 * DAY)]
)
def test_notes_go_by_their_age(home: Path, name: str, limit: float) -> None:
    path = write(home, name, limit - 60)
    sweep()
    assert path.exists()
    aged(path, limit + 60)
    sweep()
    assert not path.exists()


def test_a_time_in_the_future_is_not_trusted(home: Path) -> None:
    path = write(home, "progress/a.jsonl", -2 * DAY)
    sweep()
    assert not path.exists()


def test_environments_that_were_being_removed_go(home: Path, dead: int) -> None:
    left, own = (home / "envs" / f".removed-{process}-ab" for process in (dead, os.getpid()))
    for path in (left, own):
        (path / "bin").mkdir(parents=True)
    sweep()
    assert (left.exists(), own.exists()) == (False, True)


def test_scratch_folders_go_by_their_age(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    old, new, other = (tmp_path / name for name in ("nbenv-old", "nbenv-new", "other-old"))
    for path in (old, new, other):
        path.mkdir()
    for path in (old, other):
        aged(path, DAY + 60)
    sweep()
    assert [path.exists() for path in (old, new, other)] == [False, True, True]


# -- known of notebooks


def saved(notebook: Path, environment: str = "work-1", **more: object) -> Path:
    """Save a state that is older than a minute; return its file."""
    state = State(os.path.realpath(notebook), environment, RECORD, **more)  # type: ignore[arg-type]
    store.save_state(state)
    return aged(Path(paths.state_path(paths.key(str(notebook)))), 61)


def test_a_notebook_is_forgotten_with_its_environment(notebook: Path) -> None:
    state = saved(notebook)
    history.remember(str(notebook), None)
    environment = Environment("work-1").path
    environment.mkdir(parents=True)
    sweep()
    assert state.exists()
    notebook.unlink()
    sweep()
    assert state.exists()  # its environment is still there
    environment.rmdir()
    sweep()
    assert not state.exists()
    assert history.last(str(notebook)) == (False, None)


def test_a_record_that_only_this_machine_has_stays(notebook: Path) -> None:
    state = saved(notebook, saved=False)
    notebook.unlink()
    sweep()
    assert state.exists()


def test_a_new_state_stays(notebook: Path) -> None:
    state = saved(notebook)
    notebook.unlink()
    aged(state, 10)
    sweep()
    assert state.exists()


def test_locks_of_nothing_go(home: Path, notebook: Path) -> None:
    saved(notebook)
    Environment("on-disk").path.mkdir(parents=True)
    names = ("work-1", "on-disk", "gone", "held", "fresh")
    files = {name: write(home, f"locks/{name}.lock", 61) for name in names}
    aged(files["fresh"], 5)
    with locked("held"):
        aged(files["held"], 61)
        sweep()
    assert [name for name in names if files[name].exists()] == [
        "work-1", "on-disk", "held", "fresh",
    ]  # fmt: skip


def test_histories_of_nothing_go(home: Path, notebook: Path) -> None:
    saved(notebook)
    kept = write(home, f"history/{paths.key(str(notebook))}.json", 61)
    gone, fresh = write(home, "history/gone.json", 61), write(home, "history/fresh.json")
    sweep()
    assert [path.exists() for path in (kept, gone, fresh)] == [True, False, True]


# -- approvals


def digest(record: dict[str, object], folder: Path) -> str:
    return Spec.from_record(record).digest(folder)


def test_old_approvals_of_nothing_go(home: Path, notebook: Path) -> None:
    """One is of the state's record, one of the environment's, one of the file's, one of none."""
    records = [{**RECORD, "requirements": [name]} for name in "abcd"]
    digests = [digest(record, notebook.parent) for record in records]
    for each in digests:
        approval_store.approve(each)
        aged(home / "approvals" / f"{each}.json", 366 * DAY)
    state = State(os.path.realpath(notebook), "work-1", records[0])
    store.save_state(state)
    environment = Environment("work-1")
    os.makedirs(os.path.dirname(environment.python))
    Path(environment.python).touch()
    environment.mark(records[1], None)
    write_metadata(str(notebook), {"nbenv": records[2]})
    sweep()
    assert [approval_store.is_approved(each) for each in digests] == [True, True, True, False]


def test_approvals_of_this_year_stay(home: Path) -> None:
    unused = digest(RECORD, home)
    approval_store.approve(unused)
    aged(home / "approvals" / f"{unused}.json", 364 * DAY)
    sweep()
    assert approval_store.is_approved(unused)

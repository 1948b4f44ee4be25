"""Sweeping: what killed processes left goes, whatever is still needed stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.environments import history, ownership, store
from nbenv.environments.cleanup import sweep
from nbenv.environments.environment import Environment
from nbenv.environments.store import State
from nbenv.home import approval_store, paths, private_files, scratch
from nbenv.home.locks import locked
from nbenv.home.process_identity import ProcessIdentity
from nbenv.notebook.metadata import write_metadata

DAY = 86_400.0
RECORD: dict[str, object] = {"version": 1, "python": "3.11", "requirements": ["a"], "lock": []}


OWN = ProcessIdentity.own()
RECYCLED = ProcessIdentity(OWN.pid, OWN.created - 60, OWN.machine)
"""A process that had the number of this one."""
ELSEWHERE = ProcessIdentity(OWN.pid, OWN.created, "abcdef")
KEY = "0123456789abcdef0123"


@pytest.fixture(scope="module")
def dead() -> ProcessIdentity:
    """Return the identity of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    identity = ProcessIdentity.of(process.pid)
    process.communicate()
    assert identity is not None
    return identity


def own_environment(identifier: str) -> Path:
    path = Environment(identifier).path
    path.parent.mkdir(parents=True, exist_ok=True)
    ownership.sign(path)
    return path


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
    "name", ["notebooks/a.json.{}.new", "envs/e-1/nbenv.json.{}.new", "secret.{}.new"]
)
def test_scratch_files_of_the_dead_go(home: Path, dead: ProcessIdentity, name: str) -> None:
    own_environment("e-1")
    gone = [write(home, name.format(f"{who.token()}.0123abcd")) for who in (dead, RECYCLED)]
    gone.append(write(home, name.format(dead.pid)))  # of a former version
    kept = [write(home, name.format(f"{who.token()}.0123abcd")) for who in (OWN, ELSEWHERE)]
    kept.append(write(home, name.format(OWN.pid)))
    sweep()
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in kept)


@pytest.mark.parametrize(
    "name",
    [
        "drafts/a.json.{}.0123abcd.new", "notebooks/thesis.{}.0123abcd.new", "{}.new",
        "envs/by-hand/nbenv.json.{}.0123abcd.new", "notes.json.{}.txt.new",
    ],
)  # fmt: skip
def test_files_of_other_names_are_somebodys(home: Path, dead: ProcessIdentity, name: str) -> None:
    paths_of = [write(home, name.format(each), 365 * DAY) for each in (dead.token(), dead.pid)]
    sweep()
    assert all(path.exists() for path in paths_of)


@pytest.mark.parametrize("folder", ["servers", "waiting"])
def test_notes_of_the_dead_go(home: Path, dead: ProcessIdentity, folder: str) -> None:
    def note(name: int, who: ProcessIdentity | None) -> Path:
        path = str(home / folder / f"{name}.json")
        private_files.write_json(path, who.to_dict() if who else {})
        return Path(path)

    gone = [note(1, dead), note(2, RECYCLED), note(dead.pid, None)]
    gone.append(aged(note(os.getppid(), None), 365 * DAY))  # from before that process began
    kept = [note(3, OWN), note(4, ELSEWHERE), note(OWN.pid, None), write(home, f"{folder}/n.json")]
    sweep()
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in kept)
    aged(kept[1], 61 * DAY)
    sweep()
    assert not kept[1].exists()


@pytest.mark.parametrize("ending", ["begun", "jsonl"])
def test_the_progress_of_the_dead_goes(home: Path, dead: ProcessIdentity, ending: str) -> None:
    def progress(number: int, who: ProcessIdentity | None) -> Path:
        text = json.dumps({"type": "started", **(who.to_dict() if who else {"process": 1})})
        path = write(home, f"progress/{KEY[:-1]}{number}.{ending}")
        path.write_text(f"{text}\n", encoding="utf-8")
        return path

    gone = [progress(1, dead), progress(2, RECYCLED), aged(progress(3, None), DAY + 60)]
    kept = [progress(4, OWN), progress(5, ELSEWHERE), aged(progress(6, None), DAY - 60)]
    kept.append(write(home, f"progress/my.{ending}", 365 * DAY))
    sweep()
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in kept)


def test_records_that_nobody_hands_over_any_more_go_by_their_age(home: Path) -> None:
    path = write(home, "handed-over/work-1.ipynb", 60 * DAY - 60)
    other = write(home, "handed-over/notes.txt", 60 * DAY + 60)
    sweep()
    assert (path.exists(), other.exists()) == (True, True)
    write(home, "handed-over/work-1.ipynb", 60 * DAY + 60)
    sweep()
    assert (path.exists(), other.exists()) == (False, True)


def test_variables_that_nobody_took_go_after_a_day(home: Path) -> None:
    old, new = (
        write(home, f"carried/{each * 32}.pickle", age)
        for each, age in (("a", DAY + 60), ("b", 60))
    )
    other = write(home, "carried/mine.pickle", DAY + 60)
    sweep()
    assert [path.exists() for path in (old, new, other)] == [False, True, True]


def test_what_was_checked_goes_by_its_age(home: Path) -> None:
    path = write(home, "checked/python3.11-a-1.0.dist-info.json", 60 * DAY - 60)
    other = write(home, "checked/list.json", 60 * DAY + 60)
    sweep()
    assert path.exists()
    aged(path, 60 * DAY + 60)
    sweep()
    assert (path.exists(), other.exists()) == (False, True)


def test_a_time_in_the_future_is_not_trusted(home: Path) -> None:
    path = write(home, f"progress/{KEY}.jsonl", -2 * DAY)
    sweep()
    assert not path.exists()


def aside(identifier: str, who: ProcessIdentity | str) -> Path:
    """Make an environment that a process was removing."""
    token = who if isinstance(who, str) else who.token()
    return own_environment(identifier).rename(Environment(f".removed-{token}-0123abcd").path)


def test_environments_that_were_being_removed_go(home: Path, dead: ProcessIdentity) -> None:
    gone = [aside("a-1", dead), aside("b-1", RECYCLED)]
    kept = [aside("c-1", OWN), aside("d-1", ELSEWHERE)]
    unsigned = aside("e-1", ProcessIdentity(dead.pid, dead.created + 1, dead.machine))
    (unsigned / ownership.SIGN).unlink()
    (unsigned / "photo.jpg").touch()
    sweep()
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in (*kept, unsigned))


def test_one_that_a_process_runs_in_is_not_removed_to_the_end(
    home: Path, dead: ProcessIdentity
) -> None:
    """The remover was killed after it renamed it, before it saw the process."""
    left = aside("a-1", dead)
    with subprocess.Popen([sys.executable, "-c", "input()"], cwd=left, stdin=subprocess.PIPE) as p:
        sweep()
        assert left.exists()
        p.communicate(b"\n")
    sweep()
    assert not left.exists()


def test_scratch_folders_go_by_their_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: ProcessIdentity
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    abandoned, photos = tmp_path / "nbenv-x1", tmp_path / "nbenv-photos"
    for folder in (abandoned, photos):
        folder.mkdir()
        (folder / "a.jpg").touch()
        aged(folder, 365 * DAY)
    mark = {"folder": "nbenv-x1", **dead.to_dict()}
    (abandoned / scratch.MARK).write_text(json.dumps(mark), encoding="utf-8")
    sweep()
    assert (abandoned.exists(), photos.exists()) == (False, True)


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
    names = ("work-1", "on-disk", "gone", "held", "fresh", "text")
    files = {name: home / f"locks/{name}.lock" for name in names}
    for name, path in files.items():
        write(home, f"locks/{path.name}").write_text("" if name != "text" else "a person's")
        aged(path, 61)
    aged(files["fresh"], 5)
    with locked("held"):
        aged(files["held"], 61)
        sweep()
    assert [name for name in names if files[name].exists()] == [
        "work-1", "on-disk", "held", "fresh", "text",
    ]  # fmt: skip


def test_histories_of_nothing_go(home: Path, notebook: Path) -> None:
    saved(notebook)
    kept = write(home, f"history/{paths.key(str(notebook))}.json", 61)
    gone, fresh = write(home, f"history/{KEY}.json", 61), write(home, f"history/{KEY[::-1]}.json")
    other = write(home, "history/of-rome.json", 365 * DAY)
    sweep()
    assert [path.exists() for path in (kept, gone, fresh, other)] == [True, False, True, True]


def test_locks_of_dead_owners_go(home: Path, dead: ProcessIdentity) -> None:
    """Where the file system has no other locks; one of a person's is none of ours."""
    files = [home / "locks" / f"{name}.owner" for name in ("dead", "own", "other", "text")]
    for path, who in zip(files, (dead, OWN, ELSEWHERE, None), strict=True):
        write(home, f"locks/{path.name}")
        path.write_text(json.dumps(who.to_dict()) if who else "mine", encoding="utf-8")
        aged(path, 90)
    sweep()
    assert [path.exists() for path in files] == [False, True, True, True]


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

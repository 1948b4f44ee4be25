"""The state of each notebook: kept whole, claimed by one, and following renames."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core import record
from nbenv.environments import history, store
from nbenv.environments.environment import Environment
from nbenv.environments.store import State
from nbenv.errors import BrokenEnvironmentError
from nbenv.home import paths, private_files


def made(number: int) -> dict[str, object]:
    return {"version": 1, "python": "3.11", "requirements": [f"p{number}"], "lock": []}


def state_file(notebook: Path) -> Path:
    return Path(paths.state_path(paths.key(str(notebook))))


# -- one notebook


def test_asking_about_a_new_notebook_writes_nothing(notebook: Path, home: Path) -> None:
    assert store.read_state(str(notebook)) is None
    state = store.state_for(str(notebook))
    assert (state.notebook, state.record) == (os.path.realpath(notebook), None)
    assert state.environment.startswith("work-")
    assert not home.exists()


def test_a_state_comes_back_as_it_was_saved(notebook: Path) -> None:
    state = State(os.path.realpath(notebook), "work-1", made(1), False, ("a", "b"))
    assert store.save_state(state) == state
    assert store.read_state(str(notebook)) == state
    assert list(store.all_states()) == [state]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"environment": 1}', '{"notebook": "x"}'])
def test_a_broken_state_is_none_and_is_replaced(notebook: Path, text: str) -> None:
    path = state_file(notebook)
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    assert store.read_state(str(notebook)) is None
    assert list(store.all_states()) == []
    claimed = store.claim_state(str(notebook))
    assert store.read_state(str(notebook)) == claimed


def test_strange_values_in_a_state_are_left_out(notebook: Path) -> None:
    private_files.write_json(
        str(state_file(notebook)), {"environment": "e", "value": 1, "superseded": 2}
    )
    assert store.read_state(str(notebook)) == State("", "e")


def test_all_who_claim_at_once_get_one_environment(notebook: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(store.claim_state, [str(notebook)] * 32))
    assert found == {store.claim_state(str(notebook))}


def test_a_home_that_cannot_be_written_is_said(notebook: Path, home: Path) -> None:
    home.write_text("a file", encoding="utf-8")
    with pytest.raises(BrokenEnvironmentError, match="cannot write"):
        store.claim_state(str(notebook))


@pytest.mark.parametrize(
    ("name", "start"), [("a b:c.ipynb", "a-b-c-"), ("é.ipynb", "notebook-"), ("x" * 90, "x" * 40)]
)
def test_identifiers_are_plain_and_unique(name: str, start: str) -> None:
    first, second = store.new_identifier(name), store.new_identifier(name)
    assert first.startswith(start)
    assert first != second
    assert first.isascii()


# -- superseded records


def test_a_change_supersedes_what_the_document_had() -> None:
    state = State("work.ipynb", "e")
    first = store.superseding(state, None, made(1), saved=True)
    assert first == State("work.ipynb", "e", made(1), True, (record.ABSENT,))
    second = store.superseding(first, made(1), made(2), saved=False)
    assert second.superseded == (record.ABSENT, record.fingerprint(made(1)))
    assert not second.saved
    shown = [record.current(each, second.to_dict()) for each in (None, made(1), made(2), made(3))]
    assert shown == [made(2), made(2), made(2), made(3)]


def test_a_record_that_comes_back_is_not_superseded() -> None:
    state = store.superseding(State("work.ipynb", "e", made(1)), made(1), made(2), saved=True)
    back = store.superseding(state, made(2), made(1), saved=True)
    assert back.superseded == (record.fingerprint(made(2)),)


def test_a_record_of_another_machine_is_superseded_with_ours() -> None:
    state = store.superseding(State("work.ipynb", "e", made(1)), made(9), made(2), saved=True)
    assert state.superseded == (record.fingerprint(made(9)), record.fingerprint(made(1)))


def test_only_so_many_are_remembered() -> None:
    state = State("work.ipynb", "e")
    for number in range(history.REMEMBERED + 5):
        state = store.superseding(state, state.record, made(number), saved=True)
    assert len(state.superseded) == history.REMEMBERED
    assert record.fingerprint(made(history.REMEMBERED + 3)) in state.superseded


# -- renames


def known(notebook: Path) -> State:
    """Let a notebook have a state, a marked environment and a history."""
    state = store.save_state(replace(store.state_for(str(notebook)), record=made(1)))
    marker = paths.marker_path(str(Environment(state.environment).path))
    private_files.write_json(marker, {"notebook": state.notebook, "value": made(1)})
    history.remember(str(notebook), None)
    return state


def test_everything_follows_a_rename(notebook: Path) -> None:
    state, new = known(notebook), notebook.with_name("new.ipynb")
    notebook.rename(new)
    store.rename(str(notebook), str(new))
    assert store.read_state(str(notebook)) is None
    assert store.read_state(str(new)) == replace(state, notebook=str(new))
    assert history.last(str(new)) == (True, None)
    assert history.last(str(notebook)) == (False, None)
    assert Environment(state.environment).read_marker().notebook == str(new)
    assert store.notebook_of(state.environment) == str(new)
    assert paths.moved(str(notebook)) == str(new)


def test_everything_follows_a_renamed_folder(notebook: Path) -> None:
    state, folder = known(notebook), notebook.parent
    new = folder.with_name("moved")
    folder.rename(new)
    store.rename_folder(str(folder), str(new))
    assert store.read_state(str(new / "work.ipynb")) == replace(
        state, notebook=str(new / "work.ipynb")
    )
    assert paths.moved(str(folder / "unknown.ipynb")) == str(folder / "unknown.ipynb")
    (new / "unknown.ipynb").touch()
    assert paths.moved(str(folder / "unknown.ipynb"), 0.0) == str(new / "unknown.ipynb")


def test_a_rename_replaces_what_was_known_of_the_new_path(notebook: Path) -> None:
    new = notebook.with_name("new.ipynb")
    new.touch()
    known(new)
    store.rename(str(notebook), str(new))  # of a notebook without a state
    assert store.read_state(str(new)) is None
    assert history.last(str(new)) == (False, None)


def test_a_save_follows_a_rename(notebook: Path) -> None:
    """A change that began before the rename saves its state at the new path."""
    state, new = known(notebook), notebook.with_name("new.ipynb")
    notebook.rename(new)
    store.rename(str(notebook), str(new))
    saved = store.save_state(replace(state, record=made(2)))
    assert saved.notebook == str(new)
    assert store.read_state(str(notebook)) is None
    assert store.read_state(str(new)) == saved


def test_a_rename_to_itself_changes_nothing(notebook: Path) -> None:
    state = known(notebook)
    store.rename(str(notebook), str(notebook.parent / "." / notebook.name))
    assert store.read_state(str(notebook)) == state
    assert history.last(str(notebook)) == (True, None)


def test_an_environment_keeps_its_notebook_while_it_has_no_marker(notebook: Path) -> None:
    state = known(notebook)
    Environment(state.environment).unmark()
    assert store.notebook_of(state.environment) == state.notebook
    assert store.notebook_of("nowhere") is None


def test_a_notebook_and_a_folder_are_forgotten(notebook: Path) -> None:
    state = known(notebook)
    store.forget_folder(str(notebook.parent.parent / "note"))  # the start of a name is no folder
    assert store.read_state(str(notebook)) == state
    store.forget_folder(str(notebook.parent))
    assert list(store.all_states()) == []
    assert history.last(str(notebook)) == (False, None)
    store.forget(str(notebook))


def test_only_old_moves_are_dropped(notebook: Path) -> None:
    for name in ("old", "new"):
        store.rename(str(notebook.with_name(name)), str(notebook))
    old = paths.moved_path(paths.key(str(notebook.with_name("old"))))
    new = paths.moved_path(paths.key(str(notebook.with_name("new"))))
    long_ago = time.time() - 61 * 86_400
    os.utime(old, (long_ago, long_ago))
    store.drop_old_moves()
    assert (os.path.exists(old), os.path.exists(new)) == (False, True)

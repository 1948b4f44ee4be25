"""A change: all of it or nothing, whatever fails and wherever it is killed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.engine import transaction
from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.environment_sync import SyncResult
from nbenv.engine.transaction import (
    ChangeOptions,
    Edited,
    change,
    hold_environment,
    settle,
)
from nbenv.environments import history, inventory, store
from nbenv.environments.environment import Environment
from nbenv.environments.store import State, claim_state, read_state, state_for
from nbenv.errors import (
    ApprovalNeededError,
    InstallerError,
    NotebookError,
    UsageError,
)
from nbenv.home.locks import is_locked, locked
from nbenv.notebook.metadata import write_metadata
from nbenv.operations.restore import prepare
from nbenv.operations.undoing.undo import undo
from nbenv.progress import Progress, Steps, drain
from tests.support.environments import (
    environment_of,
    install,
    install_by_hand,
    on_disk,
    read,
    recorded,
    ref_of,
    versions,
)
from tests.support.index import LocalIndex


@pytest.fixture
def installed(notebook: Path, index: LocalIndex) -> Path:
    for name in ("alpha", "beta"):
        index.wheel(name, "1.0")
    install(notebook, "alpha")
    return notebook


def adding(*requirements: str) -> Callable[[NotebookSnapshot], Edited[str]]:
    def edit(snapshot: NotebookSnapshot) -> Edited[str]:
        spec = snapshot.spec
        return Edited(replace(spec, requirements=(*spec.requirements, *requirements)), "a note")

    return edit


def add(ref: NotebookRef, *requirements: str, dry_run: bool = False) -> object:
    return drain(change(ref, adding(*requirements), ChangeOptions(dry_run=dry_run)))


# -- a change


def test_a_change_returns_what_it_did_and_the_note_of_the_edit(installed: Path) -> None:
    done = drain(change(ref_of(installed), adding("beta"), ChangeOptions()))
    assert done.note == "a note"
    assert done.before.spec.requirements == ("alpha",)
    assert done.spec.requirements == ("alpha", "beta")
    assert [each.name for each in done.synced.changes] == ["beta"]
    assert recorded(installed) == done.spec.to_record()
    assert read(installed).is_ready


def test_an_edit_may_take_steps(installed: Path) -> None:
    def edit(snapshot: NotebookSnapshot) -> Steps[Edited[int]]:
        assert is_locked(snapshot.environment.identifier)
        yield Progress("resolve", "thinking")
        return Edited(snapshot.spec, 42)

    said: list[Progress] = []
    done = drain(change(ref_of(installed), edit, ChangeOptions()), said.append)
    assert (done.note, said[0].message) == (42, "thinking")


def test_a_dry_run_writes_nothing(installed: Path, home: Path) -> None:
    before, content = on_disk(home), installed.read_bytes()
    steps = change(ref_of(installed), adding("beta"), ChangeOptions(dry_run=True))
    done = drain(steps)
    assert [str(each.new) for each in done.synced.changes] == ["1.0"]
    assert done.spec.lock.versions().keys() >= {"alpha", "beta"}
    assert (on_disk(home), installed.read_bytes()) == (before, content)


def test_an_edit_that_fails_changes_nothing(installed: Path, home: Path) -> None:
    def edit(_: NotebookSnapshot) -> Edited[None]:
        raise UsageError("No.")

    before = on_disk(home / "envs"), on_disk(home / "notebooks"), installed.read_bytes()
    with pytest.raises(UsageError):
        drain(change(ref_of(installed), edit, ChangeOptions()))
    assert (on_disk(home / "envs"), on_disk(home / "notebooks"), installed.read_bytes()) == before


def test_a_failed_sync_leaves_everything(installed: Path, index: LocalIndex, home: Path) -> None:
    index.gone.add("beta-1.0-py3-none-any.whl")
    state, content = read_state(str(installed)), installed.read_bytes()
    marker = environment_of(installed).read_marker()
    with pytest.raises(InstallerError):
        add(ref_of(installed), "beta")
    assert (read_state(str(installed)), installed.read_bytes()) == (state, content)
    assert environment_of(installed).read_marker() == marker
    assert read(installed).is_ready
    assert versions(installed) == {"alpha": "1.0"}


def test_a_strangers_notebook_is_not_changed(installed: Path, home: Path) -> None:
    write_metadata(str(installed), {"nbenv": {**read(installed).spec.to_record(), "python": "3.9"}})
    with pytest.raises(ApprovalNeededError):
        add(ref_of(installed), "beta")


def test_a_read_only_notebook_is_refused_first(installed: Path, index: LocalIndex) -> None:
    installed.chmod(0o444)
    index.requests.clear()
    with pytest.raises(NotebookError, match="cannot be written"):
        add(ref_of(installed), "beta")
    assert index.requests == []
    add(replace(ref_of(installed), in_server=True), "beta")  # the server writes it


def test_a_record_that_cannot_be_written_is_undone(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment goes back to the record that stays; what was installed beyond it stays."""

    def full(*_: object) -> None:
        raise NotebookError("The disk is full.")

    install_by_hand(environment_of(installed), "drift")
    monkeypatch.setattr(transaction, "write_metadata", full)
    with pytest.raises(NotebookError, match="full"):
        add(ref_of(installed), "beta")
    assert versions(installed) == {"alpha": "1.0", "drift": "9"}
    assert read(installed).spec.requirements == ("alpha",)
    assert read(installed).is_ready


def test_a_new_notebook_that_cannot_be_written_has_no_ready_environment(
    notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("alpha", "1.0")

    def full(*_: object) -> None:
        raise NotebookError("The disk is full.")

    monkeypatch.setattr(transaction, "write_metadata", full)
    with pytest.raises(NotebookError, match="full"):
        add(ref_of(notebook), "alpha")
    assert recorded(notebook) is None
    assert environment_of(notebook).read_marker().record is None


# -- recording, killed between any two steps


class Killed(BaseException):
    """The end of the process; nothing below it runs any more."""


RECORDING = [
    (transaction, "agree"),
    (history, "remember"),
    (transaction, "write_metadata"),
    (transaction, "save_state"),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("module", "name"), RECORDING, ids=[name for _, name in RECORDING])
@pytest.mark.parametrize("in_server", [False, True], ids=["file", "server"])
def test_a_kill_while_recording_leaves_the_old_record_or_the_new_one(
    installed: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    when: str,
    in_server: bool,
) -> None:
    ref = replace(ref_of(installed), in_server=in_server)
    old = read(installed).record
    step = getattr(module, name)

    def killed(*args: object) -> None:
        if when == "after":
            step(*args)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, name, killed)
        patch.setattr(transaction, "_go_back", lambda *_: None)  # it is killed, too
        if in_server and name == "write_metadata":
            add(ref, "beta")  # the file is the server's to write
        else:
            with pytest.raises(Killed):
                add(ref, "beta")
    snapshot = NotebookSnapshot.read(ref)
    assert snapshot.spec.requirements in (("alpha",), ("alpha", "beta"))
    check_approved(snapshot, None)  # either can be restored without asking
    drain(prepare(ref))
    snapshot = NotebookSnapshot.read(ref)
    assert snapshot.is_ready
    expected = dict.fromkeys(snapshot.spec.requirements, "1.0")
    assert versions(installed) == expected
    if snapshot.record != old:
        drain(undo(ref))
        assert NotebookSnapshot.read(ref).record == old
    add(ref, "beta")  # the next change works, and can be undone
    drain(undo(ref))
    assert NotebookSnapshot.read(ref).spec.requirements == ("alpha",)


# -- settling


def test_the_state_is_saved_before_the_damaged_environment_goes(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save_state(State(os.path.realpath(notebook), "old-1"))
    snapshot = read(notebook)
    known: list[str] = []

    def discard(environment: Environment) -> bool:
        state = read_state(str(notebook))
        assert state is not None
        known.extend([environment.identifier, state.environment])
        return True

    monkeypatch.setattr(inventory, "discard", discard)
    synced = SyncResult(Environment("new-1"), replaced=True, damaged=Environment("old-1"))
    after = settle(snapshot, synced)
    assert known == ["old-1", "new-1"]
    assert after.environment == Environment("new-1")
    assert read(notebook).state == after.state


def test_a_sound_environment_that_was_replaced_stays(notebook: Path) -> None:
    """Its kernel may still be running."""
    store.save_state(State(os.path.realpath(notebook), "old-1"))
    Environment("old-1").path.mkdir(parents=True)
    settle(read(notebook), SyncResult(Environment("new-1"), replaced=True))
    assert Environment("old-1").path.exists()
    assert read(notebook).environment == Environment("new-1")


def test_nothing_is_settled_where_nothing_was_replaced(notebook: Path, home: Path) -> None:
    snapshot = read(notebook)
    assert settle(snapshot, SyncResult(snapshot.environment)) is snapshot
    assert not home.exists()


# -- holding


def test_an_environment_is_held_until_the_end(notebook: Path) -> None:
    stack, ref = drain(hold_environment(ref_of(notebook), claim_state))
    identifier = state_for(str(notebook)).environment
    assert ref == ref_of(notebook)
    with stack:
        assert is_locked(identifier)
    assert not is_locked(identifier)


@pytest.fixture
def held(notebook: Path) -> Iterator[threading.Event]:
    """Hold the environment, until the event is set."""
    store.save_state(State(os.path.realpath(notebook), "work-1"))
    begun, end = threading.Event(), threading.Event()

    def hold() -> None:
        with locked("work-1"):
            begun.set()
            end.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(20)
    yield end
    end.set()
    thread.join()


def hold_after(
    notebook: Path, held: threading.Event, meanwhile: Callable[[], object]
) -> NotebookRef:
    """Wait for another change that does something meanwhile; return what is held then."""
    steps = hold_environment(ref_of(notebook), claim_state)
    assert next(steps).message.startswith("Waiting for another change")
    meanwhile()
    held.set()
    stack, ref = drain(steps)
    with stack:
        state = read_state(ref.notebook)
        assert state is not None
        assert is_locked(state.environment)
    return ref


def test_another_change_is_waited_for(notebook: Path, held: threading.Event) -> None:
    assert hold_after(notebook, held, lambda: None) == ref_of(notebook)


def test_an_environment_that_was_replaced_meanwhile_is_held(
    notebook: Path, held: threading.Event
) -> None:
    state = State(os.path.realpath(notebook), "work-2")
    assert hold_after(notebook, held, lambda: store.save_state(state)) == ref_of(notebook)


def test_a_notebook_that_was_renamed_meanwhile_is_followed(
    notebook: Path, held: threading.Event
) -> None:
    new = notebook.with_name("new.ipynb")

    def meanwhile() -> None:
        notebook.rename(new)
        store.rename(str(notebook), str(new))
        notebook.touch()  # the next notebook of that name
        store.save_state(State(str(notebook), "other-1"))

    assert hold_after(notebook, held, meanwhile) == ref_of(new)

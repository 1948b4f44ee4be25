"""References and snapshots: which notebook is meant, and which record counts."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot, parse_record
from nbenv.environments import store
from nbenv.environments.environment import Marker
from nbenv.environments.interpreters import default_python
from nbenv.environments.store import State
from nbenv.errors import NotebookError, RecordError, UsageError
from nbenv.home import paths, private_files
from nbenv.home.process_identity import ProcessIdentity
from nbenv.notebook.metadata import write_metadata
from tests.support.environments import read, ref_of

LINE = f"six==1.0 --hash=sha256:{'0' * 64}"
RECORD: dict[str, object] = {
    "version": 1, "python": "3.11", "requirements": ["six"], "lock": [LINE],
}  # fmt: skip
NEWER = {**RECORD, "requirements": ["six", "more"], "lock": [LINE.replace("six", "more"), LINE]}

PID = str(os.getpid())


# -- references


def test_a_kernel_in_a_server_follows_its_notebook(notebook: Path) -> None:
    new = notebook.with_name("new.ipynb")
    notebook.rename(new)
    store.rename(str(notebook), str(new))
    private_files.write_json(paths.server_path(PID), ProcessIdentity.own().to_dict())
    environ = {"JPY_PARENT_PID": PID, "JPY_SESSION_NAME": str(notebook)}
    assert NotebookRef.of_kernel(str(notebook), environ) == NotebookRef(str(new), in_server=True)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"JPY_PARENT_PID": "1", "JPY_SESSION_NAME": "x"},  # of a server without nbenv
        {"JPY_PARENT_PID": PID},  # of a client that names no session
        {"JPY_PARENT_PID": f"../{PID}", "JPY_SESSION_NAME": "x"},
    ],
)
def test_a_kernel_outside_a_server_writes_itself(notebook: Path, environ: dict[str, str]) -> None:
    private_files.write_json(paths.server_path(PID), ProcessIdentity.own().to_dict())
    assert NotebookRef.of_kernel(str(notebook), environ) == NotebookRef(str(notebook))


def test_an_environment_leads_to_its_notebook(notebook: Path) -> None:
    store.save_state(State(str(notebook), "work-1"))
    assert NotebookRef.of_environment("work-1", {}) == NotebookRef(str(notebook))
    with pytest.raises(UsageError, match="other-1 no longer belongs"):
        NotebookRef.of_environment("other-1", {})


def test_a_reference_follows_its_environment(notebook: Path) -> None:
    new = notebook.with_name("new.ipynb")
    store.save_state(State(str(new), "work-1"))
    ref = NotebookRef(str(notebook), in_server=True)
    assert ref.following("work-1") == NotebookRef(str(new), in_server=True)
    assert ref.following("nowhere") == ref


def test_the_folder_of_local_requirements(notebook: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.ipynb"
    link.symlink_to(notebook)
    assert ref_of(link).folder == notebook.parent
    assert replace(ref_of(link), base="/base").folder == Path("/base")
    assert NotebookRef.detached("x").folder == Path.cwd()


def test_where_a_record_waits_for_a_front_end(notebook: Path) -> None:
    detached = NotebookRef.detached("x")
    assert (detached.is_detached, detached.keeps_unsaved) == (True, True)
    assert NotebookRef(str(notebook), in_server=True).keeps_unsaved
    assert not ref_of(notebook).keeps_unsaved


# -- snapshots


def test_reading_writes_nothing(notebook: Path, home: Path) -> None:
    snapshot = read(notebook)
    assert (snapshot.record, snapshot.in_file, snapshot.marker) == (None, None, Marker())
    assert snapshot.spec == Spec(default_python())
    assert not snapshot.is_ready
    assert not home.exists()


def test_the_record_of_the_file_counts(notebook: Path) -> None:
    write_metadata(str(notebook), {"nbenv": RECORD})
    snapshot = read(notebook)
    assert snapshot.record == snapshot.in_file == RECORD
    assert snapshot.spec.requirements == ("six",)
    assert snapshot.digest == snapshot.spec.digest(notebook.parent)


def test_an_unsaved_record_counts_more(notebook: Path) -> None:
    write_metadata(str(notebook), {"nbenv": RECORD})
    store.save_state(store.superseding(store.state_for(str(notebook)), RECORD, NEWER, False))
    snapshot = read(notebook)
    assert (snapshot.in_file, snapshot.record) == (RECORD, NEWER)
    write_metadata(str(notebook), {"nbenv": {**RECORD, "python": "3.12"}})  # edited by hand
    assert read(notebook).record == {**RECORD, "python": "3.12"}


def test_a_notebook_that_is_not_there(notebook: Path) -> None:
    absent = str(notebook.with_name("absent.ipynb"))
    with pytest.raises(NotebookError, match="There is no notebook"):
        NotebookSnapshot.read(NotebookRef(absent))
    assert NotebookSnapshot.read(NotebookRef(absent, in_server=True)).record is None
    assert NotebookSnapshot.read(NotebookRef.detached("x")).record is None


def test_a_broken_record_is_an_error_when_it_is_read(notebook: Path) -> None:
    write_metadata(str(notebook), {"nbenv": {**RECORD, "version": "1"}})
    with pytest.raises(RecordError):
        read(notebook)
    write_metadata(str(notebook), {"nbenv": {**RECORD, "lock": ["no line"]}})
    snapshot = read(notebook)  # of the right shape: what does not need its lock works
    with pytest.raises(RecordError):
        _ = snapshot.spec


def test_an_environment_is_ready_when_it_holds_the_lock(notebook: Path) -> None:
    write_metadata(str(notebook), {"nbenv": RECORD})
    snapshot = read(notebook)
    assert replace(snapshot, marker=Marker({**RECORD, "requirements": ["six>=0"]})).is_ready
    assert not replace(snapshot, marker=Marker(NEWER)).is_ready
    assert not snapshot.describes(Marker())


def test_a_stripped_file_is_noticed(notebook: Path) -> None:
    store.save_state(State(os.path.realpath(notebook), "work-1", RECORD))
    assert read(notebook).is_stripped
    placeholder = NotebookRef.detached("x")
    store.save_state(State(placeholder.notebook, "x-1", RECORD))
    assert not NotebookSnapshot.read(placeholder).is_stripped


def test_what_there_is_to_restore_is_checked(notebook: Path) -> None:
    with pytest.raises(NotebookError, match="nothing to restore"):
        read(notebook).check_recorded()
    read(notebook).check_locked()  # without a record there is nothing to lock
    write_metadata(str(notebook), {"nbenv": {**RECORD, "lock": []}})
    read(notebook).check_recorded()
    with pytest.raises(NotebookError, match="no lock"):
        read(notebook).check_locked()


# -- parsing once


def test_equal_content_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []
    from_record = Spec.from_record
    monkeypatch.setattr(Spec, "from_record", lambda each: parsed.append(each) or from_record(each))
    first = parse_record({**RECORD, "python": "3.97"})
    again = parse_record(dict(reversed({**RECORD, "python": "3.97"}.items())))
    assert again is first
    assert len(parsed) == 1
    assert parse_record({**RECORD, "python": "3.96"}).python == "3.96"
    assert len(parsed) == 2


def test_a_record_that_changes_is_parsed_again() -> None:
    record = {**RECORD, "requirements": ["six"]}
    assert parse_record(record).requirements == ("six",)
    record["requirements"] = ["six<2"]
    assert parse_record(record).requirements == ("six<2",)

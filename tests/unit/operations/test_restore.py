"""Restoring: exactly what is recorded, once it is approved, and no more than needed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef
from nbenv.environments.store import read_state
from nbenv.errors import (
    ApprovalNeededError,
    IndexAccessError,
    NotebookError,
    UnavailableError,
)
from nbenv.home import variables
from nbenv.notebook.metadata import write_metadata
from nbenv.operations.restore import prepare, restore
from nbenv.progress import drain
from tests.conftest import write_other_copy
from tests.support.environments import (
    environment_of,
    hide_other_pythons,
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
def copy(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the notebook as it is on another machine."""
    monkeypatch.setenv(variables.HOME, str(tmp_path / "elsewhere"))
    return write_other_copy(installed, tmp_path / "other")


def test_nothing_is_restored_unapproved(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(ApprovalNeededError):
        drain(prepare(ref_of(copy)))
    assert not (tmp_path / "elsewhere").exists()


def test_asking_for_it_is_approving_it(copy: Path) -> None:
    before = copy.read_bytes()
    done = drain(restore(ref_of(copy)))
    assert done.summary.endswith("with 3 packages.")
    assert versions(copy) == {"branch": "1.0", "leaf": "1.0"}
    assert copy.read_bytes() == before
    shutil.rmtree(environment_of(copy).path)
    drain(prepare(ref_of(copy)))  # approved by now
    assert read(copy).is_ready


def test_a_ready_environment_is_only_looked_at(installed: Path, home: Path) -> None:
    before = on_disk(home / "envs")
    done = drain(prepare(ref_of(installed)))
    assert done.summary == "The environment is ready."
    assert done.environment == environment_of(installed).identifier
    assert on_disk(home / "envs") == before


def test_drift_is_removed_when_it_is_asked_for(installed: Path) -> None:
    install_by_hand(environment_of(installed), "drift")
    assert drain(prepare(ref_of(installed))).summary == "The environment is ready."
    assert "drift" in versions(installed)
    drain(restore(ref_of(installed)))
    assert versions(installed) == {"branch": "1.0", "leaf": "1.0"}


def test_a_checkout_of_another_record_is_the_newest(installed: Path) -> None:
    """It was not written by a change here, and a front end that shows it is not behind."""
    older = installed.read_bytes()
    install(installed, "leaf<1.5")
    installed.write_bytes(older)
    drain(restore(ref_of(installed)))
    state = read_state(str(installed))
    assert state is not None
    assert (state.record, state.superseded) == (recorded(installed), ())


def test_a_notebook_without_record_gets_the_kernel_alone(
    notebook: Path, stocked: LocalIndex
) -> None:
    before = notebook.read_bytes()
    assert drain(prepare(ref_of(notebook))).summary.endswith("with 1 package.")
    assert notebook.read_bytes() == before
    assert read(notebook).is_ready
    with pytest.raises(NotebookError, match="nothing to restore"):
        drain(restore(ref_of(notebook)))


def test_never_restores_only_what_is_asked_for(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variables.RESTORE, "never")
    drain(prepare(ref_of(installed)))  # it is ready
    shutil.rmtree(environment_of(installed).path)
    with pytest.raises(ApprovalNeededError, match="NBENV_RESTORE is never"):
        drain(prepare(ref_of(installed)))
    drain(restore(ref_of(installed)))
    assert read(installed).is_ready


def test_a_record_without_lock_is_locked_when_it_is_asked_for(
    notebook: Path, stocked: LocalIndex
) -> None:
    record = {"version": 1, "python": read(notebook).spec.python, "requirements": ["leaf<2"]}
    write_metadata(str(notebook), {"nbenv": {**record, "lock": []}})
    with pytest.raises(NotebookError, match="no lock"):
        drain(prepare(ref_of(notebook), read(notebook).digest))
    done = drain(restore(ref_of(notebook)))
    assert done.summary == "Nothing was locked: resolved, locked and installed leaf<2."
    assert read(notebook).spec.lock.versions()["leaf"] == "1.0"


def test_a_record_that_the_file_lost_is_put_back(installed: Path) -> None:
    before = recorded(installed)
    write_metadata(str(installed), {"nbenv": None})
    done = drain(restore(ref_of(installed)))
    assert done.summary == "Put back the record that the file had lost: branch, leaf<2."
    assert recorded(installed) == before


@pytest.fixture
def unavailable(
    copy: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    hide_other_pythons(monkeypatch)
    stocked.remove("leaf-1.0-py3-none-any.whl")
    stocked.wheel("leaf", "1.5")
    shutil.rmtree(tmp_path / "cache")
    return copy


def test_what_is_not_available_names_the_fallbacks(unavailable: Path) -> None:
    before = unavailable.read_bytes()
    with pytest.raises(UnavailableError) as caught:
        drain(restore(ref_of(unavailable)))
    assert "leaf 1.0: no index has this version any more." in caught.value.why
    assert [step["level"] for step in caught.value.steps] == ["dated", "newest"]
    assert "--fallback NAME" in caught.value.todo
    assert unavailable.read_bytes() == before


def test_a_fallback_is_taken_and_can_be_undone(unavailable: Path) -> None:
    done = drain(restore(ref_of(unavailable), fallback="newest"))
    assert done.summary == "Restored with the fallback newest, not exactly."
    assert versions(unavailable) == {"branch": "1.0", "leaf": "1.5"}
    assert "nbenv undo goes back to the record before" in done.text


def test_an_index_that_is_down_has_no_fallbacks(
    copy: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "cache")
    stocked.close()
    with pytest.raises(IndexAccessError):
        drain(restore(ref_of(copy)))


def test_another_python_is_moved_to(installed: Path) -> None:
    python = read(installed).spec.python
    done = drain(restore(ref_of(installed), python=python))
    assert done.summary == f"The notebook is already on Python {python}."


def test_a_detached_kernel_is_prepared_too(stocked: LocalIndex) -> None:
    ref = NotebookRef.detached("x")
    assert drain(prepare(ref)).summary.endswith("with 1 package.")

"""The differences between record and environment."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef
from nbenv.environments.interpreters import default_python
from nbenv.home import approval_store
from nbenv.notebook.metadata import write_metadata
from nbenv.operations.install import InstallRequest, install
from nbenv.operations.status import status
from nbenv.operations.uninstall import uninstall
from nbenv.progress import Outcome, drain
from tests.conftest import write_other_copy
from tests.support.environments import (
    environment_of,
    install_by_hand,
    read,
    recorded,
    ref_of,
)
from tests.support.index import LocalIndex
from tests.support.wheels import make_project


def field(outcome: Outcome, key: str) -> object:
    assert isinstance(outcome.data, dict)
    return outcome.data[key]


def lines(notebook: Path) -> list[str]:
    return status(ref_of(notebook)).text.splitlines()


def test_a_ready_notebook(installed: Path) -> None:
    done = status(ref_of(installed))
    assert {key: field(done, key) for key in ("recorded", "saved", "approved", "ready")} == {
        "recorded": True, "saved": True, "approved": True, "ready": True,
    }  # fmt: skip
    assert lines(installed) == [
        f"Recorded:   Python {default_python()}; branch, leaf<2",
        "Locked:     3 packages",
        f"Installed:  3 packages in {environment_of(installed).path}",
    ]


def test_a_notebook_without_record(notebook: Path) -> None:
    assert lines(notebook)[0].startswith("This notebook records no environment yet.")
    assert field(status(ref_of(notebook)), "record") is None


def test_drift_is_shown_in_each_direction(installed: Path) -> None:
    environment = environment_of(installed)
    install_by_hand(environment, "drift")
    site = environment.site_packages()
    shutil.rmtree(site / "branch-1.0.dist-info")
    (site / "leaf-1.0.dist-info").rename(site / "leaf-1.1.dist-info")
    found = lines(installed)
    assert found[4:7] == [
        "  branch 1.0 is locked, but not installed",
        "  drift 9 is installed, but not locked",
        "  leaf installed 1.1, locked 1.0",
    ]


def test_a_lock_that_was_edited_by_hand_is_stale(installed: Path) -> None:
    record = {**read(installed).spec.to_record(), "requirements": ["branch>1", "other", "leaf"]}
    write_metadata(str(installed), {"nbenv": record})
    assert field(status(ref_of(installed)), "stale") == ["branch>1", "other"]
    stale = "Stale lock: it does not satisfy other. Update it with nbenv upgrade."
    assert stale in lines(installed)


@pytest.mark.parametrize("python", ["3.7", "3.6"])
def test_no_repair_is_promised_for_a_python_without_a_kernel(installed: Path, python: str) -> None:
    record = {**read(installed).spec.to_record(), "python": python}
    write_metadata(str(installed), {"nbenv": record})
    [line] = [each for each in lines(installed) if each.startswith("Installed:")]
    assert f"Python {python} is too old for a notebook's kernel" in line
    assert f"nbenv python {default_python()} NOTEBOOK" in line
    assert "repaired" not in line and "nbenv restore" not in line


def test_a_strangers_notebook(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = write_other_copy(installed, tmp_path / "other")
    assert lines(copy)[2] == ("Installed:  not on this machine. Restore it with nbenv restore.")
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "fresh"))
    assert lines(copy)[2] == (
        "Installed:  not on this machine, and not approved yet. Restore it with nbenv restore."
    )
    assert not approval_store.approved()


def test_a_stripped_notebook_says_what_it_lost(installed: Path) -> None:
    write_metadata(str(installed), {"nbenv": None})
    assert recorded(installed) is None
    assert lines(installed)[0].endswith("this machine still knows it: branch, leaf<2.")
    assert field(status(ref_of(installed)), "stripped") is True


def test_an_unsaved_record_is_shown(installed: Path) -> None:
    drain(uninstall(NotebookRef(str(installed), in_server=True), ["branch"]))
    assert lines(installed)[0].endswith("; leaf<2 (not saved into the notebook yet)")


def test_a_project_that_is_gone(notebook: Path, stocked: LocalIndex) -> None:
    project = make_project(notebook.parent, "mine", "1.0")
    drain(install(ref_of(notebook), InstallRequest(editable=(str(project),))))
    assert field(status(ref_of(notebook)), "missing_sources") == []
    project.rename(notebook.parent / "elsewhere")
    assert field(status(ref_of(notebook)), "missing_sources") == [{"name": "mine", "url": "./mine"}]
    assert "Missing:    ./mine, from which mine comes." in lines(notebook)

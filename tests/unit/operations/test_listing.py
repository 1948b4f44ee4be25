"""Looking at an environment: contents, dependencies, and how record and environment differ."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef
from nbenv.environments.interpreters import default_python
from nbenv.errors import ApprovalNeededError, BrokenEnvironmentError, RequirementError
from nbenv.home import approval_store
from nbenv.notebook.metadata import write_metadata
from nbenv.operations.listing import list_, outdated, packages, pip_look, status, tree, why
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


def field(outcome: Outcome, key: str) -> object:
    assert isinstance(outcome.data, dict)
    return outcome.data[key]


# -- contents


def test_a_list_shows_what_is_required(installed: Path) -> None:
    assert list_(ref_of(installed)).text.splitlines() == [
        "Package    Version  Requirement",
        "branch     1.0      branch",
        "ipykernel  7.0",
        "leaf       1.0      leaf<2",
    ]


def test_a_tree_shows_what_depends_on_what(installed: Path) -> None:
    assert tree(ref_of(installed)).text.splitlines() == [
        "branch 1.0", "└── leaf 1.0", "leaf 1.0", "ipykernel 7.0",
    ]  # fmt: skip


def test_why_shows_the_way_to_a_package(installed: Path) -> None:
    assert why(ref_of(installed), "Leaf").text.splitlines() == [
        "leaf: required as leaf<2", "branch → leaf",
    ]  # fmt: skip
    assert why(ref_of(installed), "ipykernel").text == "ipykernel: the kernel itself"
    install_by_hand(environment_of(installed), "drift")
    assert why(ref_of(installed), "drift").text.startswith("drift: no requirement needs it")
    with pytest.raises(RequirementError, match="absent is not installed"):
        why(ref_of(installed), "absent")


def test_outdated_shows_newer_versions(installed: Path, stocked: LocalIndex) -> None:
    done = drain(outdated(ref_of(installed)))
    assert done.text.splitlines() == [
        "Package  Installed  Newest  Requirement",
        "leaf     1.0        2.0     leaf<2",
    ]
    stocked.remove("leaf-2.0-py3-none-any.whl")
    assert drain(outdated(ref_of(installed))).summary == "Everything is up to date."


def test_no_index_of_a_stranger_is_asked(installed: Path) -> None:
    record = {**read(installed).spec.to_record(), "indexes": [{"name": "x", "url": "http://x/"}]}
    write_metadata(str(installed), {"nbenv": record})
    with pytest.raises(ApprovalNeededError):
        drain(outdated(ref_of(installed)))


def test_pip_list_shows_the_environment(installed: Path) -> None:
    assert "branch" in drain(pip_look(ref_of(installed), ["list"])).text


@pytest.mark.parametrize("question", [list_, tree, lambda ref: why(ref, "leaf")])
def test_an_environment_that_is_not_here_has_no_contents(
    notebook: Path, question: Callable[[NotebookRef], Outcome]
) -> None:
    with pytest.raises(BrokenEnvironmentError) as caught:
        question(ref_of(notebook))
    assert "nbenv install" in caught.value.todo


def test_front_ends_get_sizes_and_needs(installed: Path) -> None:
    done = packages(ref_of(installed))
    rows = field(done, "distributions")
    assert isinstance(rows, list)
    assert [(each["name"], each["requirement"], each["needs"]) for each in rows] == [
        ("branch", "branch", ["leaf"]),
        ("ipykernel", None, []),
        ("leaf", "leaf<2", []),
    ]
    assert field(done, "size") == sum(each["size"] for each in rows) > 0
    shutil.rmtree(environment_of(installed).path)
    done = packages(ref_of(installed))
    assert (field(done, "python"), field(done, "size")) == (default_python(), None)


# -- status


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

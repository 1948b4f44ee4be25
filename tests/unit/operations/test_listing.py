"""Looking at an environment: contents and dependencies."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef
from nbenv.environments.interpreters import default_python
from nbenv.errors import ApprovalNeededError, BrokenEnvironmentError, RequirementError
from nbenv.home.locks import locked
from nbenv.notebook.metadata import write_metadata
from nbenv.operations.listing import (
    about,
    list_,
    outdated,
    packages,
    pip_look,
    tree,
    versions,
    why,
)
from nbenv.operations.status import status
from nbenv.progress import Outcome, drain
from tests.support.environments import (
    environment_of,
    install_by_hand,
    read,
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


def test_versions_to_choose_from(installed: Path, stocked: LocalIndex) -> None:
    stocked.wheel("leaf", "3.1")
    stocked.wheel("leaf", "3.0")
    assert field(versions(ref_of(installed), "Leaf"), "versions")[:2] == ["3.1", "3.0"]  # type: ignore[index]
    for name in ("leaf\n-e .", "-r x", ""):
        with pytest.raises(RequirementError, match="not the name of a package"):
            versions(ref_of(installed), name)


def test_what_is_locked_but_not_there_has_no_page(installed: Path) -> None:
    """As while an upgrade is under way, when one version is gone and the other is not there."""
    environment = environment_of(installed)
    (folder,) = (each for each in environment.dist_infos() if each.name.startswith("leaf"))
    shutil.rmtree(folder)
    assert about(ref_of(installed), "leaf").data == {"name": "leaf", "summary": "", "docs": ""}
    with pytest.raises(RequirementError):
        about(ref_of(installed), "absent")


def test_during_a_change_contents_are_as_recorded(installed: Path) -> None:
    environment = environment_of(installed)
    before = field(packages(ref_of(installed)), "distributions")
    (folder,) = (each for each in environment.dist_infos() if each.name.startswith("leaf"))
    with locked(environment.identifier):
        environment.unmark()
        shutil.rmtree(folder)
        found = packages(ref_of(installed))
        assert [(row["name"], row["version"]) for row in field(found, "distributions")] == [  # type: ignore[attr-defined]
            (row["name"], row["version"])
            for row in before  # type: ignore[attr-defined]
        ]
        assert field(status(ref_of(installed)), "drift") == []
    assert [each["name"] for each in field(status(ref_of(installed)), "drift")] == ["leaf"]  # type: ignore[attr-defined]


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

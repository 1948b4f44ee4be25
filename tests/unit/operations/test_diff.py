"""Comparing a notebook with another one, with a revision, and with its environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbenv import git
from nbenv.core.lock import Change
from nbenv.core.lock_diff import LockDiff
from nbenv.errors import NotebookError, RecordError
from nbenv.operations.diff import _counts, _diff_lines, diff, spec_in
from tests.conftest import write_notebook, write_other_copy
from tests.support.environments import (
    environment_of,
    install,
    install_by_hand,
    read,
    ref_of,
)
from tests.support.index import LocalIndex
from tests.support.wheels import make_project


def test_equal_notebooks(installed: Path, tmp_path: Path) -> None:
    other = write_other_copy(installed, tmp_path / "other")
    done = diff(ref_of(installed), str(other))
    assert (done.summary, done.text) == ("They are the same.", "")


def test_another_notebook_is_the_newer_side(installed: Path, tmp_path: Path) -> None:
    other = write_other_copy(installed, tmp_path / "other")
    install(other, "leaf>=2")
    done = diff(ref_of(installed), str(other))
    assert done.summary == "1 upgraded."
    assert done.text.splitlines() == [
        "work.ipynb → work.ipynb",
        "  requirement leaf<2 → leaf>=2",
        "  upgraded    leaf 1.0 → 2.0",
    ]
    empty = write_notebook(tmp_path / "empty.ipynb", "1")
    assert diff(ref_of(installed), str(empty)).summary == "3 removed."


def test_a_revision_is_the_older_side(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = installed.read_bytes()
    monkeypatch.setattr(git, "content", lambda path, revision: before)
    install(installed, "leaf>=2")
    done = diff(ref_of(installed), "HEAD~1")
    assert done.text.splitlines()[0] == "work.ipynb of HEAD~1 → now"
    assert done.summary == "1 upgraded."


def test_the_environment_is_the_newer_side(installed: Path) -> None:
    assert diff(ref_of(installed)).summary == "They are the same."
    install_by_hand(environment_of(installed), "drift")
    (environment_of(installed).site_packages() / "branch-1.0.dist-info").rename(
        environment_of(installed).site_packages() / "branch-0.9.dist-info"
    )
    done = diff(ref_of(installed))
    assert done.summary == "1 added, 1 downgraded."
    assert done.text.splitlines() == [
        "work.ipynb → its environment", "  added       drift 9", "  downgraded  branch 1.0 → 0.9",
    ]  # fmt: skip


def test_an_environment_that_does_not_exist(installed: Path, tmp_path: Path) -> None:
    other = write_other_copy(installed, tmp_path / "other")
    done = diff(ref_of(other))
    assert done.summary == "Its environment does not exist yet."
    assert "  removed     branch 1.0" in done.text.splitlines()


def test_a_notebook_without_record_has_no_environment_to_compare(notebook: Path) -> None:
    with pytest.raises(NotebookError):
        diff(ref_of(notebook))


def test_a_package_from_a_folder_is_no_difference(notebook: Path, stocked: LocalIndex) -> None:
    install(notebook, str(make_project(notebook.parent, "mine", "1.0")))
    assert diff(ref_of(notebook)).summary == "They are the same."


# -- parts


def test_a_record_is_read_from_bytes(installed: Path, notebook: Path) -> None:
    assert spec_in(installed.read_bytes()) == read(installed).spec
    document = json.loads(installed.read_text(encoding="utf-8"))
    document["metadata"]["nbenv"]["version"] = 99
    with pytest.raises(RecordError):
        spec_in(json.dumps(document).encode())
    del document["metadata"]["nbenv"]
    assert spec_in(json.dumps(document).encode()) is None
    with pytest.raises(NotebookError, match="The version in git"):
        spec_in(b"no notebook")


def test_every_kind_of_difference_has_its_line() -> None:
    difference = LockDiff(
        ("3.11", "3.12"),
        (Change("a", None, "a>1"), Change("b", "b", None), Change("ipykernel", "x", "y")),
        (Change("a", "1", "2"), Change("c", None, "1"), Change("d", "1", None)),
        ("e",),
        (Change("far", None, "https://far.invalid"), Change("old", "x", None)),
    )
    assert list(_diff_lines(difference)) == [
        "  Python      3.11 → 3.12",
        "  requirement a>1",
        "  requirement b removed",
        "  requirement x → y",
        "  index       far https://far.invalid",
        "  index       old removed",
        "  added       c 1",
        "  upgraded    a 1 → 2",
        "  removed     d 1",
        "  other files e (of the same version)",
    ]


def test_only_files_that_differ_are_no_version() -> None:
    assert _counts(LockDiff(files=("e",))) == "No version differs."

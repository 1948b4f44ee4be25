"""Uninstalling: requirements go, with the dependencies that only they needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.errors import NbenvError, RequirementError, UsageError
from nbenv.operations.uninstall import uninstall
from nbenv.progress import Outcome, drain
from tests.support.environments import install, read, ref_of, versions
from tests.support.index import LocalIndex


def run(notebook: Path, *names: str, dry_run: bool = False) -> Outcome:
    return drain(uninstall(ref_of(notebook), names, dry_run))


def test_a_dependency_that_is_still_needed_stays(installed: Path) -> None:
    done = run(installed, "Leaf")
    assert done.summary == ("Uninstalled leaf. leaf stays installed: another package needs it.")
    assert read(installed).spec.requirements == ("branch",)
    assert versions(installed) == {"branch": "1.0", "leaf": "1.0"}


def test_orphans_go_along(notebook: Path, stocked: LocalIndex) -> None:
    install(notebook, "branch")
    assert run(notebook, "branch", dry_run=True).text.splitlines() == [
        "- branch 1.0", "- leaf 2.0",
    ]  # fmt: skip
    assert run(notebook, "branch").summary == "Uninstalled branch (and 1 more package)."
    assert versions(notebook) == {}


def failure(notebook: Path, *names: str) -> NbenvError:
    before = notebook.read_bytes()
    with pytest.raises(RequirementError) as caught:
        run(notebook, *names)
    assert notebook.read_bytes() == before
    return caught.value


def test_what_is_not_required_cannot_go(notebook: Path, stocked: LocalIndex) -> None:
    install(notebook, "branch")
    assert failure(notebook, "leaf").why == "leaf is a dependency: see nbenv why leaf."
    assert failure(notebook, "ipykernel").why == "The kernel itself needs it."
    error = failure(notebook, "branch", "absent")
    assert error.what == "This notebook does not require absent."
    assert error.why == "It requires branch."


def test_nothing_named_is_wrong_usage(notebook: Path) -> None:
    with pytest.raises(UsageError):
        run(notebook)

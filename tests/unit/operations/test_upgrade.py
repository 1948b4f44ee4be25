"""Upgrading: the newest versions that the requirements allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.errors import RequirementError
from nbenv.operations.upgrade import upgrade
from nbenv.progress import drain
from tests.support.environments import install, ref_of, versions
from tests.support.index import LocalIndex


@pytest.fixture
def outdated(notebook: Path, index: LocalIndex) -> Path:
    for name in ("one", "two"):
        index.wheel(name, "1.0")
    install(notebook, "one", "two<2")
    for name in ("one", "two"):
        index.wheel(name, "1.1")
        index.wheel(name, "2.0")
    return notebook


def test_everything_is_upgraded(outdated: Path) -> None:
    done = drain(upgrade(ref_of(outdated), dry_run=True))
    would, download = done.summary.splitlines()
    assert (would, download[:11]) == ("Would upgrade 2 packages.", "Download of")
    assert versions(outdated) == {"one": "1.0", "two": "1.0"}
    done = drain(upgrade(ref_of(outdated)))
    assert done.summary == "Upgraded 2 packages."
    assert done.text.splitlines() == ["~ one 1.0 → 2.0", "~ two 1.0 → 1.1"]
    assert drain(upgrade(ref_of(outdated))).summary == "Everything is up to date."


def test_one_package_is_upgraded(outdated: Path) -> None:
    assert drain(upgrade(ref_of(outdated), ["Two"])).summary == "Upgraded 1 package."
    assert versions(outdated) == {"one": "1.0", "two": "1.1"}


def test_what_is_not_locked_cannot_be_upgraded(outdated: Path) -> None:
    with pytest.raises(RequirementError, match="absent is not in this notebook's environment"):
        drain(upgrade(ref_of(outdated), ["absent"]))

"""Undoing: back to the environment before, step by step, and never past the first change."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.lock import Change
from nbenv.environments import history
from nbenv.errors import NbenvError
from nbenv.operations.undoing.undo import _summarise, undo
from nbenv.progress import drain
from tests.support.environments import install, read, recorded, ref_of, versions
from tests.support.index import LocalIndex


def test_each_undo_goes_one_step_back(installed: Path, stocked: LocalIndex) -> None:
    first = recorded(installed)
    stocked.wheel("twig", "1.0")
    install(installed, "twig")
    install(installed, "leaf>=2")
    assert drain(undo(ref_of(installed))).summary == "Undid the last change: ~ leaf 2.0 → 1.0."
    assert drain(undo(ref_of(installed))).summary == "Undid the last change: - twig 1.0."
    assert recorded(installed) == first
    drain(undo(ref_of(installed)))
    assert versions(installed) == {}
    assert read(installed).spec.requirements == ()
    with pytest.raises(NbenvError, match="no change to this notebook's environment to undo"):
        drain(undo(ref_of(installed)))


def test_a_change_that_was_killed_before_it_was_recorded_is_skipped(installed: Path) -> None:
    history.remember(str(installed), read(installed).record)
    drain(undo(ref_of(installed)))
    assert versions(installed) == {}


def test_what_is_not_available_any_more_changes_nothing(
    installed: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(installed, "leaf>=2")
    stocked.remove("leaf-1.0-py3-none-any.whl")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    before = installed.read_bytes()
    with pytest.raises(NbenvError) as caught:
        drain(undo(ref_of(installed)))
    assert "no longer available here" in caught.value.what
    assert (installed.read_bytes(), versions(installed)["leaf"]) == (before, "2.0")
    assert history.last(str(installed))[0]  # it can be tried again


def test_a_summary_names_three_changes() -> None:
    changes = [Change(name, None, "1") for name in "abcd"]
    assert _summarise(changes) == "+ a 1, + b 1, + c 1, …"


def test_a_change_of_requirements_alone_is_named(installed: Path) -> None:
    install(installed, "leaf>=1")
    asked, before = "the notebook requires leaf<2", "it no longer requires leaf>=1"
    same = "the packages are the same."
    assert drain(undo(ref_of(installed))).summary == (
        f"Undid the last change: {asked} and {before}; {same}"
    )

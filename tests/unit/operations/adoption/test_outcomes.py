"""Unit tests of ``nbenv.operations.adoption.outcomes``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from nbenv.adopt.findings import Findings, Source
from nbenv.core.spec import Spec
from nbenv.engine.environment_sync import SyncResult
from nbenv.environments.environment import Environment
from nbenv.operations.adoption.attempts import Adopted
from nbenv.operations.adoption.outcomes import adopted_outcome, dry_run_outcome
from tests.support.environments import ref_of


def findings() -> Findings:
    found = Findings(python="3.9", python_source="runtime.txt")
    found.add("a>=1", Source(1, "install lines"))
    return found


def test_a_dry_run(notebook: Path) -> None:
    outcome = dry_run_outcome(findings(), "x.ipynb", None, ref_of(notebook))
    assert outcome.summary.startswith("Would adopt 1 ")
    assert outcome.summary.endswith(" on Python 3.9 (runtime.txt); nothing was changed.")
    assert isinstance(outcome.data, dict)
    assert (outcome.data["dry_run"], outcome.data["python"]) == (True, "3.9")


def test_an_adopted_notebook() -> None:
    adopted = Adopted(Spec("3.11", ("a>=1",)), SyncResult(Environment("environment")))
    outcome = adopted_outcome(findings(), "x.ipynb", adopted, "2020-01-01")
    assert outcome.summary == "Adopted: Python 3.11 with a."
    assert outcome.text.endswith("Resolved as of 2020-01-01.")
    assert isinstance(outcome.data, dict)
    assert (outcome.data["dry_run"], outcome.data["python"]) == (False, "3.11")
    assert outcome.environment == "environment"


def test_an_empty_environment() -> None:
    adopted = Adopted(Spec("3.11"), SyncResult(Environment("environment")))
    assert adopted_outcome(Findings(), "x.ipynb", adopted, None).summary == (
        "Adopted: Python 3.11 with no packages."
    )


@pytest.mark.parametrize(("day", "is_old"), [("2019-05-17", True), (str(date.today()), False)])
def test_only_an_old_notebook_is_called_old(notebook: Path, day: str, is_old: bool) -> None:
    found = Findings(as_of=day, as_of_reason="its text says so")
    assert dry_run_outcome(found, "x.ipynb", None, ref_of(notebook)).text == (
        "Old: its text says so. If newer packages break it, resolve as of that day: "
        "nbenv adopt --as-of 2019-05-17 x.ipynb"
        if is_old
        else ""
    )

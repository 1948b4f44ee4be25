"""Unit tests of ``nbenv.operations.adoption.outcomes``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.removals.table import removal_of
from nbenv.adopt.removals.uses import Use
from nbenv.core.spec import Spec
from nbenv.engine.environment_sync import SyncResult
from nbenv.environments.environment import Environment
from nbenv.operations.adoption.goal import Adopted
from nbenv.operations.adoption.outcomes import Days, adopted_outcome, dry_run_outcome
from tests.support.environments import ref_of


def findings() -> Findings:
    found = Findings(python="3.9", python_source="runtime.txt")
    found.add("a>=1", Source(1, "install lines"))
    return found


def test_a_dry_run(notebook: Path) -> None:
    outcome = dry_run_outcome(findings(), "x.ipynb", Days(), ref_of(notebook))
    assert outcome.summary.startswith("Would adopt 1 ")
    assert outcome.summary.endswith(" on Python 3.9 (runtime.txt); nothing was changed.")
    assert isinstance(outcome.data, dict)
    assert (outcome.data["dry_run"], outcome.data["python"]) == (True, "3.9")


def test_an_adopted_notebook() -> None:
    adopted = Adopted(Spec("3.11", ("a>=1",)), SyncResult(Environment("environment")))
    outcome = adopted_outcome(findings(), "x.ipynb", adopted, Days("2020-01-01"))
    assert outcome.summary == "Adopted: Python 3.11 with a."
    assert outcome.text.endswith("Resolved as of 2020-01-01.")
    assert isinstance(outcome.data, dict)
    assert (outcome.data["dry_run"], outcome.data["python"]) == (False, "3.11")
    assert outcome.environment == "environment"


def test_an_empty_environment() -> None:
    adopted = Adopted(Spec("3.11"), SyncResult(Environment("environment")))
    assert adopted_outcome(Findings(), "x.ipynb", adopted, Days()).summary == (
        "Adopted: Python 3.11 with no packages."
    )


@pytest.mark.parametrize(("day", "is_old"), [("2019-05-17", True), (str(date.today()), False)])
def test_only_an_old_notebook_is_called_old(notebook: Path, day: str, is_old: bool) -> None:
    found = Findings(as_of=day, as_of_reason="its text says so")
    assert dry_run_outcome(found, "x.ipynb", Days(), ref_of(notebook)).text == (
        "Old: its text says so. If newer packages break it, resolve as of that day: "
        "nbenv adopt --as-of 2019-05-17 x.ipynb"
        if is_old
        else ""
    )


def test_what_dates_everything_is_said_with_the_day(notebook: Path) -> None:
    found = Findings(as_of="2019-05-17", as_of_reason="its text says so")
    found.add("a==1", Source(1, "install lines"))
    days = Days(of_versions="2019-08-01")
    outcome = dry_run_outcome(found, "x.ipynb", days, ref_of(notebook))
    assert (
        "a==1: as old as this is, everything else is resolved as of 2019-08-01, too."
        in outcome.text
    )
    assert isinstance(outcome.data, dict)
    assert outcome.data["resolved_as_of"] == "2019-08-01"


def test_what_newer_versions_lack_gets_an_offer(notebook: Path) -> None:
    found = Findings()
    old, ancient = removal_of("sklearn.datasets.load_boston"), removal_of("sklearn.lda")
    assert old is not None
    assert ancient is not None
    found.removed = [Use(old, "cell 2")]
    text = dry_run_outcome(found, "x.ipynb", Days(), ref_of(notebook)).text
    assert text.splitlines() == [
        "cell 2: scikit-learn 1.2 (2022-12-08) removed sklearn.datasets.load_boston.",
        "To get versions that still have it: nbenv adopt --as-of 2022-12-07 x.ipynb",
    ]
    found.removed = [Use(ancient, "cell 2")]
    text = dry_run_outcome(found, "x.ipynb", Days(), ref_of(notebook)).text
    assert text.endswith("No Python of this machine can have scikit-learn<0.20.")

"""Unit tests of ``nbenv.operations.adoption.dates``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from nbenv.adopt.findings import Findings
from nbenv.adopt.removals.table import removal_of
from nbenv.adopt.removals.uses import Use
from nbenv.environments.interpreters import default_python
from nbenv.errors import ResolutionError, UsageError
from nbenv.operations.adoption.dates import (
    chosen_day,
    day_of_versions,
    older_than_pythons,
    suggested_day,
)
from nbenv.progress import drain
from tests.support.index import LocalIndex

GUESSED = Findings(as_of="2020-01-01")
RECORDED = Findings(as_of="2020-01-01", as_of_recorded=True)


@pytest.mark.parametrize(
    ("asked", "findings", "day"),
    [
        (None, GUESSED, None),
        (None, RECORDED, "2020-01-01"),
        ("auto", GUESSED, "2020-01-01"),
        ("auto", Findings(), None),
        ("2021-06-01", RECORDED, "2021-06-01"),
    ],
)
def test_the_day_to_resolve_as_of(asked: str | None, findings: Findings, day: str | None) -> None:
    assert chosen_day(asked, findings) == day


@pytest.mark.parametrize("text", ["yesterday", "2021-6-1", "2021-06-01T00:00"])
def test_what_is_not_a_date(text: str) -> None:
    with pytest.raises(UsageError):
        chosen_day(text, Findings())


def test_old_exact_versions_have_a_day(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("old", "1.0", upload_time="2020-01-01T00:00:00Z")
    index.wheel("new", "1.0", upload_time=f"{date.today()}T00:00:00Z")
    python = default_python()
    assert drain(day_of_versions(["old==1.0", "new"], python, tmp_path)) == "2020-03-31"
    assert drain(day_of_versions(["old==1.0", "new==1.0"], python, tmp_path)) is None
    assert drain(day_of_versions(["old", "new>=1"], python, tmp_path)) is None
    assert drain(day_of_versions(["old==1.0"], "3.1", tmp_path)) is None
    with pytest.raises(ResolutionError):
        drain(day_of_versions(["old==7.0"], python, tmp_path))


def test_what_was_gone_before_this_machines_pythons() -> None:
    """An older version of pure Python installs on a newer one, and what is slow to build not."""
    names = ("networkx.connected_component_subgraphs", "sklearn.lda", "plotly.plotly", "time.clock")
    removals = [each for name in names if (each := removal_of(name))]
    assert [each.requirement for each in older_than_pythons(removals)] == ["networkx<2.4"]
    day = suggested_day(Findings(removed=[Use(each, "cell 1") for each in removals]))
    assert day is not None
    assert day >= "2020-01-15"
    assert suggested_day(Findings(removed=[Use(removals[1], "cell 1")])) is None

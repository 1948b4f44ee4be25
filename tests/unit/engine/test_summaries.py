"""Phrases and tables of reports."""

from __future__ import annotations

import pytest

from nbenv.core.lock import Change
from nbenv.core.spec import Spec
from nbenv.engine.environment_sync import SyncResult
from nbenv.engine.summaries import and_more, as_table, counted, few, outcome_of
from nbenv.environments.environment import Environment


@pytest.mark.parametrize(
    ("number", "text", "more"),
    [
        (0, "0 packages", ""),
        (1, "1 package", " (and 1 more package)"),
        (2, "2 packages", " (and 2 more packages)"),
    ],
)
def test_numbers_of_packages(number: int, text: str, more: str) -> None:
    assert (counted(number), and_more(number)) == (text, more)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ([], ""),
        (["a"], "a"),
        (list("abcd"), "a, b, c, d"),
        (list("abcdef"), "a, b, c, d and 2 more"),
    ],
)
def test_the_first_of_many(texts: list[str], found: str) -> None:
    assert few(texts) == found


def test_a_table_is_as_wide_as_it_must_be() -> None:
    table = as_table([("a", "1.0", ""), ("longer", "2", "x")], ("Name", "Version", "More"))
    assert str(table).splitlines() == [
        "Name    Version  More",
        "a       1.0",
        "longer  2        x",
    ]


def test_an_outcome_has_what_a_running_kernel_needs() -> None:
    changes = (Change("a", None, "1.0"), Change("b", "1.0", None))
    synced = SyncResult(Environment("work-1"), changes, {"a": ["aa"]}, ("a.pth",), replaced=True)
    outcome = outcome_of(Spec("3.11", ("a",)), synced, "Done.", shown=True)
    assert outcome.text.splitlines() == [str(each) for each in changes]
    assert outcome.data == {
        "python": "3.11",
        "requirements": ["a"],
        "changes": [
            {"name": "a", "old": None, "new": "1.0"},
            {"name": "b", "old": "1.0", "new": None},
        ],
    }
    assert (outcome.environment, outcome.replaced) == ("work-1", True)
    assert (outcome.imports, outcome.path_files) == ({"a": ["aa"]}, ("a.pth",))
    assert outcome_of(Spec("3.11"), synced, "Done.").text == ""

"""The differences between two records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbenv.core.lock import Change, Lock, LockedDistribution
from nbenv.core.lock_diff import LockDiff, diff_specs, option_texts, verb_of
from nbenv.core.spec import Index, Spec


def locked(name: str, version: str, letter: str = "a") -> LockedDistribution:
    return LockedDistribution(name, version, hashes=("sha256:" + letter * 64,))


OLD = Spec("3.11", ("a>=1",), Lock((locked("a", "1"), locked("b", "1"))))


def test_equal_records_do_not_differ() -> None:
    assert not diff_specs(OLD, replace(OLD))
    assert diff_specs(OLD, OLD).to_dict()["same"] is True


def test_everything_that_differs() -> None:
    new = Spec(
        "3.12",
        ("a>=1", "c"),
        Lock((locked("a", "2"), locked("b", "1", "b"), locked("c", "1"))),
        (Index("x", "https://h.invalid"),),
    )
    assert diff_specs(OLD, new) == LockDiff(
        ("3.11", "3.12"),
        (Change("c", None, "c"),),
        (Change("a", "1", "2"), Change("c", None, "1")),
        ("b",),
        (Change("x", None, "https://h.invalid"),),
    )


def test_requirements_of_one_name_are_compared_together() -> None:
    two = ("a==1; os_name == 'nt'", "a==2; os_name != 'nt'")
    [change] = diff_specs(OLD, replace(OLD, requirements=two)).requirements
    assert change == Change("a", "a>=1", ", ".join(two))


def test_for_programs() -> None:
    new = replace(OLD, lock=Lock((locked("a", "2"), locked("b", "1"))))
    assert diff_specs(OLD, new).to_dict() == {
        "same": False,
        "python": None,
        "requirements": [],
        "distributions": [{"name": "a", "old": "1", "new": "2", "is": "upgraded"}],
        "files": [],
        "indexes": [],
        "options": [],
    }


@pytest.mark.parametrize(
    ("old", "new", "verb"),
    [
        (None, "1", "added"),
        ("1", None, "removed"),
        ("9", "10", "upgraded"),
        ("1", "1rc1", "downgraded"),
        ("1", "https://h.invalid/a.zip", "changed"),
    ],
)
def test_a_change_in_one_word(old: str | None, new: str | None, verb: str) -> None:
    assert verb_of(Change("a", old, new)) == verb


def test_options_are_told_in_words() -> None:
    old = Spec("3.11", constraints=("a<1", "b<2"), exclude_newer="2024-01-01")
    new = replace(old, constraints=("a<1",), no_deps=("c",))
    assert option_texts(old) == {"constraints": "a<1, b<2", "nothing newer than": "2024-01-01"}
    assert [str(each) for each in diff_specs(old, new).options] == [
        "~ constraints a<1, b<2 → a<1",
        "+ without dependencies c",
    ]

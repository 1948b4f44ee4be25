"""The goal of adopting: the indexes of a notebook beside those of its record."""

from __future__ import annotations

from nbenv.core.spec import Index
from nbenv.operations.adoption.goal import with_indexes


def test_each_index_keeps_a_name_of_its_own() -> None:
    known = (Index("own", "https://a.example"),)
    found = (Index("x", "https://a.example"), Index("own", "https://b.example"))
    added = Index("own-2", "https://b.example")
    assert with_indexes(known, found) == (*known, added)

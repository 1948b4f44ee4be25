"""Specifiers that exclude each other."""

from __future__ import annotations

import pytest

from nbenv.installer.failures.disjoint import are_disjoint


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        (">=1.26", "<1.20", True), ("<1.20", "<1.20", False), (">=1", ">=2", False),
        ("==1.0", "==2.0", True), ("==1.0", ">=1", False), (">=1,<2", ">=2", True),
        (">=1,<2", ">=1.5,<3", False), (">1,<2", ">1.2,<2", False), ("~=1.4", "==1.5.*", False),
        ("==1.*", "!=1.0", False), ("", "<1", False), ("odd", "<1", False), ("<=1", ">=1", False),
        ("===odd", ">=1", True),
    ],
)  # fmt: skip
def test_pairs(one: str, other: str, answer: bool) -> None:
    assert are_disjoint(one, other) is answer
    assert are_disjoint(other, one) is answer

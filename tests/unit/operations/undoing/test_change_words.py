"""The words for what changes did."""

from __future__ import annotations

import pytest

from nbenv.core.lock import Change, Lock
from nbenv.core.spec import Spec
from nbenv.operations.undoing.change_words import words_of


@pytest.mark.parametrize(
    ("before", "after", "changes", "words"),
    [
        ((), ("b",), "+b +c +d", "Added b + 2"),
        ((), tuple("abcde"), "", "Added a, b, c + 2"),
        (("a", "b"), ("b", "c"), "-a +c", "Added c, removed a"),
        (("a==1",), ("a",), "~a", "Changed a 1 → 2"),
        (("a==1",), ("a",), "", "Recorded a"),
        (("a",), ("a",), "~a ~b ~c ~d", "Changed a, b, c + 1"),
        (("a",), ("a",), "-b", "Removed b 1"),
        (("a",), ("a",), "", "Changed the settings"),
        (None, (), "", "Created the environment"),
    ],
)
def test_words(
    before: tuple[str, ...] | None, after: tuple[str, ...], changes: str, words: str
) -> None:
    old = None if before is None else Spec("3.11", requirements=before, lock=Lock())
    new = Spec("3.11", requirements=after, lock=Lock())
    made = {"+": (None, "1"), "-": ("1", None), "~": ("1", "2")}
    rows = [Change(each[1], *made[each[0]]) for each in changes.split()]
    assert words_of(old, new, rows) == words


def test_another_python_is_told() -> None:
    assert words_of(Spec("3.11"), Spec("3.12"), []) == "Moved from Python 3.11 to 3.12"

"""Unit tests of ``nbenv.operations.adoption.attempt``."""

from __future__ import annotations

from dataclasses import replace

from nbenv.operations.adoption.attempt import MOST_LATER, Attempt


def test_a_later_day_comes_once_and_then_none() -> None:
    first = Attempt("3.9", ("a", "b"), as_of="2020-01-01")
    once = first.with_later("a")
    assert once is not None
    assert (once.options().dated, once.options().exempt) == (("a=2021-12-31",), ())
    twice = once.with_later("a")
    assert twice is not None
    assert (twice.options().dated, twice.options().exempt) == ((), ("a",))
    assert twice.with_later("a") is None


def test_what_goes_with_another_gets_its_day() -> None:
    once = Attempt("3.9", ("keras",), as_of="2020-01-01", later=("tensorflow",))
    assert "keras=2021-12-31" in once.options().dated
    again = replace(once, later=("tensorflow", "keras", "keras"))
    assert again.options().dated[0] == "tensorflow=2021-12-31"
    assert again.options().exempt == ("keras",)


def test_what_gets_no_day_of_its_own() -> None:
    dated = Attempt("3.9", (), as_of="2020-01-01")
    assert Attempt("3.9", ()).with_later("a") is None
    assert dated.with_later("numpy") is None  # slow to build
    many = Attempt("3.9", (), as_of="2020-01-01", later=tuple(map(str, range(MOST_LATER))))
    assert many.with_later("a") is None


def test_what_is_told() -> None:
    attempt = Attempt("3.9", (), "not all of it existed", "what Python 3.9 had")
    assert attempt.progress == "Not all of it existed; trying what Python 3.9 had…"
    assert attempt.note == "not all of it existed; installed what Python 3.9 had"

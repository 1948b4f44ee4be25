"""The values that options take."""

from __future__ import annotations

import pytest

from nbenv.cli import options
from nbenv.cli.declarations import Option, Place


def test_a_number_starts_at_one() -> None:
    assert options.number_from_one("1") == 1
    assert options.number_from_one("12") == 12
    for text, problem in (("0", "at least 1"), ("-3", "at least 1"), ("two", "whole number"),
                          ("1.5", "whole number"), ("", "whole number")):  # fmt: skip
        with pytest.raises(ValueError, match=problem):
            options.number_from_one(text)


def test_an_option_for_pages_stays_one_for_cells_and_terminals() -> None:
    option = Option(("--force",))
    assert Place.PAGE not in option.where
    assert options.on_page(option).where == Place.TERMINAL | Place.CELL | Place.PAGE


def test_choices_are_those_of_the_operations() -> None:
    assert {"requirements", "pylock", "compose"} <= set(options.formats())
    assert "linux-x86_64" in options.platforms()
    assert options.FALLBACK.choices is not None
    assert all(f"({level})" in options.FALLBACK.help for level in options.FALLBACK.choices())

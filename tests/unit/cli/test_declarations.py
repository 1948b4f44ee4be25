"""Usage lines, checks of words and the rights of a page, as declarations give them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbenv.cli.declarations import Command, Group, Notebooks, Option, Place, Words, by_name
from nbenv.errors import UsageError
from nbenv.progress import Outcome

BASE = Command("try", Group.LOOK, "try it", lambda _: Outcome())


def test_an_option_is_known_by_its_long_flag() -> None:
    assert Option(("-U", "--upgrade")).name == "--upgrade"
    assert Option(("-x",)).name == "-x"
    assert Option(("--any-index",)).dest == "any_index"
    assert Option(("-r", "--requirement"), field="files").dest == "files"


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        (Words(), ""),
        (Words("NAME", "", 1, 1), "NAME"),
        (Words("NAME", "", 0, 1), "[NAME]"),
        (Words("NAME", "", 0, None), "[NAME ...]"),
        (Words("NAME", "", 1, None), "NAME ..."),
    ],
)
def test_words_show_how_many_they_are(words: Words, usage: str) -> None:
    assert words.usage == usage


@pytest.mark.parametrize(
    ("notebooks", "usage"),
    [
        (Notebooks.NONE, "nbenv try X [OPTIONS]"),
        (Notebooks.ONE, "nbenv try NOTEBOOK X [OPTIONS]"),
        (Notebooks.FIRST, "nbenv try NOTEBOOK X [OPTIONS]"),
        (Notebooks.MANY, "nbenv try NOTEBOOK ... X [OPTIONS]"),
    ],
)
def test_the_usage_line_names_the_notebook(notebooks: Notebooks, usage: str) -> None:
    assert replace(BASE, words=Words("X", "", 1, 1), notebooks=notebooks).usage == usage


def test_too_few_and_too_many_words_are_refused() -> None:
    one = Words("NAME", "", 1, 1, problem="Name one.", hint="For example: try x")
    one.check("try", ["x"])
    for wrong in ([], ["x", "y"]):
        with pytest.raises(UsageError) as error:
            one.check("try", wrong)
        assert (error.value.what, error.value.todo) == ("Name one.", "For example: try x")
    with pytest.raises(UsageError, match="try does not take x y"):
        Words().check("try", ["x", "y"])
    Words(most=None).check("try", ["x"] * 100)


def test_a_page_gives_only_what_is_declared_for_it() -> None:
    options = (
        Option(("-d", "--dry-run"), where=Place.ANYWHERE),
        Option(("--python",), metavar="X.Y", where=Place.ANYWHERE),
        Option(("--force",)),
        Option(("--output",), metavar="FILE"),
        Option(("--level",), metavar="L", where=Place.ANYWHERE, choices=lambda: ("low", "high")),
        Option(("--file",), metavar="FILE", where=Place.ANYWHERE),
    )
    command = replace(BASE, options=options)
    assert command.page_flags == {"dry-run", "level=low", "level=high"}
    assert command.page_option == "--python"
    assert (BASE.page_flags, BASE.page_option) == (frozenset(), "")


def test_a_table_is_keyed_by_name() -> None:
    assert by_name([BASE]) == {"try": BASE}

"""Slips in requirements, each with what its author probably meant."""

from __future__ import annotations

import pytest

from nbenv.core.requirements import parse
from nbenv.core.typed.requirement_slips import joined_words, meant_requirements
from nbenv.errors import RequirementError

SLIPS = {
    "pandas=1.5": "pandas==1.5",
    "pandas=>1.5": "pandas>=1.5",
    "pandas=<2": "pandas<=2",
    "pandas = 1.5": "pandas ==1.5",
    "pandas 1.5": "pandas==1.5",
    "pandas^1.5": "pandas~=1.5",
    "pandas~1.5": "pandas~=1.5",
    "pandas@1.5": "pandas==1.5",
    "pandas:1.5": "pandas==1.5",
    "pandas==1.5.x": "pandas==1.5.*",
    "pandas==": "pandas",
    "pandas==latest": "pandas",
    "pandas@latest": "pandas",
    "pandas>=1 <2": "pandas>=1,<2",
    "\u201cpandas\u201d": "pandas",
    "\u2018pandas>=2\u2019": "pandas>=2",
    "'pandas'": "pandas",
    "pandas\u22652": "pandas>=2",
    "scikit\u2013learn": "scikit-learn",
    "pandas,": "pandas",
    "pandas;": "pandas",
    "scikit learn": "scikit-learn",
    "pandas, numpy": "pandas numpy",
    "pandas,numpy>=2": "pandas numpy>=2",
    "pandas numpy": "pandas numpy",
    "pandas[excel] = 2": "pandas[excel] ==2",
}


@pytest.mark.parametrize("typed", SLIPS)
def test_what_is_meant(typed: str) -> None:
    assert " ".join(meant_requirements(typed)) == SLIPS[typed]


@pytest.mark.parametrize(
    "typed", ["", "!!!", "-", "a b c = d =", "==1.0", "import pandas as pd 5!"]
)
def test_nothing_is_guessed(typed: str) -> None:
    assert meant_requirements(typed) == ()


@pytest.mark.parametrize("typed", SLIPS)
def test_the_error_shows_it(typed: str) -> None:
    with pytest.raises(RequirementError) as raised:
        parse(typed)
    assert raised.value.what.endswith("is not a requirement.")
    assert raised.value.why.startswith("Did you mean")
    assert SLIPS[typed].split()[0] in raised.value.why


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["pandas", "1.5"], ("pandas 1.5", "pandas==1.5")),
        (["numpy", "pandas", "==", "1.5"], ("pandas == 1.5", "pandas==1.5")),
        (["pandas", ">=2"], ("pandas >=2", "pandas>=2")),
        (["pandas", ">=", "2", "numpy"], ("pandas >= 2", "pandas>=2")),
        (["pandas", "=1.5"], ("pandas =1.5", "pandas==1.5")),
        (["pandas", "numpy"], None),
        (["pandas==1.5"], None),
        (["1.5"], None),
        ([], None),
    ],
)
def test_words_that_belong_together(words: list[str], answer: tuple[str, str] | None) -> None:
    assert joined_words(words) == answer

"""Indexes that serve what an install names; tests/integration/cli has those that are asked."""

from __future__ import annotations

from nbenv.core.spec import Index, Spec
from nbenv.engine.asked_options import AskedOptions
from nbenv.operations.installing.served_names import served_names
from nbenv.progress import drain

URL = "https://x.invalid/simple"


def served(asked: AskedOptions, *found: str, spec: Spec | None = None, **more: bool) -> object:
    return drain(served_names(asked, found, spec or Spec("3.11"), **more))


def test_all_that_is_named_comes_from_the_index_that_replaces_the_default_one() -> None:
    asked = AskedOptions(index_url=URL)
    found = ("mine>=1", "other", "ipykernel", "here @ file:///here")
    assert served(asked, *found) == {URL: ["mine", "other"]}


def test_without_an_index_nothing_moves() -> None:
    assert served(AskedOptions(), "mine") == {"": []}


def test_any_index_takes_a_listing_back() -> None:
    spec = Spec("3.11", indexes=(Index("x", URL, packages=("mine",)),))
    assert served(AskedOptions(), "mine", spec=spec, any_index=True) == {"": ["mine"]}


def test_what_an_index_lists_already_is_asked_there_without_a_look() -> None:
    spec = Spec("3.11", indexes=(Index("x", URL, packages=("mine",)),))
    assert served(AskedOptions(indexes=(f"x={URL}",)), "mine", spec=spec) == {URL: ["mine"]}

"""One Wine for all tests of this folder, and a notebook in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.skipping import skip_below
from tests.wine.kit import CannotBeHad, Wine, reason_for_none, start_wine

NOTEBOOK = r"C:\work\a.ipynb"
SET_UP = 1200
"""Seconds for a test: the first one that runs waits for the set-up of all."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip these tests, with a word, where Wine is not wanted or cannot be set up."""
    skip_below(Path(__file__).parent, items, reason_for_none())
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(SET_UP))


@pytest.fixture(scope="session")
def wine(settings: None) -> Iterator[Wine]:
    """Yield the Windows Python, set up if need be; skip where what it is made of cannot be had."""
    try:
        started = start_wine()
    except CannotBeHad as error:
        pytest.skip(str(error))
    yield started
    started.stop()


@pytest.fixture(scope="session")
def notebook_there(wine: Wine) -> str:
    """Return the path, in Windows, of a notebook with an environment that has six."""
    wine.script("mknb.py", NOTEBOOK)
    done = wine.nbenv("install", NOTEBOOK, "six==1.16.0")
    assert done.status == 0, done.out[-2000:]
    return NOTEBOOK

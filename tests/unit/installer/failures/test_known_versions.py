"""The versions of a package that an index has."""

from __future__ import annotations

import pytest

from nbenv.installer.failures.known_versions import newest_versions
from tests.support.index import LocalIndex


@pytest.fixture
def alpha(index: LocalIndex) -> LocalIndex:
    for version in ("0.1", "1.0", "1.1", "2.0", "3.0rc1"):
        index.wheel("alpha", version, requires=["nowhere"])
    index.wheel("alpha", "2.2", requires_python=">=3.13")
    index.wheel("alpha", "2.5", requires_python=">=3.99")
    return index


def test_the_newest_come_first(alpha: LocalIndex) -> None:
    assert newest_versions("alpha", "3.11", offline=False) == ["2.0", "1.1", "1.0"]
    assert alpha.downloads == []


def test_they_are_for_the_notebooks_python(alpha: LocalIndex) -> None:
    """Whichever Python nbenv runs on."""
    found = [newest_versions("alpha", f"3.{n}", most=1, offline=False) for n in (8, 12, 13, 14)]
    assert found == [["2.0"], ["2.0"], ["2.2"], ["2.2"]]


def test_pre_releases_count_only_if_asked(alpha: LocalIndex) -> None:
    assert newest_versions("alpha", "3.11", most=1, offline=False, pre=True) == ["3.0rc1"]


def test_the_cache_answers_without_the_index(alpha: LocalIndex) -> None:
    newest_versions("alpha", "3.11", most=1, offline=False)
    alpha.requests.clear()
    assert newest_versions("alpha", "3.11", most=2) == ["2.0", "1.1"]
    assert alpha.requests == []


def test_an_unknown_package_has_none(index: LocalIndex) -> None:
    assert newest_versions("beta", "3.11", offline=False) == []

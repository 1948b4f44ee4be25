"""Places on this machine that packages come from, and what is missing of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.errors import RequirementError
from nbenv.installer.local_places import check_places, missing_places, project_folders


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    (tmp_path / "there").mkdir()
    texts = ("gone @ ./gone", "there @ ./there", "far @ https://h.invalid/far.zip", "plain")
    return Spec("3.11", requirements=texts)


def test_what_is_missing(spec: Spec, tmp_path: Path) -> None:
    locked = [LockedDistribution("beside", None, "../beside"), LockedDistribution("plain", "1")]
    assert missing_places(spec, tmp_path) == {"gone": "./gone"}
    assert missing_places(spec, tmp_path, locked) == {"beside": "../beside", "gone": "./gone"}


def test_all_of_it_is_named(spec: Spec, tmp_path: Path) -> None:
    check_places({})
    with pytest.raises(RequirementError) as caught:
        check_places({"a": "./a", "b": "/x/b"})
    assert caught.value.what == "There is no ./a (for a) and no /x/b (for b)."
    assert "nbenv uninstall NOTEBOOK a b " in caught.value.todo


def test_folders_among_urls(spec: Spec, tmp_path: Path) -> None:
    urls = ["./there#subdirectory=x", "./gone", None, "https://h.invalid/far.zip"]
    assert project_folders(urls, tmp_path) == [tmp_path / "there"]

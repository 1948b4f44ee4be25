"""The versions of a package that a person can choose from."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nbenv.core.spec import Index, Spec
from nbenv.installer.lookup.other_versions import other_versions
from tests.support.index import LocalIndex


def test_one_of_each_series_the_newest_first(index: LocalIndex) -> None:
    for version in ("1.0", "1.9", "2.0.0", "2.0.7", "2.2", "3.0.1", "3.0rc1", "4.0b1"):
        index.wheel("known", version, requires=["absent"])
    index.wheel("known", "3.1", requires_python=">3.90")
    found = other_versions("known", sys.executable, Spec("3.11"))
    assert found == ["3.0.1", "2.2", "2.0.7", "2.0.0", "1.9", "1.0"]
    index.wheel("known", "2.3.4")
    index.wheel("known", "2.5")
    assert other_versions("known", sys.executable, Spec("3.11"))[:3] == ["3.0.1", "2.5", "2.3.4"]


def test_series_of_the_newest_major_version(index: LocalIndex) -> None:
    for version in ("1!2025.4", "1!2026.1.9", "1!2026.2.1", "1!2026.2.3", "1!2026.11.1"):
        index.wheel("dated", version)
    found = other_versions("dated", sys.executable, Spec("3.11"))
    assert found == ["1!2026.11.1", "1!2026.2.3", "1!2026.2.1", "1!2026.1.9", "1!2025.4"]


def test_no_later_than_the_record_says(index: LocalIndex) -> None:
    index.wheel("known", "1.0", upload_time="2020-05-01T00:00:00.000000Z")
    index.wheel("known", "2.0", upload_time="2022-05-01T00:00:00.000000Z")
    spec = Spec("3.11", exclude_newer="2021-01-01T00:00:00Z")
    assert other_versions("known", sys.executable, spec) == ["1.0"]


def test_only_the_index_that_a_package_is_recorded_for(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("known", "9.0")
    with LocalIndex(tmp_path / "other") as other:
        other.wheel("known", "1.0")
        indexes = (Index("other", other.url, packages=("known",)),)
        assert other_versions("known", sys.executable, Spec("3.11", indexes=indexes)) == ["1.0"]


def test_nothing_is_asked_offline(index: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    index.wheel("known", "1.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert other_versions("known", sys.executable, Spec("3.11")) == []
    assert index.requests == []


def test_an_unknown_name(index: LocalIndex) -> None:
    assert other_versions("absent", sys.executable, Spec("3.11")) == []

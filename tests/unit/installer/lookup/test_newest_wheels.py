"""The newest wheels of names that may be nobody's."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from nbenv.installer.lookup.newest_wheels import Release, newest_wheels, unpacked
from tests.support.index import LocalIndex


def test_releases_and_their_files(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("known", "1.0", upload_time="2020-05-01T00:00:00.000000Z", requires=["absent"])
    index.wheel("known", "2.0", upload_time="2022-05-01T00:00:00.000000Z")
    index.wheel("known", "3.0", upload_time="2024-05-01T00:00:00.000000Z", requires_python=">3.90")
    index.sdist("source", "1.0", fails="must not be built")
    names = ["known", "source", "absent"]
    found = newest_wheels(names, "3.11", tmp_path / "now")
    assert found == {"known": Release("known", "2.0", "1.0", "2020-05-01")}
    places = unpacked(found.values(), "3.11", tmp_path)
    assert (places["known"] / "known.py").is_file()
    before = newest_wheels(["known"], "3.11", tmp_path / "then", "2021-01-01")
    assert before == {"known": Release("known", "1.0", "1.0", "2020-05-01")}


def test_nothing_is_asked_offline(
    index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("known", "1.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert newest_wheels(["known"], "3.11", tmp_path) == {}
    assert index.requests == []


def test_a_slow_index_is_not_waited_for(
    index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nbenv.installer.lookup.newest_wheels._PATIENCE", 1.0)
    index.wheel("known", "1.0")
    index.stall = 20
    begun = time.monotonic()
    assert newest_wheels(["known"], "3.11", tmp_path) == {}
    assert time.monotonic() - begun < 10

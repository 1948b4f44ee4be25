"""Wheels downloaded for this machine or for another platform."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.errors import IndexAccessError, InstallerError
from nbenv.installer import download
from nbenv.installer.download import (
    PLATFORMS,
    _failure,
    _platform_tags,
    download_wheels,
    only_wheels_in,
)
from nbenv.progress import Progress, drain
from tests.support.index import LocalIndex

PYTHON = f"3.{sys.version_info[1]}"


def test_a_wheel_for_another_platform(index: LocalIndex, tmp_path: Path) -> None:
    there = index.wheel("leaf", "1.0", tag="py3-none-win_amd64")
    index.wheel("leaf", "1.0", tag="py3-none-macosx_11_0_arm64")
    locked = LockedDistribution("leaf", "1.0", hashes=(f"sha256:{index.sha256(there.name)}",))
    folder = tmp_path / "wheels"
    folder.mkdir()
    seen: list[Progress] = []
    steps = download_wheels([locked], folder, python=PYTHON, platform="windows-x86_64")
    drain(steps, seen.append)
    assert os.listdir(folder) == [there.name]
    assert "windows-x86_64" in seen[0].message


def test_a_wheel_that_is_not_offered(index: LocalIndex, tmp_path: Path) -> None:
    wheel = index.wheel("leaf", "1.0", tag="py3-none-win_amd64")
    locked = LockedDistribution("leaf", "1.0", hashes=(f"sha256:{index.sha256(wheel.name)}",))
    with pytest.raises(IndexAccessError, match="macos-arm64 could not be downloaded") as caught:
        drain(download_wheels([locked], tmp_path, python=PYTHON, platform="macos-arm64"))
    assert "leaf" in caught.value.why
    assert not (tmp_path / "wheels.txt").exists()


def test_every_platform_has_tags() -> None:
    for platform in PLATFORMS:
        machine = PLATFORMS[platform][2].lower()
        assert all(tag.endswith(machine) for tag in _platform_tags(platform))
    assert _platform_tags("linux-x86_64")[0] == "manylinux_2_39_x86_64"
    assert _platform_tags(None)


def test_without_pip() -> None:
    assert "pip" in _failure("/usr/bin/python: No module named pip", None).what


def test_a_failure_shows_no_password() -> None:
    printed = "WARNING: x\nERROR: no page at https://user:sesame@h.invalid/simple"
    error = _failure(printed, None)
    assert error.why == "  ERROR: no page at https://h.invalid/simple"


def test_uv_finds_wheels_in_one_folder_only_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_FIND_LINKS", "mine")
    monkeypatch.delenv("UV_OFFLINE", raising=False)
    with pytest.raises(KeyError), only_wheels_in(str(tmp_path), {}):
        assert os.environ["UV_FIND_LINKS"] == str(tmp_path)
        assert os.environ["UV_NO_INDEX"] == os.environ["UV_OFFLINE"] == "1"
        raise KeyError
    assert os.environ["UV_FIND_LINKS"] == "mine"
    assert "UV_OFFLINE" not in os.environ


def test_a_pip_that_does_nothing_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that takes pip's place would end well, and leave an empty pack."""
    monkeypatch.setattr(
        download, "module_command", lambda python, _, *words: [python, "-c", "pass", *words]
    )
    locked = LockedDistribution("leaf", "1.0", hashes=(f"sha256:{'0' * 64}",))
    with pytest.raises(InstallerError, match=r"leaf==1\.0"):
        drain(download_wheels([locked], tmp_path, python=PYTHON, platform=None))


def test_an_index_that_is_down_is_named(index: LocalIndex, tmp_path: Path) -> None:
    index.close()
    locked = LockedDistribution("leaf", "1.0", hashes=(f"sha256:{'0' * 64}",))
    with pytest.raises(IndexAccessError, match="accepts no connection"):
        drain(download_wheels([locked], tmp_path, python=PYTHON, platform=None))


def test_an_index_that_asks_who_one_is_is_named(
    index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = index.wheel("leaf", "1.0")
    digests = (f"sha256:{index.sha256(wheel.name)}",)
    locked = LockedDistribution("leaf", "1.0", hashes=digests)
    index.auth = ("me", "secret")
    (tmp_path / "wheels").mkdir()
    steps = download_wheels([locked], tmp_path / "wheels", python=PYTHON, platform=None)
    with pytest.raises(InstallerError, match="requires credentials"):
        drain(steps)
    monkeypatch.delenv("PIP_INDEX_URL")
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"own={index.url}")  # what pip does not know
    monkeypatch.setenv("UV_INDEX_OWN_USERNAME", "me")
    monkeypatch.setenv("UV_INDEX_OWN_PASSWORD", "secret")
    drain(download_wheels([locked], tmp_path / "wheels", python=PYTHON, platform=None))
    assert os.listdir(tmp_path / "wheels") == [wheel.name]

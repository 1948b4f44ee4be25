"""Builds of PyTorch in this machine's own folders."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nbenv.installer.accelerators.own_builds import own_builds

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.mark.parametrize("variable", ["PIP_FIND_LINKS", "UV_FIND_LINKS"])
@pytest.mark.parametrize("is_url", [True, False])
def test_the_newest_fitting_builds_come_first(
    variable: str, is_url: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    for name in (
        "torch-2.8.0+cpu-py3-none-any.whl",
        "torch-2.10.0+cpu-py3-none-any.whl",
        "torch-2.11.0+cu126-py3-none-any.whl",
        "torch-2.12.0+cpu-cp27-cp27m-win32.whl",
        "torch-2.13.0-py3-none-any.whl",
        "torch-not a wheel.whl",
    ):
        (folder / name).touch()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv(variable, folder.as_uri() if is_url else str(folder).replace(" ", "%20"))
    if not is_url:
        folder.rename(tmp_path / "a%20folder")
    assert own_builds("cpu", HERE) == ["2.10.0+cpu", "2.8.0+cpu"]
    assert own_builds("cu126", HERE) == ["2.11.0+cu126"]
    assert own_builds("xpu", HERE) == []


def test_a_machine_without_folders_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert own_builds("cpu", HERE) == []
    monkeypatch.setenv("PIP_FIND_LINKS", "https://h.invalid/wheels /nowhere/at/all")
    assert own_builds("cpu", HERE) == []

"""Exports of a notebook whose own default index has no kernel, installed by pip."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import nbenv_here
from tests.support.index import LocalIndex


@pytest.mark.parametrize("cache", ["kept", "gone"])
def test_pip_finds_the_kernel_and_the_private_package(
    cache: str, notebook: Path, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LocalIndex(tmp_path / "private") as private:
        private.wheel("acme", "1.0")
        words = ("acme", "--default-index", f"corp={private.url}")
        assert nbenv_here("install", notebook, *words).status == 0
        if cache == "gone":
            monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "other-cache"))
        place = tmp_path / "requirements.txt"
        nbenv_here("export", notebook, "--format", "requirements-locked", "-o", place)
        pip = [sys.executable, "-m", "pip", "install", "--require-hashes", "--no-deps", "--target"]
        installed = tmp_path / "installed"
        subprocess.run([*pip, installed, "-r", place], check=True)
    names = {each.name.partition("-")[0] for each in installed.glob("*.dist-info")}
    assert names == {"acme", "ipykernel"}

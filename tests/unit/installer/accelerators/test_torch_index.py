"""Asking uv for PyTorch's indexes, and for the builds that fit a driver."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.spec import Index
from nbenv.errors import UsageError
from nbenv.installer.accelerators import torch_index as module
from nbenv.installer.accelerators.torch_index import (
    fits_here,
    fitting_backends,
    mirror,
    torch_index,
)


@pytest.fixture(autouse=True)
def no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CUDA_DRIVER_VERSION", "")
    monkeypatch.delenv("UV_AMD_GPU_ARCHITECTURE", raising=False)


def test_the_index_of_a_build_is_uvs(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = torch_index("cu126")
    assert index.name == "pytorch-cu126"
    assert index.url.startswith("https://")
    assert index.url.endswith("/cu126")
    monkeypatch.setattr(module, "_asked", lambda _: pytest.fail("uv was asked twice"))
    assert torch_index("cu126") == index
    assert list((home / "cache" / "torch").iterdir())


@pytest.mark.parametrize("backend", ["cu999", "auto", "none", "../cpu", ""])
def test_what_uv_does_not_know_is_refused(backend: str) -> None:
    with pytest.raises(UsageError, match="uv knows no index for it"):
        torch_index(backend)


def test_a_mirror_has_a_folder_for_each_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBENV_TORCH_MIRROR", "https://mirror.invalid/whl/")
    assert mirror() == "https://mirror.invalid/whl"
    assert torch_index("cpu") == Index("pytorch-cpu", "https://mirror.invalid/whl/cpu")


@pytest.mark.parametrize("url", ["file:///mirror", "mirror", "-x", "https://"])
def test_a_mirror_is_an_address(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBENV_TORCH_MIRROR", url)
    with pytest.raises(UsageError, match="NBENV_TORCH_MIRROR cannot be used"):
        mirror()


def test_what_was_kept_for_uv_is_checked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = torch_index("cpu")
    [kept] = (home / "cache" / "torch").iterdir()
    kept.write_text('{"cpu": "file:///elsewhere"}', encoding="utf-8")
    assert torch_index("cpu") == right


def test_the_driver_decides_what_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CUDA_DRIVER_VERSION", "450.0")
    older = fitting_backends()
    assert (older[0], older[-1]) == ("cu102", "cpu")
    assert fits_here("cu92")
    assert not fits_here("cu126")
    assert fits_here("cpu")
    monkeypatch.setenv("UV_CUDA_DRIVER_VERSION", "580.65")
    newer = fitting_backends()
    assert newer.index("cu128") < newer.index("cu126") < newer.index("cu92") < newer.index("cpu")
    monkeypatch.delenv("UV_CUDA_DRIVER_VERSION")
    monkeypatch.setenv("UV_AMD_GPU_ARCHITECTURE", "gfx1100")
    assert {"rocm6.4", "cpu"} <= {*fitting_backends()}


def test_a_setting_says_what_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CUDA_DRIVER_VERSION", "450.0")
    monkeypatch.setenv("NBENV_TORCH_BACKEND", "cu126")
    assert fits_here("cu126")
    assert not fits_here("cu128")

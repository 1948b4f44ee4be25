"""Pins of PyTorch's packages to its index, and of nothing else."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.core.typed.torch_backends import TORCH_PACKAGES
from nbenv.installer.accelerators.torch_pins import (
    TorchPins,
    pins_for,
    with_torch_index,
    write_torch_pins,
)
from nbenv.installer.uv_config import tomllib

SPEC = Spec("3.11", ("torch",), torch_backend="cpu")
MIRROR = "https://mirror.invalid/whl"
TORCH = LockedDistribution("torch", "2.9.1+cpu")
OTHER = LockedDistribution("numpy", "2.0")


@pytest.fixture(autouse=True)
def mirrored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBENV_TORCH_MIRROR", "https://user:sesame@mirror.invalid/whl")


def test_a_record_without_a_build_has_no_pins() -> None:
    for backend in ("", "none"):
        spec = replace(SPEC, torch_backend=backend)
        assert pins_for(spec) == TorchPins()
        assert with_torch_index(spec) == ()
    assert (TorchPins().indexes, TorchPins().sources, TorchPins().limits) == ([], {}, [])


def test_pytorchs_packages_are_pinned_but_on_macos() -> None:
    pins = pins_for(SPEC)
    assert {*pins.names} == TORCH_PACKAGES
    [index] = pins.indexes
    assert index["explicit"]
    assert pins.sources["torch"] == {"index": index["name"], "marker": "sys_platform != 'darwin'"}
    assert "torch>=0" in pins.limits


def test_what_comes_from_an_address_is_not_pinned() -> None:
    spec = replace(SPEC, requirements=("torch @ https://h.invalid/torch-1-py3-none-any.whl",))
    assert "torch" not in pins_for(spec).names


@pytest.mark.skipif(sys.platform == "darwin", reason="nothing is pinned there")
def test_an_installer_gets_the_pins_of_what_it_installs(tmp_path: Path) -> None:
    assert write_torch_pins(tmp_path, SPEC, [OTHER]) == []
    assert write_torch_pins(tmp_path, replace(SPEC, torch_backend=""), [TORCH]) == []
    [path] = write_torch_pins(tmp_path, SPEC, [TORCH, OTHER])
    written = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    assert written["project"]["dependencies"] == ["torch==2.9.1+cpu"]
    assert [*written["tool"]["uv"]["sources"]] == ["torch"]


def test_other_tools_get_the_index_without_a_password() -> None:
    assert with_torch_index(SPEC) == (Index("pytorch-cpu", f"{MIRROR}/cpu"),)

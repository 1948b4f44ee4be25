"""Accelerators that a lock is for and this machine lacks."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.spec import Spec
from nbenv.engine.accelerators.lacking import check_accelerator, lacking_build
from nbenv.errors import AcceleratorError

TORCH = Lock((LockedDistribution("torch", "2.9.1+cu126"),))
SPEC = Spec("3.11", ("torch",), TORCH, torch_backend="cu126")


@pytest.fixture(autouse=True)
def old_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("UV_CUDA_DRIVER_VERSION", "450.0")


def test_a_build_that_fits_is_not_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    for backend in ("", "none", "cpu", "cu102"):
        check_accelerator(replace(SPEC, torch_backend=backend))
    check_accelerator(replace(SPEC, lock=Lock()))  # nothing of it is locked
    monkeypatch.setattr(sys, "platform", "darwin")
    check_accelerator(SPEC)


def test_one_that_does_not_is_named_with_the_way_to_have_it() -> None:
    assert lacking_build(SPEC) == "cu126"
    with pytest.raises(AcceleratorError, match="locked for cu126") as caught:
        check_accelerator(SPEC)
    assert "restore --torch-backend cu126" in caught.value.todo

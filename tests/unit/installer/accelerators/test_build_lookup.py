"""Looking up which build has a version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nbenv.environments.interpreters import default_python
from nbenv.installer.accelerators.build_lookup import best_build
from nbenv.progress import drain
from tests.support.torch_indexes import TorchIndexes, serving


@pytest.fixture
def torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TorchIndexes]:
    with serving(tmp_path / "torch", "cpu", "cu126", "cu128") as torch:
        torch["cu126"].wheel("torch", "2.3.1+cu126")
        torch["cu126"].wheel("torchvision", "0.18.1+cu126")
        for name in ("cpu", "cu128"):
            torch[name].wheel("torch", f"2.9.1+{name}")
        monkeypatch.setenv("NBENV_TORCH_MIRROR", torch.url)
        yield torch


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    ("requirements", "build"),
    [
        (["torch", "numpy==9"], "cu128"),
        (["torch<2.5"], "cu126"),
        (["torch==2.3.1", "torchvision"], "cu126"),
        (["torchvision"], "cu126"),
        (["torch==7"], ""),
    ],
)
def test_the_first_build_with_a_fitting_version_is_found(
    requirements: list[str], build: str, torch: TorchIndexes
) -> None:
    found = drain(best_build(requirements, default_python(), ("cu128", "cu126", "cpu")))
    assert found == build

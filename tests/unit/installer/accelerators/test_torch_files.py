"""The files of PyTorch's builds, on their own index."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.environments.interpreters import default_python
from nbenv.installer.accelerators.torch_files import offered_with_torch
from tests.support.index import LocalIndex
from tests.support.torch_indexes import serving


def test_the_files_of_a_build_are_on_its_index(
    tmp_path: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("leaf", "1.0")
    locked = [LockedDistribution("leaf", "1.0"), LockedDistribution("torch", "2.9.1+cpu")]
    spec = Spec(default_python(), torch_backend="cpu")
    with serving(tmp_path / "torch", "cpu") as torch:
        torch["cpu"].wheel("torch", "2.9.1+cpu")
        monkeypatch.setenv("NBENV_TORCH_MIRROR", torch.url)
        found = offered_with_torch(locked, spec)
        assert {name: len(files) for name, files in found.items()} == {"leaf": 1, "torch": 1}
        assert torch.requested == {"torch"}
    gone = offered_with_torch(locked, spec)  # nothing else depends on it
    assert {name: len(files) for name, files in gone.items()} == {"leaf": 1, "torch": 0}

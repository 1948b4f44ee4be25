"""Bytecode that is saved when a kernel ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.environments import bytecode
from nbenv.home import paths
from nbenv.kernel import save_bytecode
from tests.unit.kernel.conftest import Make


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the environments whose bytecode is kept."""
    found: list[str] = []
    monkeypatch.setattr(os, "nice", lambda _: 0)  # the tests' own process must not step back
    monkeypatch.setattr(bytecode, "keep", lambda environment: found.append(environment.identifier))
    monkeypatch.setattr("sys.argv", ["save_bytecode", "work-1"])
    return found


def test_it_is_noted(kept: list[str], notebook: Path, make_ready: Make) -> None:
    environment = make_ready(notebook)
    assert save_bytecode.main() == 0
    assert kept == ["work-1"]
    assert Path(environment, "nbenv.kept").exists()


def test_not_of_an_environment_that_is_gone_or_changing(
    kept: list[str], notebook: Path, make_ready: Make
) -> None:
    assert save_bytecode.main() == 0
    os.unlink(paths.marker_path(make_ready(notebook)))
    assert save_bytecode.main() == 0
    assert kept == []

"""An engine that only notes what it is asked for; tests/engine has a real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.containers.made import FakeEngine
from tests.unit.export.made import locked, snapshot


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """Return an engine that succeeds, and has no image yet."""
    engine = FakeEngine(tmp_path / "bin", monkeypatch)
    engine.answer(image={"status": 1})
    return engine


@pytest.fixture
def source(fake: FakeEngine, tmp_path: Path) -> str:
    """Return a notebook whose image is there."""
    fake.answer(run={"out": "printed"})
    return snapshot(tmp_path / "work", lock=(locked("a"),)).ref.notebook

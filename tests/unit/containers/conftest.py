"""An engine that only notes what it is asked for; tests/engine has a real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.containers.made import FakeEngine


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """Return an engine that succeeds, and has no image yet."""
    engine = FakeEngine(tmp_path / "bin", monkeypatch)
    engine.answer(image={"status": 1})
    return engine

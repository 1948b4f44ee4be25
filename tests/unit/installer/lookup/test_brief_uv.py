"""Several uv at once, with a limit."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from nbenv.installer.lookup.brief_uv import may_ask_index, run_briefly


def test_what_succeeds(tmp_path: Path) -> None:
    commands = {"good": (["--version"], tmp_path), "bad": (["nonsense"], tmp_path)}
    assert run_briefly(commands, time.monotonic() + 30) == {"good"}
    assert run_briefly(commands, time.monotonic() - 1) == set()


@pytest.mark.parametrize("name", ["PIP_NO_INDEX", "UV_OFFLINE"])
def test_settings_that_forbid_it(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert may_ask_index()
    monkeypatch.setenv(name, "1")
    assert not may_ask_index()

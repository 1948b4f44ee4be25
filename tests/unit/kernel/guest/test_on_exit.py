"""When a kernel that ends has its compiled modules saved."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def started(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[list[str]]]:
    """Return what starts when a kernel of this environment ends."""
    prefix = tmp_path / "work-1"
    prefix.mkdir()
    (prefix / "nbenv.json").touch()
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.delenv("NBENV_BACKGROUND", raising=False)
    found: list[list[str]] = []

    def start(words: list[str], **_: Any) -> SimpleNamespace:
        found.append(words)
        return SimpleNamespace(returncode=None)

    monkeypatch.setattr(subprocess, "Popen", start)

    def end() -> list[list[str]]:
        found.clear()
        load("on_exit").save_bytecode()
        return list(found)

    return end


def test_once_after_each_change(started: Any) -> None:
    [words] = started()
    assert words[-1] == "work-1"
    assert "nbenv.kernel.save_bytecode" in words[-2]
    kept, marker = (Path(sys.prefix, name) for name in ("nbenv.kept", "nbenv.json"))
    kept.touch()
    assert started() == []
    os.utime(marker, (kept.stat().st_mtime + 1,) * 2)
    assert len(started()) == 1


def test_nothing_where_the_user_said_so(started: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBENV_BACKGROUND", "0")
    assert started() == []


def test_nothing_for_an_environment_that_went(started: Any) -> None:
    Path(sys.prefix, "nbenv.kept").touch()
    Path(sys.prefix, "nbenv.json").unlink()
    assert started() == []

"""The folder of a worker: its user's alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def places(on_worker: Callable[[str], ModuleType]) -> Any:
    return on_worker("nbenv_places")


def test_the_folder_is_where_it_is_chosen_to_be(
    places: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert places.cache_folder() == str(tmp_path / "home" / ".cache" / "nbenv-workers")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert places.cache_folder() == str(tmp_path / "xdg" / "nbenv-workers")
    monkeypatch.setenv("NBENV_WORKER_CACHE", str(tmp_path / "chosen"))
    assert places.cache_folder() == str(tmp_path / "chosen")
    assert stat.S_IMODE(os.stat(tmp_path / "chosen").st_mode) == 0o700


def test_without_a_home_it_is_a_private_temporary_one(
    places: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: str(tmp_path))
    assert places.cache_folder() == str(tmp_path / f"nbenv-workers-{os.getuid()}")


def test_a_folder_that_others_may_write_to_is_refused(
    places: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    monkeypatch.setenv("NBENV_WORKER_CACHE", str(folder))
    with pytest.raises(places.PlaceError, match="Other users could change"):
        places.cache_folder()

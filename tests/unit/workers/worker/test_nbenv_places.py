"""The folder of a worker: its user's alone."""

from __future__ import annotations

import errno
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


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_what_cannot_be_written_is_said_with_the_way_out(
    places: Any, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = os.strerror(number)
    way_out = "Make space there, or set NBENV_WORKER_CACHE to another folder."
    error = OSError(number, why, "/scratch/file")
    assert places.named(error) == f"/scratch/file cannot be written: {why}.\n{way_out}"
    monkeypatch.setenv("NBENV_WORKER_CACHE", "/scratch")
    assert places.named(OSError(number, why)).startswith("/scratch cannot be written")
    printed = f"error: failed to write: {why} (os error {number})"
    said = places.unwritable_in(printed, "/scratch/envs")
    assert said == f"/scratch/envs cannot be written: {why}.\n{way_out}"
    assert places.unwritable_in("error: no such package", "/scratch/envs") == ""
    assert places.named(ValueError("x")) == "ValueError: x"


@pytest.mark.parametrize(("given", "seconds"), [("", 60.0), ("90", 90.0), ("x", 60.0), ("0", 5.0)])
def test_the_seconds_without_a_kernel_can_be_set(
    places: Any, given: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBENV_WORKER_ABSENCE", given)
    assert places.seconds_of_absence(60.0) == seconds

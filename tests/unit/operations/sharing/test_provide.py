"""Tests of providing an environment for all users."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from nbenv.cli.main import main
from nbenv.errors import BrokenEnvironmentError, NotebookError, UsageError
from nbenv.home import trust
from nbenv.operations.sharing.provide import provide
from nbenv.progress import Outcome, drain
from tests.support.environments import (
    install,
    on_disk,
    ref_of,
)
from tests.support.index import LocalIndex
from tests.unit.operations.sharing.conftest import Machine

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no provided ones on Windows")
root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")


def test_providing_twice(machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "admin"))
    before = on_disk(machine.folder)
    again = drain(provide(ref_of(machine.source), str(machine.folder)))
    assert again.summary.startswith("It is provided already")
    assert on_disk(machine.folder) == before


def test_all_can_read_it_and_none_can_write(
    tmp_path: Path, notebook: Path, index: LocalIndex
) -> None:
    mask = os.umask(0o002)
    try:
        install(notebook, "ipykernel")
        outcome = drain(provide(ref_of(notebook), str(tmp_path / "all")))
    finally:
        os.umask(mask)
    modes = {
        stat.S_IMODE(path.lstat().st_mode)
        for path in (tmp_path / "all", *(tmp_path / "all").rglob("*"))
        if not path.is_symlink()
    }
    assert modes <= {0o755, 0o644}
    assert all(path.stat().st_nlink == 1 for path in (tmp_path / "all").rglob("*.py"))
    assert isinstance(outcome, Outcome)


def test_what_cannot_be_provided(
    tmp_path: Path, notebook: Path, index: LocalIndex, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(tmp_path / "all")
    with pytest.raises(NotebookError, match="records no environment"):
        drain(provide(ref_of(notebook), place))
    with pytest.raises(UsageError, match="another folder than NBENV_HOME"):
        drain(provide(ref_of(notebook), str(home)))
    index.wheel("alpha", "1.0")
    install(notebook, "alpha")
    (tmp_path / "file").touch()
    with pytest.raises(BrokenEnvironmentError, match="could not be written"):
        drain(provide(ref_of(notebook), str(tmp_path / "file")))
    index.close()
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    with pytest.raises(Exception, match=r"index|reach|connect"):
        drain(provide(ref_of(notebook), place))
    assert list(Path(place, "envs").iterdir()) == []
    assert trust.distrusted(place) == ""


def test_the_command_takes_no_other_option(
    notebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["restore", str(notebook), "--into", "x", "--dry-run"]) == 2
    assert "cannot be combined" in capsys.readouterr().err

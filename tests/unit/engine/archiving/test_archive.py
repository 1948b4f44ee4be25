"""Making archives: what is refused before anything is done, and what is left behind."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from nbenv.engine.archiving.archive import ArchiveOptions, make_archive
from nbenv.errors import InstallerError, NotebookError, UsageError
from nbenv.progress import drain
from tests.support.environments import install, read
from tests.support.index import LocalIndex


def test_the_environment_of_the_notebook_need_not_be_there(
    notebook: Path, index: LocalIndex, tmp_path: Path
) -> None:
    index.wheel("leaf", "1.0")
    install(notebook, "leaf")
    read(notebook).environment.remove()
    options = ArchiveOptions(engine="spark")
    made = drain(make_archive(read(notebook), tmp_path / "a.tar.gz", options))
    assert made.versions == {"leaf": "1.0"}
    assert made.left_out == ("ipykernel",)
    assert read(notebook).environment.read_version() is None


def test_a_failure_leaves_nothing(
    notebook: Path, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("leaf", "1.0")
    install(notebook, "leaf")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    index.close()
    with pytest.raises(InstallerError):
        drain(make_archive(read(notebook), tmp_path / "a.tar.gz", ArchiveOptions()))
    assert not (tmp_path / "a.tar.gz").exists()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_notebook_without_a_record(notebook: Path, tmp_path: Path) -> None:
    with pytest.raises(NotebookError):
        drain(make_archive(read(notebook), tmp_path / "a.tar.gz", ArchiveOptions()))
    with pytest.raises(UsageError):
        drain(make_archive(read(notebook), tmp_path / "a.rar", ArchiveOptions()))

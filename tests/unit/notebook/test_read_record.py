"""The record in a file is read once for each content of it, failures included."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nbenv.core.record import RecordDict
from nbenv.errors import NotebookError, RecordError
from nbenv.notebook import read_record as module
from nbenv.notebook.read_record import read_record

OLD = {"version": 1, "python": "3.11"}


def write(path: Path, record: object) -> Path:
    document = {"cells": [], "metadata": {"nbenv": record}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths that were read so far; files count as settled at once."""
    monkeypatch.setattr(module, "_SETTLED", -1)
    module._kept.cache_clear()
    found: list[str] = []
    read = module.read_metadata

    def counted(path: str) -> RecordDict:
        found.append(path)
        return read(path)

    monkeypatch.setattr(module, "read_metadata", counted)
    return found


def test_an_unchanged_file_is_read_once(reads: list[str], tmp_path: Path) -> None:
    path = write(tmp_path / "x.ipynb", OLD)
    assert [read_record(str(path)) for _ in range(3)] == [OLD] * 3
    assert len(reads) == 1


@pytest.mark.parametrize("way", ["in place", "replaced", "times kept"])
def test_a_changed_file_is_read_again(way: str, reads: list[str], tmp_path: Path) -> None:
    path = write(tmp_path / "x.ipynb", OLD)
    read_record(str(path))
    times = path.stat()
    newer = {**OLD, "python": "3.12"}
    if way == "replaced":
        os.replace(write(tmp_path / "y", newer), path)
    else:
        write(path, newer)
    if way == "times kept":
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert read_record(str(path)) == newer
    assert len(reads) == 2


@pytest.mark.parametrize("record", [{"version": 1}, {**OLD, "x": ["y" * 60_000] * 80}, [], 7])
def test_a_broken_record_is_read_once(record: object, reads: list[str], tmp_path: Path) -> None:
    path = write(tmp_path / "x.ipynb", record)
    for _ in range(3):
        with pytest.raises(RecordError, match=r"metadata\.nbenv"):
            read_record(str(path))
    assert len(reads) == 1


def test_a_broken_file_is_read_once(reads: list[str], tmp_path: Path) -> None:
    (tmp_path / "x.ipynb").write_text("{", encoding="utf-8")
    for _ in range(3):
        with pytest.raises(NotebookError, match="is not JSON"):
            read_record(str(tmp_path / "x.ipynb"))
    assert len(reads) == 1


def test_an_unreadable_file_is_tried_again(
    reads: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "x.ipynb", OLD)
    with monkeypatch.context() as patch:
        patch.setattr("nbenv.notebook.metadata._open", _fail)
        with pytest.raises(NotebookError, match="Input/output error"):
            read_record(str(path))
    assert read_record(str(path)) == OLD
    with pytest.raises(NotebookError):
        read_record(str(tmp_path / "none.ipynb"))


def _fail(path: str) -> None:
    raise OSError(5, "Input/output error")


def test_what_was_changed_just_now_is_read_each_time(
    reads: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SETTLED", 60)
    path = write(tmp_path / "x.ipynb", OLD)
    for _ in range(2):
        assert read_record(str(path)) == OLD
    assert len(reads) == 2

"""A file is replaced as a whole, or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from nbenv.notebook import atomic_write
from nbenv.notebook.atomic_write import replace_file, update_file
from nbenv.notebook.swap import swap

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no such locks and modes")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "work.ipynb"
    path.write_bytes(b"old")
    return path


def test_the_content_is_replaced_and_nothing_left_over(path: Path) -> None:
    replace_file(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["work.ipynb"]


def test_a_reader_keeps_the_file_that_it_opened(path: Path) -> None:
    with path.open("rb") as reader:
        replace_file(str(path), b"new")
        assert reader.read() in (b"old", b"new")


@posix
def test_the_mode_stays(path: Path) -> None:
    path.chmod(0o640)
    replace_file(str(path), b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@posix
def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.ipynb"
    link.symlink_to(path)
    replace_file(str(link), b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"


@posix
def test_a_read_only_file_is_refused(path: Path) -> None:
    path.chmod(0o444)
    with pytest.raises(PermissionError):
        replace_file(str(path), b"new")
    assert path.read_bytes() == b"old"


def test_a_missing_file_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replace_file(str(tmp_path / "none.ipynb"), b"new")
    assert os.listdir(tmp_path) == []


def test_a_failed_write_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(path.parent) == ["work.ipynb"]


@posix
def test_what_a_killed_writer_left_is_removed(path: Path) -> None:
    import fcntl

    abandoned = path.parent / ".work.ipynb.0123456789ab.nbenv"
    in_use = path.parent / ".work.ipynb.ba9876543210.nbenv"
    other = path.parent / ".other.ipynb.0123456789ab.nbenv"
    for each in (abandoned, in_use, other):
        each.touch()
    with in_use.open("rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        replace_file(str(path), b"new")
    assert sorted(os.listdir(path.parent)) == sorted([in_use.name, other.name, "work.ipynb"])


def test_a_content_that_was_not_seen_is_not_replaced(path: Path) -> None:
    assert not replace_file(str(path), b"new", b"older")
    assert path.read_bytes() == b"old"
    assert os.listdir(path.parent) == ["work.ipynb"]


@pytest.mark.parametrize("saves", [1, 2, 3])
def test_what_is_saved_at_the_last_moment_is_put_back(
    path: Path, saves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saved before each of the first exchanges, which is later than any look."""
    left = iter(range(1, saves + 1))

    def late(*files: str) -> bool:
        number = next(left, None)
        if number is not None:
            saved = path.parent / "saved"
            saved.write_bytes(b"save %d" % number)
            saved.replace(path)
        return swap(*files)

    monkeypatch.setattr(atomic_write, "swap", late)
    assert not replace_file(str(path), b"new", b"old")
    assert path.read_bytes() == b"save %d" % saves
    assert os.listdir(path.parent) == ["work.ipynb"]


def test_an_edit_is_made_again_of_what_was_saved_meanwhile(path: Path) -> None:
    seen = []

    def edit(data: bytes) -> bytes:
        seen.append(data)
        if len(seen) == 1:
            path.write_bytes(b"saved")
        return data + b" edited"

    assert update_file(str(path), edit)
    assert (seen, path.read_bytes()) == ([b"old", b"saved"], b"saved edited")


def test_an_edit_that_changes_nothing_writes_nothing(path: Path) -> None:
    before = path.stat().st_mtime_ns
    assert not update_file(str(path), lambda data: data)
    assert path.stat().st_mtime_ns == before


def test_an_edit_fails_only_where_the_file_is_written_completely(path: Path) -> None:
    seen = []

    def edit(data: bytes) -> bytes:
        seen.append(data)
        if data == b"old":  # half of a save, which ends now
            path.write_bytes(b"whole")
            raise ValueError(data)
        return data + b" edited"

    assert update_file(str(path), edit)
    assert path.read_bytes() == b"whole edited"
    with pytest.raises(ZeroDivisionError):
        update_file(str(path), lambda _: bytes(1 // 0))
    assert path.read_bytes() == b"whole edited"


def test_others_that_never_stop_saving_are_given_up(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic_write, "_PATIENCE", 0.1)
    number = 0

    def edit(data: bytes) -> bytes:
        nonlocal number
        number += 1
        path.write_bytes(b"save %d" % number)
        return data + b" edited"

    with pytest.raises(OSError, match="keeps writing"):
        update_file(str(path), edit)
    assert path.read_bytes() == b"save %d" % number

"""Files that another process holds, as on Windows: simulated here, real under Wine (tests/wine)."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from nbenv.home import approval_store, held_files, paths, private_files
from nbenv.notebook.atomic_write import replace_file, update_file
from tests.support.held import Held, hold_as_windows


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    """Make replacing, renaming, removing and opening fail for a file while it is held."""
    return hold_as_windows(monkeypatch)


def test_what_is_held_for_a_moment_is_written_and_removed(held: Held, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    private_files.write_json(str(path), {"a": 1})
    with held.holding(path, 0.2):
        private_files.write_json(str(path), {"a": 2})
    assert paths.read_json(str(path)) == {"a": 2}
    with held.holding(path, 0.2):
        held_files.rename(str(path), str(tmp_path / "b.json"))
    with held.holding(tmp_path / "b.json", 0.2):
        held_files.unlink(str(tmp_path / "b.json"))
    assert held.refused > 2
    assert list(tmp_path.iterdir()) == []


def test_what_stays_held_is_left_as_it_was(held: Held, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    private_files.write_json(str(path), {"a": 1})
    start = time.monotonic()
    with held.holding(path, 60), pytest.raises(PermissionError):
        private_files.write_json(str(path), {"a": 2})
    assert 0.9 < time.monotonic() - start < 10
    assert paths.read_json(str(path)) == {"a": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_a_locked_file_is_not_an_absent_one(held: Held, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    assert paths.read_json(str(path)) is None
    private_files.write_json(str(path), {"a": 1})
    with held.holding(path, 0.2):
        assert paths.read_json(str(path)) == {"a": 1}
    with held.holding(path, 60), pytest.raises(PermissionError):
        paths.read_json(str(path))


def test_another_error_is_one_at_once(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(FileNotFoundError):
        held_files.unlink(str(tmp_path / "none"))
    with pytest.raises(IsADirectoryError):
        held_files.replace(__file__, str(tmp_path))
    assert time.monotonic() - start < 0.9


def test_a_notebook_that_a_program_reads_is_replaced_once_it_is_free(
    held: Held, tmp_path: Path
) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"1")
    with held.holding(path, 0.2):
        assert replace_file(str(path), b"2")
    with held.holding(path, 0.2):
        assert update_file(str(path), lambda seen: seen + b"3")
    assert path.read_bytes() == b"23"
    with held.holding(path, 60), pytest.raises(PermissionError):
        update_file(str(path), lambda seen: seen + b"4")
    assert path.read_bytes() == b"23"
    assert list(tmp_path.iterdir()) == [path]


def test_a_held_secret_is_no_reason_to_make_another(held: Held, home: Path) -> None:
    digest = "0" * 32
    approval_store.approve(digest)
    with held.holding(home / "secret", 0.3):
        assert approval_store.is_approved(digest)
    with held.holding(home / "secret", 0.3):
        approval_store.approve("1" * 32)
    assert approval_store.is_approved(digest)
    with held.holding(home / "approvals" / f"{digest}.json", 0.3):
        assert approval_store.revoke(digest)
    assert not approval_store.is_approved(digest)


def test_a_file_that_is_closed_to_this_user_is_not_held() -> None:
    """Elsewhere than on Windows the C library tells the two apart."""
    error = PermissionError(errno.EACCES, "Permission denied")
    assert held_files.is_held(error) == (os.name == "nt")
    assert not held_files.is_held(FileNotFoundError(errno.ENOENT, "No such file"))

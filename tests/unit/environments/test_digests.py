"""Files match their digests; which files matched is remembered until one of them changes."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.environments import digests
from nbenv.environments.digests import LARGE, SEAL, FileRow, Memory, has_digest, has_size
from nbenv.environments.seal import sealed


def row(path: Path, content: bytes, kind: str = "sha256") -> FileRow:
    """Write a file, and return the row that ``RECORD`` has for it."""
    path.write_bytes(content)
    digest = base64.urlsafe_b64encode(hashlib.new(kind, content).digest()).rstrip(b"=").decode()
    return FileRow(str(path), f"{kind}={digest}", len(content))


@pytest.mark.parametrize("size", [0, 1, 4096, LARGE, (1 << 20) - 1, 1 << 20, (2 << 20) + 5])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("kind", ["sha256", "sha512"])
def test_a_digest_of_any_size(tmp_path: Path, size: int, known: bool, kind: str) -> None:
    each = row(tmp_path / "x", os.urandom(size), kind)
    each = each if known else each._replace(size=None)
    assert has_digest(each)
    with open(each.path, "ab") as file:
        file.write(b"x")
    assert not has_digest(each)


def test_one_changed_byte(tmp_path: Path) -> None:
    each = row(tmp_path / "x", b"a" * 100)
    (tmp_path / "x").write_bytes(b"a" * 99 + b"b")
    assert has_size(each)
    assert not has_digest(each)


@pytest.mark.parametrize("digest", ["", "sha256", "unknown=abc"])
def test_without_a_digest_the_size_counts(tmp_path: Path, digest: str) -> None:
    each = row(tmp_path / "x", b"abc")._replace(digest=digest)
    assert has_digest(each)
    assert has_digest(each._replace(size=None))
    assert not has_digest(each._replace(size=4))
    assert not has_digest(each._replace(size=-1))


@pytest.mark.parametrize("path", ["missing", "null\0character", ""])
def test_a_path_without_a_file(tmp_path: Path, path: str) -> None:
    each = row(tmp_path / "x", b"abc")._replace(path=os.path.join(tmp_path, path))
    assert not has_size(each)
    assert not has_digest(each)
    assert not has_digest(each._replace(digest=SEAL))


def test_seals(tmp_path: Path) -> None:
    path = tmp_path / "x.pyc"
    each = FileRow(str(path), SEAL, None)
    path.write_bytes(b"as Python wrote it")
    assert has_digest(each)
    (tmp_path / "link").hardlink_to(path)  # of a former version, or its seal was cut off
    assert not has_digest(each)
    path.write_bytes(sealed(b"code"))
    assert has_digest(each)
    path.write_bytes(sealed(b"code").replace(b"code", b"evil"))
    assert not has_digest(each)
    (tmp_path / "link").unlink()
    assert not has_digest(each)


# -- memory


@pytest.fixture
def dist_info(tmp_path: Path, home: Path) -> Path:
    del home
    (tmp_path / "site" / "lib-1.dist-info").mkdir(parents=True)
    return tmp_path / "site" / "lib-1.dist-info"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of the files that are read from now on."""
    found: list[str] = []
    real = digests.has_digest

    def noted(each: FileRow) -> bool:
        found.append(os.path.basename(each.path))
        return real(each)

    monkeypatch.setattr(digests, "has_digest", noted)
    return found


def rewrite(path: Path) -> None:
    """Write other content of the same size, and put the time back."""
    before = path.stat()
    time.sleep(0.02)  # the clock of a file system has ticks
    with open(path, "r+b") as file:
        file.write(b"other")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def link(path: Path) -> None:
    time.sleep(0.02)
    path.with_suffix(".link").hardlink_to(path)


def test_what_matched_is_not_read_again(dist_info: Path, reads: list[str]) -> None:
    rows = [row(dist_info.parent / name, b"start") for name in ("a", "b")]
    for _ in range(3):
        assert Memory(dist_info).match("small", rows, status=True)
    assert reads == ["a", "b"]
    assert Memory(dist_info).match("large", rows, status=True)  # another group
    assert reads == ["a", "b"] * 2


def test_what_did_not_match_is_read_again(dist_info: Path, reads: list[str]) -> None:
    rows = [row(dist_info.parent / "a", b"start")._replace(digest="sha256=no")]
    for _ in range(2):
        assert not Memory(dist_info).match("small", rows, status=True)
    assert reads == ["a", "a"]


@pytest.mark.parametrize(
    ("change", "status", "read"),
    [(rewrite, True, 2), (rewrite, False, 1), (link, True, 2), (link, False, 1)],
)
def test_which_change_is_noticed(
    dist_info: Path, reads: list[str], change: Callable[[Path], None], status: bool, read: int
) -> None:
    rows = [row(dist_info.parent / "a", b"start")]
    (dist_info.parent / "cached").hardlink_to(dist_info.parent / "a")
    assert Memory(dist_info).match("x", rows, status)
    change(dist_info.parent / "a")
    matches = Memory(dist_info).match("x", rows, status)
    assert len(reads) == read
    assert matches is (change is link or not status)


def test_clones_of_one_file_are_read_once(
    dist_info: Path, reads: list[str], tmp_path: Path
) -> None:
    """As uv installs on macOS: each environment has files of its own, with the time of the cache's.

    Those that are to be read after each change of their status have one of their own.
    """
    cached = row(tmp_path / "a", b"start")
    for status, read in ((False, 1), (True, 12)):
        reads.clear()
        for number in range(12):
            folder = tmp_path / f"{status}-{number}" / "lib-1.dist-info"
            folder.mkdir(parents=True)
            clone = shutil.copy2(cached.path, folder.parent / "a")
            assert Memory(folder).match("x", [cached._replace(path=str(clone))], status)
        assert len(reads) == read
        last = [cached._replace(path=str(folder.parent / "a"))]
        rewrite_now(Path(last[0].path))
        assert not Memory(folder).match("x", last, status)


def rewrite_now(path: Path) -> None:
    time.sleep(0.02)
    path.write_bytes(b"other")


def test_several_sets_of_files_are_remembered(
    dist_info: Path, reads: list[str], tmp_path: Path
) -> None:
    """As where environments are on other disks than the installer's cache: nothing is linked."""
    folders = []
    for number in range(5):
        folder = tmp_path / str(number) / "site" / dist_info.name
        folder.mkdir(parents=True)
        folders.append((folder, [row(folder.parent / "a", b"start")]))
    for _ in range(2):
        assert all(Memory(folder).match("x", rows, True) for folder, rows in folders)
    assert len(reads) == 5


def test_a_missing_file(dist_info: Path) -> None:
    rows = [row(dist_info.parent / "a", b"start")]
    assert Memory(dist_info).match("x", rows, True)
    os.unlink(rows[0].path)
    assert not Memory(dist_info).match("x", rows, True)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"x": 1}', '{"x": [1]}', '{"files": "old"}'])
def test_a_damaged_memory(dist_info: Path, text: str, home: Path) -> None:
    rows = [row(dist_info.parent / "a", b"start")]
    assert Memory(dist_info).match("x", rows, True)
    [file] = (home / "checked").iterdir()
    file.write_text(text, encoding="utf-8")
    assert Memory(dist_info).match("x", rows, True)


def test_no_files_need_no_memory(dist_info: Path, home: Path) -> None:
    assert Memory(dist_info).match("x", [], True)
    assert not (home / "checked").exists()

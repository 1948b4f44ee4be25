"""Two files are exchanged, and a file that is being written is known."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nbenv.notebook import swap as module
from nbenv.notebook.swap import is_being_written, swap

linux = pytest.mark.skipif(sys.platform != "linux", reason="Other systems have no leases")


@pytest.fixture(params=["in one step", "by a second name"])
def files(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, str, str]:
    if request.param == "by a second name":
        monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    (tmp_path / "scratch").write_text("new", encoding="utf-8")
    (tmp_path / "x.ipynb").write_text("old", encoding="utf-8")
    return str(tmp_path / "scratch"), str(tmp_path / "x.ipynb"), str(tmp_path / "spare")


def test_both_files_are_there_under_the_other_name(files: tuple[str, str, str]) -> None:
    assert swap(*files)
    assert [Path(each).read_text(encoding="utf-8") for each in files[:2]] == ["old", "new"]
    assert not Path(files[2]).exists()


@pytest.mark.parametrize("missing", [0, 1])
def test_a_missing_file_changes_nothing(files: tuple[str, str, str], missing: int) -> None:
    Path(files[missing]).unlink()
    kept = Path(files[1 - missing])
    before = kept.read_bytes()
    with pytest.raises(FileNotFoundError):
        swap(*files)
    assert (kept.read_bytes(), Path(files[2]).exists()) == (before, False)


def test_a_file_that_is_replaced_just_then_is_no_missing_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, failures = os.link, iter([FileNotFoundError(), FileNotFoundError()])

    def refused(*names: str) -> None:
        if error := next(failures, None):
            raise error
        link(*names)

    monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    monkeypatch.setattr(os, "link", refused)
    for name in ("scratch", "x.ipynb"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert swap(*(str(tmp_path / name) for name in ("scratch", "x.ipynb", "spare")))
    assert (tmp_path / "x.ipynb").read_text(encoding="utf-8") == "scratch"


@linux
def test_a_writer_is_noticed_and_a_reader_is_not(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.touch()
    with path.open("rb+"):
        assert is_being_written(str(path))
    with path.open("rb"):
        assert not is_being_written(str(path))

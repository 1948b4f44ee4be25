"""Scratch folders carry our mark, and nothing else is taken for one."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.home.process_identity import ProcessIdentity
from nbenv.home.scratch import MARK, abandoned_scratch_folders, scratch_folder

DAY = 86_400.0
OWN = ProcessIdentity.own()
DEAD = {**OWN.to_dict(), "created": OWN.created - 60}
ELSEWHERE = {**OWN.to_dict(), "machine": "another"}


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that replaces the system's for temporary ones."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def left(temporary: Path, name: str, mark: object, age: float = 0.0) -> Path:
    """Make a folder with a mark, as a killed command leaves it."""
    folder = temporary / name
    folder.mkdir()
    file = folder / MARK
    text = mark if isinstance(mark, str) else json.dumps({"folder": name, **dict(mark)})  # type: ignore[call-overload]
    file.write_text(text, encoding="utf-8")
    (folder / "photo.jpg").touch()
    os.utime(file, (time.time() - age,) * 2)
    return folder


def test_one_is_marked_and_removed() -> None:
    with scratch_folder() as folder:
        assert json.loads(Path(folder, MARK).read_text())["process"] == os.getpid()
        assert list(abandoned_scratch_folders()) == []  # in use
    assert not os.path.exists(folder)


def test_that_of_a_dead_process_is_abandoned(temporary: Path) -> None:
    folder = left(temporary, "nbenv-a1", DEAD)
    assert list(abandoned_scratch_folders()) == [folder]


def test_that_of_another_machine_is_abandoned_after_a_day(temporary: Path) -> None:
    old = left(temporary, "nbenv-old", ELSEWHERE, DAY + 60)
    left(temporary, "nbenv-new", ELSEWHERE, DAY - 60)
    assert list(abandoned_scratch_folders()) == [old]


def no_mark(folder: Path) -> None:
    (folder / MARK).unlink()


def a_folder_as_the_mark(folder: Path) -> None:
    (folder / MARK).unlink()
    (folder / MARK).mkdir()


def a_link_as_the_mark(folder: Path) -> None:
    (folder / MARK).rename(folder / "real")
    (folder / MARK).symlink_to(folder / "real")


def a_renamed_folder(folder: Path) -> None:
    folder.rename(folder.with_name("nbenv-photos"))


def a_copied_folder(folder: Path) -> None:
    shutil.copytree(folder, folder.with_name("nbenv-copy"))
    shutil.rmtree(folder)


def a_link_to_the_folder(folder: Path) -> None:
    moved = folder.rename(folder.parent.parent / folder.name)
    folder.symlink_to(moved)


def a_huge_mark(folder: Path) -> None:
    with open(folder / MARK, "a", encoding="utf-8") as file:
        file.write(" " * 5000)


@pytest.mark.parametrize(
    "changed",
    [
        no_mark, a_folder_as_the_mark, a_link_as_the_mark, a_renamed_folder, a_copied_folder,
        a_link_to_the_folder, a_huge_mark,
    ],
)  # fmt: skip
def test_what_is_not_as_we_made_it_is_somebodys(
    temporary: Path, changed: Callable[[Path], None]
) -> None:
    changed(left(temporary, "nbenv-a1", DEAD, 365 * DAY))
    assert list(abandoned_scratch_folders()) == []


@pytest.mark.parametrize("mark", ["", "{}", "[]", "\0", "[" * 4000, {"process": 7}, OWN.to_dict()])
def test_a_mark_that_says_nothing_keeps_the_folder(temporary: Path, mark: object) -> None:
    left(temporary, "nbenv-a1", mark, 365 * DAY)
    assert list(abandoned_scratch_folders()) == []


def test_the_data_of_a_person_stays(temporary: Path) -> None:
    photos = temporary / "nbenv-photos"
    photos.mkdir()
    (photos / "a.jpg").touch()
    os.utime(photos, (0, 0))
    (temporary / "nbenv-file").touch()
    assert list(abandoned_scratch_folders()) == []


def test_only_folders_with_the_mark_are_made_in_the_package() -> None:
    """All others use `scratch_folder`; the temporary files that they may use have no name.

    What images take along, and what runs on workers, has no nbenv there.
    """
    import nbenv

    package = Path(nbenv.__file__).parent
    workers = [package / "workers" / name for name in ("worker", "drivers", "clients")]
    elsewhere = [package / "export" / "data", *workers]
    calls = [
        (path.relative_to(package).as_posix(), name)
        for path in package.rglob("*.py")
        if not any(map(path.is_relative_to, elsewhere))
        for name in ("TemporaryDirectory", "mkdtemp", "mkstemp", "NamedTemporaryFile")
        if name in path.read_text(encoding="utf-8")
    ]
    assert calls == [("home/scratch.py", "TemporaryDirectory")]

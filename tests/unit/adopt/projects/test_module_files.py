"""Unit tests of ``nbenv.adopt.projects.module_files``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.projects.module_files import (
    copies,
    has_code,
    is_elsewhere,
    is_module,
    is_published,
    makes,
    source_files,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one.py", "pack/__init__.py", "data/a.csv", "loose/code.py", "fast.cp311.so"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_modules_packages_and_folders_with_code(folder: Path) -> None:
    names = ("one", "pack", "fast", "loose", "data", "none")
    assert [is_module(folder / each) for each in names] == [True] * 3 + [False] * 3
    assert [has_code(folder / each) for each in ("pack", "loose", "data")] == [True, True, False]
    assert list(source_files(folder / "one")) == [folder / "one.py"]
    assert list(source_files(folder / "pack")) == [folder / "pack" / "__init__.py"]


@pytest.mark.parametrize(
    ("written", "expected"), [("a.py", True), ("a/b.py", True), ("b/a.pyx", True), ("a.txt", False)]
)
def test_a_written_file_that_makes_a_module(written: str, *, expected: bool) -> None:
    assert makes(Path(written), "a") is expected


def test_folders_of_another_computer(folder: Path) -> None:
    assert is_elsewhere("/home/me/project")
    assert is_elsewhere("C:\\work\\project")
    assert not is_elsewhere(str(folder))
    assert not is_elsewhere("data")
    text = f"/home/me/{folder.name}/pack"
    assert list(copies(text, [folder])) == [folder / "pack"]


@pytest.mark.parametrize("line", ["name = 'pyyaml'", 'name="PyYAML"'])
def test_the_folder_of_the_package_that_has_a_module(line: str, folder: Path) -> None:
    (folder / "setup.cfg").write_text(line)
    (folder / "src").mkdir()
    assert is_published(folder, "yaml")
    assert is_published(folder / "src", "yaml")
    assert not is_published(folder / "data", "yaml")
    assert not is_published(folder, "pandas")

"""Unit tests of ``nbenv.adopt.local_modules``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.local_modules import LocalModules
from nbenv.adopt.python_code import Import


@pytest.fixture
def local(tmp_path: Path) -> LocalModules:
    for name in ("one.py", "pack/__init__.py", "pack/inner.py", "loose/code.py", "fast.cpython.so"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "data").mkdir()
    return LocalModules(tmp_path)


def test_modules_beside_the_notebook(local: LocalModules) -> None:
    modules = ("one", "pack", "pack.inner", "fast", "loose", "data", "other")
    assert [local.has(each) for each in modules] == [True] * 4 + [False] * 3
    assert [local.may_have(each) for each in ("loose", "data", "other")] == [True, False, False]


def test_modules_that_cells_write_or_download(local: LocalModules) -> None:
    local.written.update({"two.py": "", "three/__init__.py": ""})
    local.downloaded.add("four")
    assert all(map(local.has, ("two", "three", "four")))
    local.written.update({"five.pyx": "", "src/six.py": "", "seven.txt": ""})
    assert [local.has(each) for each in ("five", "six", "src", "seven")] == [
        True,
        True,
        True,
        False,
    ]


def test_another_folder_on_the_path(local: LocalModules, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "five.py").touch()
    assert not local.has("five")
    local.add_folder("src")
    local.add_folder("nowhere")
    assert local.has("five")
    assert len(local.folders) == 2


def names(paths: object, folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in paths]  # type: ignore[attr-defined]


def test_the_files_of_an_import(local: LocalModules, tmp_path: Path) -> None:
    files = local.files(Import("pack", ("inner", "absent")))
    assert names(files, tmp_path) == ["pack/__init__.py", "pack/inner.py"]
    assert names(local.files(Import("loose.code")), tmp_path) == ["loose/code.py"]
    assert list(local.files(Import("pandas"))) == []


def test_a_relative_import_starts_at_its_file(local: LocalModules, tmp_path: Path) -> None:
    beside = tmp_path / "pack" / "__init__.py"
    relative = local.files(Import("", ("inner",), level=1), beside)
    assert names(relative, tmp_path) == ["pack/inner.py"]

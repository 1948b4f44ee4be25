"""Unit tests of ``nbenv.adopt.projects.noted_places``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.local_modules import LocalModules
from nbenv.adopt.projects.noted_places import note_places
from nbenv.adopt.python_code import analyse

CLONE = "!git clone https://example.org/me/book.git\n"


@pytest.mark.parametrize(
    "source",
    [
        f"{CLONE}import sys\nsys.path.append('book')",
        f"{CLONE}import sys\nsys.path.insert(0, './book/')",
        f"{CLONE}import sys\nsys.path.append('/content/book')",
        f"{CLONE}%cd book",
    ],
)
def test_a_clone_of_the_notebooks_own_repository(source: str, tmp_path: Path) -> None:
    (tmp_path / "helper.py").touch()
    (tmp_path / "notebooks").mkdir()
    local = LocalModules(tmp_path / "notebooks")
    note_places(analyse(source, is_cell=True), local, is_cell=True)
    assert local.has("helper")
    assert not local.has("other")


def test_a_folder_in_a_clone(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "helper.py").touch()
    (tmp_path / "notebooks").mkdir()
    local = LocalModules(tmp_path / "notebooks")
    source = f"{CLONE}import sys\nsys.path.append('book/tools')"
    note_places(analyse(source, is_cell=True), local, is_cell=True)
    assert local.has("helper")


def test_what_cells_write_and_download(tmp_path: Path) -> None:
    local = LocalModules(tmp_path)
    source = "!wget https://example.org/raw/one.py\nurlretrieve('https://example.org/two.py', 'x')"
    note_places(analyse(source, is_cell=True), local, is_cell=True)
    note_places(analyse("%%writefile three.py\nx = 1", is_cell=True), local, is_cell=True)
    assert all(map(local.has, ("one", "two", "three")))

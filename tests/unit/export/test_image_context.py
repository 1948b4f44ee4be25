"""Unit tests of ``nbenv.export.image_context``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.errors import NotebookError
from nbenv.export.image_context import image_folder, notebook_files, tag
from tests.unit.export.made import locked, snapshot


def test_the_files_of_an_image(tmp_path: Path) -> None:
    for name in ("tool/pyproject.toml", "tool/src/a.py", "tool/.git/x", "tool/src/__pycache__/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "w.whl").write_bytes(b"wheel")
    lock = (locked("tool", url="./tool"), locked("w", url="./w.whl"), locked("a"))
    files = image_folder(snapshot(tmp_path, lock=lock), "FROM x\n")
    assert files.keys() == {
        "Dockerfile", ".dockerignore", "Some notebook.ipynb", "tool/pyproject.toml",
        "tool/src/a.py", "w.whl",
    }  # fmt: skip
    assert (files["Dockerfile"], files["w.whl"]) == (b"FROM x\n", b"wheel")


def test_a_notebook_that_is_gone_is_named(tmp_path: Path) -> None:
    document = snapshot(tmp_path)
    (tmp_path / "Some notebook.ipynb").unlink()
    with pytest.raises(NotebookError, match=r"Some notebook.ipynb cannot be read"):
        notebook_files(document)


def test_the_tag_is_that_of_the_environment(tmp_path: Path) -> None:
    one = tag(snapshot(tmp_path / "1", lock=(locked("a"),)))
    same = tag(snapshot(tmp_path / "2", lock=(locked("a"),), cells=("other",)))
    other = tag(snapshot(tmp_path / "3", lock=(locked("a", "2.0"),)))
    assert one == same != other
    assert one.startswith("some-notebook:")

"""API paths to files, and no farther than the root."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from nbenv.server.paths import local_path


@pytest.mark.parametrize("path", ["a.ipynb", "/a.ipynb", "RTC:a.ipynb"])
def test_inside(path: str, tmp_path: Path) -> None:
    contents = SimpleNamespace(root_dir=str(tmp_path))
    assert local_path(contents, path) == str(tmp_path.resolve() / "a.ipynb")


@pytest.mark.parametrize("path", ["../a.ipynb", "x/../../a.ipynb", "RTC:../a.ipynb"])
def test_outside(path: str, tmp_path: Path) -> None:
    assert local_path(SimpleNamespace(root_dir=str(tmp_path)), path) is None


def test_contents_that_are_no_files() -> None:
    assert local_path(SimpleNamespace(), "a.ipynb") is None

"""Marks for imports, before anything is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbenv.engine.document import NotebookRef
from nbenv.environments.environment import Environment
from nbenv.operations.marking.import_marks import import_marks


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that stands for the environment's packages."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.setattr(Environment, "site_packages", lambda _: folder)
    return folder


def install(folder: Path, name: str, version: str, file: str) -> None:
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).touch()
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "RECORD").write_text(f"{file},,\n", encoding="utf-8")


def marks(notebook: Path, *cells: str) -> list[list[tuple[Any, ...]]]:
    found: Any = import_marks(NotebookRef(str(notebook)), cells)
    return [
        [(each["line"], each["state"], each["package"] or each["module"]) for each in cell]
        for cell in found["cells"]
    ]


def test_states(notebook: Path, installed: Path) -> None:
    (notebook.parent / "beside.py").touch()
    install(installed, "pandas", "3.1.1", "pandas/__init__.py")
    source = "import os\nimport pandas as pd, cv2\nimport beside\nimport nobody_knows_this"
    assert marks(notebook, source, "1", "") == [
        [
            (1, "installed", "pandas"),
            (1, "missing", "opencv-python"),
            (2, "local", "beside"),
            (3, "unknown", "nobody_knows_this"),
        ],
        [],
        [],
    ]


def test_the_package_that_is_there_counts(notebook: Path, installed: Path) -> None:
    """Others provide the same module, and the table does not know all."""
    install(installed, "opencv_python_headless", "4.1", "cv2/__init__.py")
    install(installed, "mine", "1.0", "nobody_knows_this.py")
    assert marks(notebook, "import cv2, nobody_knows_this") == [
        [(0, "installed", "opencv-python-headless"), (0, "installed", "mine")]
    ]


def test_one_line_may_need_several_packages(notebook: Path) -> None:
    assert marks(notebook, "from google.cloud import storage, bigquery") == [
        [(0, "missing", "google-cloud-storage"), (0, "missing", "google-cloud-bigquery")]
    ]
    assert marks(notebook, "from sklearn import svm, tree") == [[(0, "missing", "scikit-learn")]]


def test_what_other_cells_do_counts(notebook: Path) -> None:
    assert marks(notebook, "%%writefile tools.py\nx = 1", "import tools") == [
        [],
        [(0, "local", "tools")],
    ]


def test_what_needs_nothing_has_no_mark(notebook: Path) -> None:
    for source in ("import google.colab", "from . import x", "%%bash\nimport pandas", "import ("):
        assert marks(notebook, source) == [[]]

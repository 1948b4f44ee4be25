"""The package that a kernel of any Python lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.missing_package import missing_package


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("cv2", "opencv-python"),
        ("pandas", "pandas"),
        ("google.cloud.storage", "google-cloud-storage"),
        ("sklearn.externals", None),
        ("json.nothing", None),
        ("nothing_that_is_known", None),
    ],
)
def test_only_what_is_known_for_sure(tmp_path: Path, module: str, package: str | None) -> None:
    assert missing_package(module, tmp_path) == package


@pytest.mark.parametrize("name", ["yaml.py", "yaml/__init__.py"])
def test_a_file_beside_the_notebook_is_meant(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    assert missing_package("yaml", tmp_path) is None

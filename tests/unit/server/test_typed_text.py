"""Texts that people type and paste into the field for a new package."""

from __future__ import annotations

import pytest

from nbenv.server import typed_text
from nbenv.server.typed_text import read_typed


@pytest.mark.parametrize(
    ("text", "requirements"),
    [
        ("", ""),
        ("pandas", "pandas"),
        (" pandas >= 2 ", "pandas>=2"),
        ("pandas>=2,<3", "pandas<3,>=2"),
        ("Pandas[Excel] ; python_version > '3.8'", 'pandas[excel]; python_version > "3.8"'),
        ("pandas numpy", "pandas|numpy"),
        ("pandas, numpy>=2", "pandas|numpy>=2"),
        ("pandas >=2 numpy", "pandas>=2|numpy"),
        ("pip install pandas", "pandas"),
        ("%pip install -U 'pandas>=2' \"numpy<3\"", "pandas>=2|numpy<3"),
        ("!python -m pip install --quiet pandas  # for the plots", "pandas"),
        ("$ uv add httpx[http2]", "httpx[http2]"),
        ("uv pip install polars && pip install duckdb", "polars|duckdb"),
        ("%nbenv install seaborn", "seaborn"),
        ("conda install -c conda-forge geopandas", "geopandas"),
        ("import pandas as pd", "pandas"),
        (">>> from sklearn.svm import SVC", "scikit-learn"),
        ("import os, cv2, yaml", "opencv-python|pyyaml"),
        ("import numpy\nfrom google.cloud import storage", "numpy|google-cloud-storage"),
        ("import-linter", "import-linter"),
        ("requirements.txt", "requirements.txt"),  # as typed, so that the preview can tell
        ("pandas Pipfile.lock", "pandas|Pipfile.lock"),
        (
            "https://host.example/a-1.0-py3-none-any.whl",
            "https://host.example/a-1.0-py3-none-any.whl",
        ),
    ],
)
def test_requirements_are_found(text: str, requirements: str) -> None:
    found = read_typed(text)
    assert ("|".join(found.requirements), found.message) == (requirements, "")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("pandas==", "pandas"),
        ("pandas 1.5", "pandas==1.5"),
        ("pandas =1.5", "pandas==1.5"),
        ("numpy=>2 six", "numpy>=2 six"),
        ("pip install pandas=1.5", "pip install pandas==1.5"),
        ("pandas>=2;numpy", "pandas>=2 numpy"),
        (">>", ""),
        ("pandas", ""),
        ("pandas –upgrade", ""),
    ],
)
def test_what_is_wrong_has_its_correction(text: str, meant: str) -> None:
    found = read_typed(text)
    assert found.meant == meant
    if meant:
        assert (found.requirements, read_typed(meant).message) == ((), "")


def test_python_is_left_to_the_preview() -> None:
    """That has a button which moves the notebook."""
    assert read_typed("python 3.9").requirements == ("python==3.9",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pandas==", "Did you mean pandas?"),
        (">>", "is not a requirement"),
        ("pandas>=>1", "is not a requirement"),
        ("numpy pandas>=>1", "is not a requirement"),
        ("pip install -r requirements.txt", "goes into a cell"),
        ("pip install -i https://index.example/simple secret", "goes into a cell"),
        ("pip install -e .", "goes into a cell"),
        ("pip install", "names no package"),
        ("import os", "nothing to install"),
        ("from . import helper", "nothing to install"),
        ("import no_such_module", "does not know which package has the module no_such_module"),
        ("pandas and numpy", "'and' is not a package"),
        ("pip uninstall pandas", "removes packages"),
        ("%uv pip uninstall -y pandas", "removes packages"),
        ("python3.11 -m pip uninstall pandas", "removes packages"),
        ("poetry remove pandas", "removes packages"),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    found = read_typed(text)
    assert message in found.message
    assert found.requirements == ()


@pytest.mark.parametrize(
    ("text", "first", "among"),
    [
        ("sea", "seaborn", "seaborn"),
        ("pip install pandas scikit-l", "scikit-learn", "scikit-learn"),
        ("sklearn", "scikit-learn", "scikit-learn"),
        ("cv2", "opencv-python", "opencv-python"),
        ("pandas", "pandas", "geopandas"),
        ("visualization", None, "seaborn"),
    ],
)
def test_names_are_completed(text: str, first: str | None, among: str) -> None:
    names = [name for name, _ in read_typed(text).suggestions]
    assert first in (None, names[0])
    assert among in names
    assert len(names) <= 8
    assert dict(read_typed("seaborn").suggestions)["seaborn"] == "Statistical data visualization"


@pytest.mark.parametrize("text", ["", "pandas==", "pandas>=2", "x/y", "acme-internal-thing", "../"])
def test_nothing_is_guessed(text: str) -> None:
    assert read_typed(text).suggestions == ()


def test_on_windows_backslashes_belong_to_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_text.os, "name", "nt")
    assert typed_text._split(r"""C:\my\a.whl "C:\my work\b.whl" 'c>=1'""") == [
        r"C:\my\a.whl",
        r"C:\my work\b.whl",
        "c>=1",
    ]

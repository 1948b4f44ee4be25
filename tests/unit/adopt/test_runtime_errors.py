"""Unit tests of ``nbenv.adopt.runtime_errors``."""

from __future__ import annotations

import pytest

from nbenv.adopt.runtime_errors import missing_package


@pytest.mark.parametrize(
    ("name", "message", "package"),
    [
        ("ModuleNotFoundError", "No module named 'yaml'", "pyyaml"),
        ("ModuleNotFoundError", "No module named 'imp'", None),
        ("ImportError", "Please run pip install dask[dataframe]", "dask[dataframe]"),
        ("ImportError", "sklearn is required for this", "scikit-learn"),
        ("ValueError", "No engine for filetype: 'xlsx'", "openpyxl"),
        ("ExecutableNotFound", "failed to execute PosixPath('dot')", None),
        ("Interrupt", "please install pandas", None),
        ("ValueError", "", None),
    ],
)
def test_messages(name: str, message: str, package: str | None) -> None:
    assert missing_package(name, message, "3.12") == package


def test_a_module_that_the_python_still_has_is_not_missing() -> None:
    message = "No module named 'distutils'"
    assert missing_package("ModuleNotFoundError", message, "3.11") is None

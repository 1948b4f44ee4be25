"""Unit tests of ``nbenv.adopt.runtime_errors``."""

from __future__ import annotations

import pytest

from nbenv.adopt.runtime_errors import missing_packages


@pytest.mark.parametrize(
    ("name", "message", "package"),
    [
        ("ModuleNotFoundError", "No module named 'yaml'", "pyyaml"),
        ("ModuleNotFoundError", "No module named 'imp'", None),
        ("ImportError", "Please run pip install dask[dataframe]", "dask[dataframe]"),
        ("ImportError", "sklearn is required for this", "scikit-learn"),
        ("ImportError", "pyarrow>=16.0.0 is required for PyArrow backed StringArray.", "pyarrow"),
        ("RuntimeError", "numba >= 0.57 must be installed for this", "numba"),
        ("ImportError", "h5py>=3.8 is needed to read this", "h5py"),
        ("ValueError", "x>=3 is required", None),
        ("ValueError", "No engine for filetype: 'xlsx'", "openpyxl"),
        ("ValueError", "cannot write NetCDF files because none of the suitable backend libraries "
         "(netCDF4, h5netcdf, scipy) are installed", "netcdf4"),
        ("ExecutableNotFound", "failed to execute PosixPath('dot')", None),
        ("Interrupt", "please install pandas", None),
        ("ValueError", "", None),
    ],
)  # fmt: skip
def test_messages(name: str, message: str, package: str | None) -> None:
    assert missing_packages(name, message, "3.12") == ([package] if package else [])


def test_a_module_that_the_python_still_has_is_not_missing() -> None:
    message = "No module named 'distutils'"
    assert missing_packages("ModuleNotFoundError", message, "3.11") == []


@pytest.mark.parametrize(
    ("message", "packages"),
    [
        (
            'HTTPFileSystem requires "requests" and "aiohttp" to be installed',
            ["requests", "aiohttp"],
        ),
        ("Missing dependencies: 'lxml', 'PIL', and 'bs4'", ["lxml", "pillow", "beautifulsoup4"]),
        ("Please install 'pyarrow' or 'fastparquet'.", ["pyarrow"]),  # one of them is enough
    ],
)
def test_all_that_is_needed_together(message: str, packages: list[str]) -> None:
    assert missing_packages("ImportError", message, "3.11") == packages

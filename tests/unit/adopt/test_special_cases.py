"""Unit tests of ``nbenv.adopt.special_cases``."""

from __future__ import annotations

import pytest

from nbenv.adopt import special_cases


@pytest.mark.parametrize(
    ("module", "python", "answer"),
    [
        ("os.path", "3.12", True),
        ("pandas", "3.12", False),
        ("distutils.core", "3.11", True),
        ("distutils.core", "3.12", "setuptools"),
        ("imp", "3.12", None),
        ("tomllib", "3.10", False),
        ("tomllib", "3.11", True),
        ("__main__", "3.12", True),
    ],
)
def test_the_standard_library(module: str, python: str, answer: bool | str | None) -> None:
    assert special_cases.standard(module, python) == answer

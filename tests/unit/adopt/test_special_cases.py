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


@pytest.mark.parametrize(
    ("requirement", "parts"),
    [
        ("transformers==4.16.2", {"accelerate", "tf-keras"}),
        ("transformers[torch]==4.33.0", {"tf-keras"}),
        ("transformers==4.9", {"accelerate", "tf-keras"}),
        ("transformers==4.51.3", set()),
        ("transformers>=4.16", set()),
        ("langchain==0.0.300", {"langchain-community"}),
        ("langchain==0.1.0", set()),
    ],
)
def test_parts_that_earlier_versions_do_not_need(requirement: str, parts: set[str]) -> None:
    assert special_cases.parts_of([requirement]) == parts

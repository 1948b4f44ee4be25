"""Unit tests of ``nbenv.adopt.records.nteract``."""

from __future__ import annotations

import pytest

from nbenv.adopt.findings import Findings
from nbenv.adopt.records import nteract
from tests.unit.adopt.made import found, made


@pytest.mark.parametrize(
    ("metadata", "requirements", "python"),
    [
        ({"runt": {"uv": {"dependencies": ["a>=1"], "requires-python": ">=3.9"}}}, ["a>=1"], "3.9"),
        ({"uv": {"dependencies": ["a"]}}, ["a"], None),
        ({"conda": {"dependencies": ["numpy=1.26"], "python": "3.10"}}, ["numpy==1.26.*"], "3.10"),
        (
            {"runt": {"pixi": {"dependencies": ["numpy"], "pypi_dependencies": ["a"]}}},
            ["a", "numpy"],
            None,
        ),
        ({"runt": 7, "uv": []}, [], None),
    ],
)
def test_sections(metadata: dict[str, object], requirements: list[str], python: str | None) -> None:
    findings = Findings()
    nteract.read(made(metadata=metadata), findings)
    assert (found(findings), findings.python) == (requirements, python)

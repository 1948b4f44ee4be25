"""Unit tests of ``nbenv.adopt.records.conda_metadata``."""

from __future__ import annotations

import pytest

from nbenv.adopt.findings import Findings
from nbenv.adopt.records import conda_metadata
from tests.unit.adopt.made import found, made

TEXT = "dependencies:\n- python=3.10\n- numpy=1.26\n"


@pytest.mark.parametrize("text", [TEXT, repr(TEXT.encode())])
def test_an_environment_in_the_metadata(text: str) -> None:
    findings = Findings()
    conda_metadata.read(made(metadata={"conda_environment": text}), findings)
    assert (found(findings), findings.python) == (["numpy==1.26.*"], "3.10")


def test_a_cell_of_adhoconda() -> None:
    findings = Findings()
    conda_metadata.read(made("1", f"%%condaenv here\n{TEXT}"), findings)
    assert findings.requirements[0].source.name == "%%condaenv in cell 2"


def test_anything_else_is_ignored() -> None:
    findings = Findings()
    conda_metadata.read(made("%%time\n1", metadata={"conda_environment": 7}), findings)
    assert findings == Findings()

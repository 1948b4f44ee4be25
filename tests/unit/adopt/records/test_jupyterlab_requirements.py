"""Unit tests of ``nbenv.adopt.records.jupyterlab_requirements``."""

from __future__ import annotations

import json

from nbenv.adopt.findings import Findings
from nbenv.adopt.records import jupyterlab_requirements
from tests.unit.adopt.made import found, made, pins


def test_a_pipfile_and_the_versions_of_its_lock() -> None:
    lock = {"default": {"A": {"version": "==1.0"}, "dependency": {"version": "==2.0"}, "b": 7}}
    findings = Findings()
    metadata = {
        "requirements": json.dumps({"packages": {"a": "*", "b": "*"}}),
        "requirements_lock": json.dumps(lock),
    }
    jupyterlab_requirements.read(made(metadata=metadata), findings)
    assert found(findings) == ["a", "b"]
    assert pins(findings) == ["a==1.0"]  # a dependency is not pinned


def test_another_notebook_is_ignored() -> None:
    findings = Findings()
    jupyterlab_requirements.read(made(metadata={"requirements": "{"}), findings)
    assert findings == Findings()

"""Unit tests of ``nbenv.adopt.records.snapmyenv``."""

from __future__ import annotations

from nbenv.adopt.findings import Findings
from nbenv.adopt.records import snapmyenv
from tests.unit.adopt.made import found, made, pins


def test_a_list_of_all_packages_only_pins() -> None:
    packages = ["a==1.0", {"name": "b", "version": "2.0"}, {"name": "c"}, 7]
    snapshot = {"packages": packages, "python_version": "3.10.4"}
    findings = Findings()
    snapmyenv.read(made(metadata={"snapmyenv_snapshot": snapshot}), findings)
    assert (found(findings), findings.python) == ([], "3.10")
    assert pins(findings) == ["a==1.0", "b==2.0"]

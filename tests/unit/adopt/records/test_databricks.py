"""Unit tests of ``nbenv.adopt.records.databricks``."""

from __future__ import annotations

from nbenv.adopt.findings import Findings
from nbenv.adopt.records import databricks
from tests.unit.adopt.made import found, made


def test_dependencies_but_no_files_of_the_platform() -> None:
    texts = ["rich==13.0", "/Volumes/x.whl", "-r /Workspace/r.txt", 7]
    environment = {"environmentMetadata": {"dependencies": texts}}
    findings = Findings()
    databricks.read(
        made(metadata={"application/vnd.databricks.v1+notebook": environment}), findings
    )
    assert found(findings) == ["rich==13.0"]
    assert findings.notes == [
        "/Volumes/x.whl exists only on Databricks.",
        "-r /Workspace/r.txt exists only on Databricks.",
    ]


def test_another_notebook_is_ignored() -> None:
    findings = Findings()
    databricks.read(made("1"), findings)
    assert findings == Findings()

"""Unit tests of ``nbenv.adopt.records.polynote``."""

from __future__ import annotations

from nbenv.adopt.findings import Findings
from nbenv.adopt.records import polynote
from tests.unit.adopt.made import found, made


def test_requirements_and_repositories() -> None:
    config = {
        "dependencies": {"python": ["a", "b?nocache"], "scala": ["c"]},
        "repositories": [{"pip": {"url": "https://example.org/simple"}}, {"maven": {}}, 7],
    }
    findings = Findings()
    polynote.read(made(metadata={"config": config}), findings)
    assert found(findings) == ["a", "b"]
    assert list(findings.indexes.values()) == ["https://example.org/simple"]


def test_another_config_is_ignored() -> None:
    findings = Findings()
    polynote.read(made(metadata={"config": {"dependencies": []}}), findings)
    assert findings == Findings()

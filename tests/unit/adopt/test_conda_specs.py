"""Unit tests of ``nbenv.adopt.conda_specs``."""

from __future__ import annotations

import pytest

from nbenv.adopt.conda_specs import add_match_spec, read_environment
from nbenv.adopt.findings import Findings, Source
from tests.unit.adopt.made import found

SOURCE = Source(2, "environment.yml")


@pytest.mark.parametrize(
    ("text", "requirements"),
    [
        ("numpy", ["numpy"]),
        ("numpy=1.26", ["numpy==1.26.*"]),
        ("numpy==1.26.4", ["numpy==1.26.4"]),
        ("numpy=1.26.4=py310h_0", ["numpy==1.26.4"]),
        ("numpy 1.26.4 py310h_0", ["numpy==1.26.4"]),
        ("numpy>=1.2,<2", ["numpy<2,>=1.2"]),
        ("numpy 1.2|1.3", ["numpy"]),
        ("conda-forge::pytorch", ["torch"]),
        ("Scikit_Learn", ["scikit-learn"]),
        ("cudatoolkit=11", []),
        ("libgdal", []),
        ("", []),
    ],
)
def test_a_match_specification(text: str, requirements: list[str]) -> None:
    findings = Findings()
    add_match_spec(text, SOURCE, findings)
    assert found(findings) == requirements
    assert findings.notes == []


def test_python_is_no_requirement() -> None:
    findings = Findings()
    add_match_spec("python=3.10.4", SOURCE, findings)
    add_match_spec("python=3.12", SOURCE, findings)
    assert (findings.python, findings.requirements) == ("3.10", [])


def test_an_unknown_name_is_noted() -> None:
    findings = Findings()
    add_match_spec("some-conda-thing", SOURCE, findings)
    assert found(findings) == []
    assert findings.conda_only == {SOURCE.name: ["some-conda-thing"]}
    add_match_spec("ffmpeg=4", SOURCE, findings)
    assert findings.system == {"ffmpeg": [SOURCE.name]}


def test_an_environment_with_a_section_for_pip() -> None:
    findings = Findings()
    lines = "--extra-index-url https://example.org/simple, -e ./here, 'rich>=13'"
    text = f"dependencies: [numpy, {{pip: [{lines}]}}, 7]"
    read_environment(text, SOURCE, findings)
    assert found(findings) == ["numpy", "rich>=13"]
    assert findings.editable == ["./here"]
    assert list(findings.indexes.values()) == ["https://example.org/simple"]


@pytest.mark.parametrize("text", ["", "7", "dependencies: 7", "[]"])
def test_another_document_is_empty(text: str) -> None:
    findings = Findings()
    read_environment(text, SOURCE, findings)
    assert findings == Findings()


def test_a_broken_document_is_noted() -> None:
    findings = Findings()
    read_environment("a: [b", SOURCE, findings)
    assert findings.notes[0].startswith("environment.yml is not valid YAML (")


@pytest.mark.parametrize(
    ("text", "requirement"),
    [("sklearn=0.24", "scikit-learn==0.24.*"), ("cv2", "opencv-python")],
)
def test_the_name_of_a_module(text: str, requirement: str) -> None:
    findings = Findings()
    add_match_spec(text, SOURCE, findings)
    assert found(findings) == [requirement]
    assert "the module of" in findings.notes[0]

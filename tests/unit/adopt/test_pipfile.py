"""Unit tests of ``nbenv.adopt.pipfile``."""

from __future__ import annotations

import pytest

from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.pipfile import read_pipfile
from nbenv.installer.pip_config import default_index
from tests.unit.adopt.made import found


def read(document: object) -> Findings:
    findings = Findings()
    read_pipfile(document, Source(2, "Pipfile"), findings)
    return findings


@pytest.mark.parametrize(
    ("entry", "requirement"),
    [
        ("*", "a"),
        ("", "a"),
        ("==1.0", "a==1.0"),
        ({"version": "*"}, "a"),
        ({"version": ">=1", "extras": ["x", "y"]}, "a[x,y]>=1"),
        ({"version": "*", "markers": "os_name == 'nt'"}, 'a; os_name == "nt"'),
        ({"git": "https://example.org/a", "ref": "v1"}, "a @ git+https://example.org/a@v1"),
        ({"git": "https://example.org/a"}, "a @ git+https://example.org/a"),
        ({"path": "./here"}, "./here"),
        ({"file": "https://example.org/a.whl"}, "https://example.org/a.whl"),
        (7, "a"),
    ],
)
def test_an_entry(entry: object, requirement: str) -> None:
    assert found(read({"packages": {"a": entry}})) == [requirement]


def test_development_packages_count_too() -> None:
    assert found(read({"packages": {"a": "*"}, "dev-packages": {"b": "*"}})) == ["a", "b"]


def test_only_other_indexes_are_added() -> None:
    sources = [{"url": default_index()}, {"url": "https://example.org/simple"}, {}, 7]
    assert list(read({"source": sources}).indexes.values()) == ["https://example.org/simple"]


def test_the_python() -> None:
    assert read({"requires": {"python_version": "3.9"}}).python == "3.9"


@pytest.mark.parametrize("document", [None, 7, [], {"packages": [1], "source": 3, "requires": "x"}])
def test_anything_else_is_empty(document: object) -> None:
    assert read(document) == Findings()

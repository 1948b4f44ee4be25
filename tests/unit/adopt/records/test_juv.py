"""Unit tests of ``nbenv.adopt.records.juv``."""

from __future__ import annotations

import pytest

from nbenv.adopt.findings import Findings
from nbenv.adopt.records import juv
from tests.unit.adopt.made import found, made, pins


def block(toml: str) -> str:
    return "\n".join(["# /// script", *(f"# {line}" for line in toml.splitlines()), "# ///"])


def read(toml: str, lock: object = None) -> Findings:
    findings = Findings()
    juv.read(made("1", block(toml), metadata={"uv.lock": lock}), findings)
    return findings


def test_requirements_and_python() -> None:
    findings = read('dependencies = ["a>=1", "marimo"]\nrequires-python = ">=3.10"')
    assert (found(findings), findings.python) == (["a>=1"], "3.10")
    assert findings.python_source == "the PEP 723 block in cell 2"


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ('{ git = "https://example.org/a", tag = "v1" }', "git+https://example.org/a@v1"),
        ('{ git = "https://example.org/a" }', "git+https://example.org/a"),
        ('{ url = "https://example.org/a.whl" }', "https://example.org/a.whl"),
    ],
)
def test_sources_of_uv(source: str, url: str) -> None:
    assert found(read(f'dependencies = ["a"]\ntool.uv.sources.A = {source}')) == [f"a @ {url}"]


def test_indexes_and_the_day() -> None:
    findings = read(
        'tool.uv.index = [{ name = "own", url = "https://example.org/simple" }, {}]\n'
        'tool.uv.exclude-newer = "2024-05-01T00:00:00Z"'
    )
    assert findings.indexes == {"own": "https://example.org/simple"}
    assert (findings.as_of, findings.as_of_recorded) == ("2024-05-01", True)


def test_versions_of_a_lock_that_come_from_an_index() -> None:
    lock = "".join(
        f'[[package]]\nname = "{name}"\nversion = "1.0"\nsource = {{ {kind} = "x" }}\n'
        for name, kind in (("a", "registry"), ("b", "git"), ("dependency", "registry"))
    )
    assert pins(read('dependencies = ["a", "b"]', lock)) == ["a==1.0"]


def test_what_is_broken_is_noted() -> None:
    assert "The PEP 723 block in cell 2 is broken" in read("dependencies = [").notes[0]
    assert "is not valid TOML" in read("dependencies = []", "[").notes[0]
    assert read("dependencies = []", 7).notes == []


def test_a_notebook_without_a_block_is_ignored() -> None:
    findings = Findings()
    juv.read(made("# /// other", metadata={"uv.lock": "["}), findings)
    assert findings == Findings()

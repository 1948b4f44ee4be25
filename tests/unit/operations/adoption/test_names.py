"""Unit tests of ``nbenv.operations.adoption.names``."""

from __future__ import annotations

from pathlib import Path

from nbenv.adopt.findings import Findings, Source
from nbenv.operations.adoption.names import resolve_names
from nbenv.progress import drain
from tests.support.index import LocalIndex
from tests.support.wheels import make_project

CELL = Source(1, "a cell")


def test_named_requirements_need_no_look(tmp_path: Path) -> None:
    findings = Findings()
    for text in ("b", "a>=1", "c @ https://example.org/c.whl"):
        findings.add(text, CELL)
    named = drain(resolve_names(findings, tmp_path))
    assert named.requirements == ("a>=1", "b", "c @ https://example.org/c.whl")
    assert named.notes == ()


def test_a_path_gets_its_name_and_one_that_is_gone_is_left_out(
    tmp_path: Path, index: LocalIndex
) -> None:
    make_project(tmp_path, "tool", "1.0")
    findings = Findings(editable=["./gone"])
    for text in ("./tool", "tool", "a"):
        findings.add(text, CELL)
    named = drain(resolve_names(findings, tmp_path))
    assert named.requirements == ("a", "tool @ ./tool")
    assert [note.partition(":")[0] for note in named.notes] == ["./gone was left out"]

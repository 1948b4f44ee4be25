"""Unit tests of ``nbenv.export.requirements``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.requirements import parse
from nbenv.export.requirements import pip_line, with_extras, with_marker, write
from tests.unit.export.made import OWN, snapshot


def test_requirements_and_indexes(tmp_path: Path) -> None:
    text = write(snapshot(tmp_path, "a>=1", "b[x]", indexes=(OWN,)))
    assert text == "--extra-index-url https://example.org/simple\na>=1\nb[x]\n"


@pytest.mark.parametrize(
    ("requirement", "editable", "line"),
    [
        ("tool @ ./tool", (), "./tool"),
        ("tool @ ./tool", ("tool",), "-e ./tool"),
        ("tool[x,y] @ ./tool", (), "./tool[x,y]"),
        ('tool @ ./tool ; os_name == "nt"', (), './tool ; os_name == "nt"'),
        ("tool @ https://example.org/t.whl", (), "tool @ https://example.org/t.whl"),
    ],
)
def test_a_line_for_pip(
    requirement: str, editable: tuple[str, ...], line: str, tmp_path: Path
) -> None:
    document = snapshot(tmp_path, requirement, editable=editable)
    assert pip_line(document, requirement) == line


def test_parts() -> None:
    assert with_extras("a", parse("a[y,x]")) == "a[x,y]"
    assert with_extras("a", parse("a")) == "a"
    assert with_marker("a", None) == "a"
    assert with_marker("a", "os_name == 'nt'") == "a ; os_name == 'nt'"

"""Unit tests of ``nbenv.export.requirements``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core.requirements import parse
from nbenv.export.requirements import index_lines, pip_line, with_extras, with_marker, write
from tests.unit.export.made import OWN, locked, snapshot


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


def test_options_are_lines_where_pip_has_some_and_comments_elsewhere(tmp_path: Path) -> None:
    document = snapshot(
        tmp_path,
        "a>=1",
        lock=(locked("a"), locked("b")),
        indexes=(replace(OWN, default=True),),
        constraints=("b<2", "c<3"),
        no_deps=("a",),
        find_links=("./wheels", "https://h.invalid/w"),
        no_binary=("a",),
        only_binary=("b",),
        exclude_newer="2024-01-31",
        index_strategy="first-index",
    )
    assert write(document).splitlines() == [
        "# Installed in the notebook without dependencies: a.",
        "# Use the format requirements-locked with pip's --no-deps to leave them out, too.",
        "# Resolved with nothing newer than 2024-01-31.",
        "# Resolved with uv's index strategy first-index.",
        "# Constraint: c<3",
        "--index-url https://example.org/simple",
        "--find-links ./wheels",
        "--find-links https://h.invalid/w",
        "--no-binary a",
        "--only-binary b",
        "a>=1",
        "b<2",
    ]
    assert list(index_lines(document.spec, local=False))[1:] == [
        "# Files from the folder ./wheels are needed, too: copy it, and use --find-links.",
        "--find-links https://h.invalid/w",
    ]

"""A ``pyproject.toml`` that cannot be used is named, with the line that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.installer.failures.projects import local_project
from nbenv.installer.failures.uv_errors import explain_failure

BROKEN = """\
error: Failed to parse metadata from built wheel
  cause: Invalid `pyproject.toml`
  cause: TOML parse error at line 1, column 9
           |
         1 | [project
           |         ^
         unclosed table, expected `]`
"""
NAMELESS = """\
error: Failed to parse metadata from built wheel
  cause: TOML parse error at line 1, column 1
           |
         1 | [project]
           | ^^^^^^^^^
         `pyproject.toml` is using the `[project]` table, but the required `project.name` field is \
not set
"""
ENCODED = """\
error: Failed to read from the distribution cache
  cause: failed to read from file `{}/pyproject.toml`: stream did not contain valid UTF-8
"""
REMOTE = BROKEN.replace("parse metadata from built wheel", "build `a @ git+https://h.invalid/a`")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (BROKEN, "Line 1, column 9: unclosed table, expected `]`."),
        (NAMELESS, "Line 1, column 1: it does not say project.name, which is required."),
    ],
)
def test_the_line_that_is_wrong(text: str, why: str, tmp_path: Path) -> None:
    error = explain_failure(text.splitlines(), [tmp_path])
    assert error.what == f"The pyproject.toml in {tmp_path} cannot be used."
    assert error.why == why
    assert error.todo == "Correct the file, then try again; nothing was changed."


def test_of_several_projects_the_one_that_is_meant(tmp_path: Path) -> None:
    projects = [tmp_path / name for name in ("fine", "broken", "other")]
    for project, text in zip(projects, ('[project]\nname="a"', "[project\n", "x"), strict=True):
        project.mkdir()
        (project / "pyproject.toml").write_text(text, encoding="utf-8")
    assert str(projects[1]) in explain_failure(BROKEN.splitlines(), projects).what
    text = ENCODED.format(projects[2])
    assert str(projects[2]) in explain_failure(text.splitlines(), projects).what
    assert "not in UTF-8" in explain_failure(text.splitlines(), projects).why


def test_a_project_of_somebody_else() -> None:
    error = explain_failure(REMOTE.splitlines(), [Path("/home/me")])
    assert error.what == "The pyproject.toml of a @ git+https://h.invalid/a cannot be used."
    assert "Ask whoever publishes it" in error.todo


def test_ones_own_settings_are_no_project() -> None:
    text = BROKEN.replace("Invalid `pyproject.toml`", "Failed to parse: `uv.toml`")
    assert "pyproject.toml" not in explain_failure(text.splitlines(), []).what


@pytest.mark.parametrize(
    ("text", "projects", "found"),
    [
        ("Failed to build `a @ file:///home/me/a`", [], "/home/me/a"),
        ("The build backend returned an error", ["/x"], "/x"),
        ("The build backend returned an error", ["/x", "/y"], ""),
        ("Failed to build `needed==1`", ["/x"], ""),
    ],
)
def test_the_project_whose_build_failed(text: str, projects: list[str], found: str) -> None:
    assert local_project(text, [Path(each) for each in projects]) == found

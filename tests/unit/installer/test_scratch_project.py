"""The throw-away project."""

from __future__ import annotations

from pathlib import Path

from nbenv.installer.failures.no_solution import PROJECT
from nbenv.installer.scratch_project import write_project
from nbenv.installer.uv import tomllib


def test_entries_are_added_to_what_uv_needs(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    write_project(path, {"dependencies": ["a"]}, {"sources": {"a": {"path": "/a"}}})
    assert tomllib.loads(path.read_text(encoding="utf-8")) == {
        "project": {
            "name": PROJECT,
            "version": "0",
            "requires-python": ">=3.8",
            "dependencies": ["a"],
        },
        "tool": {"uv": {"workspace": {}, "sources": {"a": {"path": "/a"}}}},
    }


def test_an_entry_replaces_the_usual_one(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    write_project(path, {"requires-python": "==3.11.*"}, {})
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    assert document["project"]["requires-python"] == "==3.11.*"

"""Unit tests of ``nbenv.export.pyproject``."""

from __future__ import annotations

import sys
from pathlib import Path

from nbenv.export.pyproject import write
from tests.unit.export.made import locked, snapshot

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def test_a_project_held_to_the_lock(tmp_path: Path) -> None:
    text = write(snapshot(tmp_path, "a>=1", lock=(locked("a"),)))
    parsed = tomllib.loads(text)
    assert parsed["project"]["name"] == "some-notebook"
    assert parsed["project"]["dependencies"] == ["a>=1"]
    assert parsed["project"]["requires-python"] == "==3.11.*"
    assert parsed["dependency-groups"] == {"dev": ["ipykernel"]}
    assert parsed["tool"]["uv"] == {"package": False, "constraint-dependencies": ["a==1.0"]}
    assert text.index("# The notebook's locked versions.") < text.index("constraint-dependencies")


def test_without_a_lock_there_is_nothing_to_explain(tmp_path: Path) -> None:
    assert "#" not in write(snapshot(tmp_path, "a"))

"""Jupyters on the path, and beside nbenv."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nbenv.operations.setup.other_jupyters import foreign_jupyter, has_front_end


def test_one_is_beside_nbenv() -> None:
    assert has_front_end()


def test_only_commands_of_other_environments_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = tmp_path / "own" / "bin", tmp_path / "other"
    for folder in (own, other):
        folder.mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(own.parent))
    monkeypatch.setenv("PATH", os.pathsep.join(["", str(own), str(other)]))
    (own / "jupyter-lab").touch(0o755)
    assert foreign_jupyter() is None
    (tmp_path / "linked").symlink_to(own, target_is_directory=True)
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "linked"), str(other)]))
    assert foreign_jupyter() is None
    (other / "jupyter-notebook").touch(0o644)  # nobody can run it
    assert foreign_jupyter() is None
    (other / "jupyter-notebook").chmod(0o755)
    assert foreign_jupyter() == str(other / "jupyter-notebook")


def test_a_path_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PATH")
    foreign_jupyter()

"""Environments as they lie on disk, without any being built."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.environments import layout
from nbenv.home import paths, private_files, variables

PYTHON = "3.11"
RECORD: dict[str, object] = {"version": 1, "python": PYTHON, "requirements": [], "lock": []}

Make = Callable[..., str]


@pytest.fixture(autouse=True)
def nothing_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what a test of a hand-over sets for this process."""
    monkeypatch.setenv(variables.RECORD, "")
    monkeypatch.delenv(variables.RECORD)


@pytest.fixture
def make_ready() -> Make:
    """Return what makes the environment of a notebook ready; it holds nothing but a Python."""

    def make(notebook: object, identifier: str = "work-1") -> str:
        environment = paths.environment_path(identifier)
        python = Path(layout.python_path(environment))
        python.parent.mkdir(parents=True)
        python.symlink_to(sys.executable)
        os.makedirs(layout.packages_path(environment, PYTHON))
        Path(environment, "pyvenv.cfg").touch()
        known = {"notebook": str(notebook), "environment": identifier}
        marker = {**known, "value": RECORD, "changed": layout.changed(environment, PYTHON)}
        private_files.write_json(paths.marker_path(environment), marker)
        state = {**known, "value": None, "saved": True}
        private_files.write_json(paths.state_path(paths.key(str(notebook))), state)
        return environment

    return make

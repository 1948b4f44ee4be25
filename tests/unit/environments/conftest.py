"""An environment to test with, made once for a module and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nbenv.environments.environment import Environment
from nbenv.environments.interpreters import default_python, find


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an empty environment, made once."""
    home = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBENV_HOME", str(home))
        interpreter = find(default_python())
        assert interpreter is not None
        Environment("work-1").create(interpreter)
    return home / "envs" / "work-1"


@pytest.fixture
def environment(made: Path) -> Environment:
    environment = Environment("work-1")
    shutil.copytree(made, environment.path, symlinks=True)
    return environment

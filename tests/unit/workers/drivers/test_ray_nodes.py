"""The command by which Ray starts workers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def nodes(driver: Callable[[str], ModuleType]) -> Any:
    return driver("ray_nodes")


def test_the_first_python_that_is_there_runs_the_bundle(nodes: Any, tmp_path: Path) -> None:
    """Ray has bash run ``exec`` with the command, in the folder of the bundle."""
    (tmp_path / "nbenv_worker.py").write_text("import sys; print(sys.executable, sys.argv[1:])")
    command = nodes.command(["/nowhere/bin/python 3", sys.executable])
    words = ["bash", "-c", f"exec {command} worker.py --flag"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    given = ["exec", "manifest.json", "--", "worker.py", "--flag"]
    assert done.stdout.strip() == f"{sys.executable} {given}"


def test_the_source_for_nodes_is_plain_python(nodes: Any) -> None:
    namespace: dict[str, Any] = {}
    exec(nodes._SOURCE, namespace)
    python, found = namespace["in_environment"](["pytest", "nothing-of-this-name"])
    assert python == "{}.{}.{}".format(*sys.version_info[:3])
    assert (found["pytest"], found["nothing-of-this-name"]) == (pytest.__version__, "none")

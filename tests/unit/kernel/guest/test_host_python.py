"""The command that runs the host's nbenv."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from nbenv._version import __version__

Load = Callable[[str], ModuleType]


def test_the_hosts_interpreter(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    module = load("host_python")
    assert module.python() == sys.executable
    monkeypatch.setitem(module.variables, "NBENV_HOST_PYTHON", "/host/python")
    assert module.command()[0] == "/host/python"


def test_the_notebooks_folder_shadows_nothing(load: Load, tmp_path: Path) -> None:
    for name in ("nbenv", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('trapped')", encoding="utf-8")
    done = subprocess.run(
        [*load("host_python").command(), "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert __version__ in done.stdout

"""The kernel above a process: told from its connection file, not from variables."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nbenv.home.kernel_ancestry import KernelProcess

PRINT = (
    "from nbenv.home.kernel_ancestry import nearest_kernel; k = nearest_kernel(); "
    "print(k and (k.environment, k.python is not None))"
)
RUN = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {PRINT!r}])"


@pytest.fixture
def connection(tmp_path: Path) -> Path:
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"shell_port": 1, "iopub_port": 2, "key": ""}), encoding="utf-8")
    return path


def seen_below(*words: object, folder: Path, **environ: str) -> str:
    """Return what a process sees that is a child of this command of Python's."""
    done = subprocess.run(
        [sys.executable, *map(str, words)], env={"NBENV_ENVIRONMENT": "work-1", **environ},
        capture_output=True, text=True, check=True, timeout=60, cwd=folder,
    )  # fmt: skip
    return done.stdout.strip()


def test_a_kernel_of_nbenvs(connection: Path, tmp_path: Path) -> None:
    boot = tmp_path / "guest" / "boot.py"
    boot.parent.mkdir()
    boot.write_text(RUN, encoding="utf-8")
    assert seen_below(boot, "-f", connection, folder=tmp_path) == "('work-1', True)"


def test_another_kernel_inherits_the_variables_only(connection: Path, tmp_path: Path) -> None:
    words = ("-c", RUN)
    assert seen_below(*words, "-f", connection.name, folder=tmp_path) == "(None, True)"
    assert seen_below(*words, f"--f={connection}", folder=tmp_path) == "(None, True)"


def test_another_file_is_no_connection_file(tmp_path: Path) -> None:
    for text in ("{}", "[", "[1]"):
        (tmp_path / "c.json").write_text(text, encoding="utf-8")
        assert seen_below("-c", RUN, "-f", "c.json", folder=tmp_path) == "None"
    assert seen_below("-c", RUN, "-f", folder=tmp_path) == "None"


FRAMEWORK = "/opt/Python.framework/Versions/3.12/Resources/Python.app/Contents/MacOS/Python"


def test_the_python_of_a_framework_is_that_of_its_environment() -> None:
    """On macOS it runs as a program of the framework, whatever environment it was started in."""
    command = (FRAMEWORK, "-m", "ipykernel_launcher", "-f", "kernel.json")
    own = KernelProcess(command, {"__PYVENV_LAUNCHER__": "/work/env/bin/python"})
    assert own.python == "/work/env/bin/python"
    assert own.runs_in("/work/env")
    assert not own.runs_in("/work/other")
    assert KernelProcess(command).python is None

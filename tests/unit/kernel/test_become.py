"""The environment variables of a kernel, and its process: the launcher's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbenv.environments import layout
from nbenv.home import paths, variables
from nbenv.kernel import become

LEAKS = ("PYTHONPATH", "PYTHONHOME", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "__PYVENV_LAUNCHER__")


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    found: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(become, "replace_process", lambda *call: found.append(call))
    return found


def test_nothing_of_another_environment_leaks_in(
    replaced: list[tuple[list[str], dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in LEAKS:
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
    monkeypatch.setenv("MINE", "kept")
    environment = paths.environment_path("work-1")
    python = layout.python_path(environment)
    become.become(environment, ["-f", "x.json"], stripped=True)
    [(command, environ)] = replaced
    assert (command[0], command[2:]) == (python, ["-f", "x.json"])
    assert Path(command[1]).name == "boot.py"
    assert Path(command[1]).exists()
    assert not set(LEAKS) & set(environ)
    assert environ["MINE"] == "kept"
    assert environ["VIRTUAL_ENV"] == environment
    first = [os.path.join(environment, "nbenv.scripts"), os.path.dirname(python)]
    assert environ["PATH"].split(os.pathsep)[:2] == first
    assert environ[variables.ENVIRONMENT] == "work-1"
    assert environ[variables.STRIPPED] == "1"
    assert environ[variables.HOST_PYTHON] == sys.executable


def test_the_programs_of_a_notebook_that_this_one_comes_from_are_not_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own, other = paths.environment_path("work-1"), paths.environment_path("parent-1")
    monkeypatch.setenv("PATH", os.pathsep.join([os.path.join(other, "bin"), "/usr/bin"]))
    environ = become.guest_environ(own, stripped=False)
    programs = os.path.dirname(layout.python_path(own))
    scripts = os.path.join(own, paths.PIP_SCRIPTS)
    assert environ["PATH"].split(os.pathsep) == [scripts, programs, "/usr/bin"]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the launcher stays")
def test_the_kernel_is_the_launchers_process() -> None:
    code = (
        "import os, sys; print(os.getpid(), flush=True); "
        "from nbenv.kernel.become import replace_process; "
        "replace_process([sys.executable, '-c', 'import os; print(os.getpid())'], {'HOME': '/'})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    before, after = done.stdout.split()
    assert before == after

"""A pip that is not nbenv's: which environment it is for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nbenv.environments.pip import other_pip


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of Pythons: environments, conda's, the system's and the server's."""
    made = {
        "venv": "pyvenv.cfg", "notebook": "pyvenv.cfg", "server": "pyvenv.cfg",
        "conda/envs/mine": "conda-meta/history", "conda": "conda-meta/history", "system": "README",
    }  # fmt: skip
    for name, file in made.items():
        path = tmp_path / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "conda" / "condabin").mkdir()
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "server"))
    return tmp_path


def called_by(machine: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the pip of a Python call, and return the words that it gives."""
    monkeypatch.setattr(other_pip, "_calling_python", lambda: str(machine / name / "bin/python3"))
    return [f"{machine}/{name}/lib/python3/site-packages/pip/__pip-runner__.py", "install", "a"]


@pytest.mark.parametrize("name", ["system", "server", "notebook", "conda"])
def test_it_is_the_notebooks(machine: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_PIP_RUNNING_IN_SUBPROCESS", "1")
    monkeypatch.setenv("CONDA_PREFIX", str(machine / "conda"))
    words = called_by(machine, name, monkeypatch)
    assert other_pip.own_command(words, machine / "notebook", is_cells=True) is None
    assert {"_PIP_RUNNING_IN_SUBPROCESS", "CONDA_PREFIX"}.isdisjoint(os.environ)


@pytest.mark.parametrize("name", ["venv", "conda/envs/mine"])
def test_it_is_its_own(machine: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = called_by(machine, name, monkeypatch)
    python = str(machine / name / "bin/python3")
    assert other_pip.own_command(words, machine / "notebook", is_cells=True) == [python, *words]


def test_a_python_that_names_itself_otherwise(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of a framework on macOS: the pip that runs is in the environment."""
    words = called_by(machine, "venv", monkeypatch)
    called_by(machine, "system", monkeypatch)
    command = other_pip.own_command(words, machine / "notebook", is_cells=True)
    assert command == [f"{machine}/venv/bin/python", *words]


def test_another_kernels_pip_is_never_the_notebooks(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = called_by(machine, "server", monkeypatch)
    command = other_pip.own_command(words, machine / "notebook", is_cells=False)
    assert command == [f"{machine}/server/bin/python3", *words]


def test_the_calling_python_is_the_process_above() -> None:
    assert os.path.isabs(other_pip._calling_python())


def test_only_our_own_variable_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_PYTHON", "/env/nbenv.scripts/other-pip")
    other_pip.forget()
    assert "PIP_PYTHON" not in os.environ
    monkeypatch.setenv("PIP_PYTHON", "/some/python")
    other_pip.forget()
    assert os.environ["PIP_PYTHON"] == "/some/python"

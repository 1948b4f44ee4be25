"""Lines of conda's that would change another environment, and what to write instead."""

from __future__ import annotations

import pytest

from nbenv.cli.pip_lines.conda_line import conda_refusal


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("install -y pytorch", "Use %nbenv install torch, which records it."),
        ("install -c conda-forge -y numpy=1.21 opencv", "install 'numpy==1.21.*' opencv-python,"),
        ("install --yes conda-forge::pandas", "install pandas,"),
        ("install python=3.9 numpy", "%nbenv python 3.9."),
        ("install odd-thing numpy", "odd-thing is a conda package whose name"),
        ("install numpy ffmpeg", "For ffmpeg, use the package manager of the system."),
        ("update numpy", "%nbenv upgrade numpy,"),
        ("update --all", "%nbenv upgrade NAME,"),
        ("remove numpy", "%nbenv uninstall numpy,"),
        ("-q install numpy", "install numpy,"),
        ("env update -f environment.yml", "%nbenv adopt"),
    ],
)
def test_what_would_change_another_environment(line: str, instead: str) -> None:
    error = conda_refusal("conda", line.split())
    assert error is not None
    assert "cannot change this notebook's environment" in error.what
    assert instead in error.todo


@pytest.mark.parametrize(
    "line",
    ["", "list", "info --envs", "create -n x numpy", "install -n x numpy", "install -nx numpy",
     "install --prefix=/x numpy", "env list", "env update -n x -f e.yml", "search numpy",
     "run -n x python", "--version"],
)  # fmt: skip
def test_what_is_left_to_conda(line: str) -> None:
    assert conda_refusal("conda", line.split()) is None

"""The sdist and the wheel, as they are published.

Building them takes a minute, so this runs only where ``TEST_DISTRIBUTIONS`` is set, as in
``.ci/run``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from uv import find_uv_bin

pytestmark = pytest.mark.skipif(
    not os.environ.get("TEST_DISTRIBUTIONS"),
    reason="set TEST_DISTRIBUTIONS=1 to build the sdist and the wheel",
)


def test_the_wheel_is_whole(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
        [described] = (name for name in names if name.endswith(".dist-info/METADATA"))
        metadata = file.read(described).decode()
    assert not re.findall(r"\]\((?!https?:|#)", metadata)  # the index has the page alone
    assert "Project-URL: Source, https:" in metadata
    page = [name for name in names if "/share/jupyter/labextensions/jupyter-nbenv/" in name]
    assert any("/static/remoteEntry." in name for name in page)
    assert any(name.endswith("/install.json") for name in page)
    assert any(name.endswith("/share/jupyter/kernels/nbenv/kernel.json") for name in names)
    assert "nbenv_clients.pth" in names
    # What the page has is not in the package a second time.
    assert not [name for name in names if name.startswith("nbenv/labextension")]


def run(*command: str | Path, environ: dict[str, str]) -> str:
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_an_environment_of_its_own_as_of_uv_tool(wheel: Path, tmp_path: Path) -> None:
    environ = {**os.environ, "UV_TOOL_DIR": str(tmp_path / "tools"), "HOME": str(tmp_path)}
    environ |= {"UV_TOOL_BIN_DIR": str(tmp_path / "bin"), "NBENV_HOME": str(tmp_path / "home")}
    environ |= {"JUPYTER_DATA_DIR": str(tmp_path / "data"), "JUPYTER_PREFER_ENV_PATH": "0"}
    installing = ["tool", "install", "--python", sys.executable, str(wheel)]
    subprocess.run([find_uv_bin(), *installing], env=environ, check=True)
    nbenv = tmp_path / "bin" / "nbenv"
    jupyter = tmp_path / "elsewhere" / "jupyter-lab"
    jupyter.parent.mkdir()
    jupyter.touch(0o755)
    environ["PATH"] = f"{jupyter.parent}{os.pathsep}{os.defpath}"
    assert f"BAD  Jupyter: {jupyter} is in another environment" in run(
        nbenv, "doctor", environ=environ
    )
    run(nbenv, "kernelspec", environ=environ)
    assert "ok   Jupyter: elsewhere" in run(nbenv, "doctor", environ=environ)
    shown = run(sys.executable, "-m", "jupyter", "kernelspec", "list", environ=environ)
    assert str(tmp_path / "data" / "kernels" / "nbenv") in shown
    run(nbenv, "kernelspec", "--remove", environ=environ)
    assert not (tmp_path / "data" / "kernels" / "nbenv").exists()


def test_an_installation_for_one_user(wheel: Path, tmp_path: Path) -> None:
    python = getattr(sys, "_base_executable", sys.executable)  # in a venv pip knows no user
    environ = {**os.environ, "PYTHONUSERBASE": str(tmp_path / "base"), "HOME": str(tmp_path)}
    environ |= {"NBENV_HOME": str(tmp_path / "home"), "IPYTHONDIR": str(tmp_path / "ipython")}
    environ.pop("VIRTUAL_ENV", None)
    installing = ["-m", "pip", "install", "--user", "--break-system-packages", "-q", str(wheel)]
    subprocess.run([python, *installing], env=environ, check=True)
    environ |= {"JUPYTER_DATA_DIR": str(tmp_path / "base" / "share" / "jupyter")}
    checked = run(python, "-m", "nbenv", "doctor", environ=environ)
    assert "ok   kernelspec" in checked
    assert f"ok   server extension: {tmp_path / 'base'}" in checked
    shown = run(python, "-m", "IPython", "-c", "%nbenv --help", environ=environ)
    assert "usage: nbenv COMMAND" in shown
    removing = ["-m", "pip", "uninstall", "--break-system-packages", "-q", "-y", "jupyter-nbenv"]
    subprocess.run([python, *removing], env=environ, check=True)
    left = [path for path in (tmp_path / "base").rglob("*nbenv*") if path.is_file()]
    assert not left

"""pip in an ordinary ``Python 3 (ipykernel)`` kernel: Jupyter's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.index import LocalIndex
from tests.support.kernels import kernel

NAME = "people-have-one"
_SITE = "import site; site.addsitedir({!r})"


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a Python that Jupyter and nbenv are installed in, and that pip may change."""
    python = tmp_path / "shared" / "bin" / "python"
    command = [sys.executable, "-m", "venv", "--without-pip", str(python.parents[1])]
    subprocess.run(command, check=True)
    [packages] = (tmp_path / "shared").glob("lib/python*/site-packages")
    own = next(entry for entry in sys.path if entry.endswith("site-packages"))
    (packages / "own.pth").write_text(_SITE.format(own), encoding="utf-8")
    shutil.copytree(Path(sys.prefix, "etc", "ipython"), tmp_path / "shared" / "etc" / "ipython")
    pip = python.parent / "pip"
    pip.write_text(f'#!/bin/sh\nexec "{python}" -m pip "$@"\n', encoding="utf-8")
    pip.chmod(0o755)
    spec = {
        "argv": [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "env": {"PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]])},
    }
    place = tmp_path / "data" / "kernels" / NAME / "kernel.json"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps(spec), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)  # the kernel's folder is not taken for nbenv, as the checkout's is
    return python


@pytest.mark.skipif(os.name != "posix", reason="the pip on PATH is a shell script")
def test_pip_installs_into_the_shared_python_and_records_nothing(
    shared: Path, index: LocalIndex, tmp_path: Path, home: Path
) -> None:
    for name in ("first-one", "second-one"):
        index.wheel(name, "1.0")
    notebook = write_notebook(
        tmp_path / "course.ipynb",
        "%pip install first-one\nimport first_one",
        "!pip install second-one\nimport second_one, cv2",
    )
    before = notebook.read_bytes()
    with kernel(notebook, NAME, JPY_SESSION_NAME=str(notebook)) as running:
        running.ok("%pip install first-one")
        assert str(shared.parents[1]) in running.ok("import first_one; print(first_one.__file__)")
        running.ok("!pip install second-one")
        assert str(shared.parents[1]) in running.ok("import second_one; print(second_one.__file__)")
        assert "records no environment yet" in running.ok("%nbenv status")
        assert "%nbenv adopt" in running.run("import cv2")[1]  # the first word of nbenv
    assert notebook.read_bytes() == before
    assert not (home / "envs").exists()
    found = succeed("adopt", notebook, "--dry-run").out  # what the cells install counts
    assert all(name in found for name in ("first-one", "second-one"))

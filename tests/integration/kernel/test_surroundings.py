"""The settings that surround a kernel do not decide whether its notebook works."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import write_notebook
from tests.support.commands import fail, nbenv, succeed
from tests.support.kernels import kernel

VERSION = "import sys, six; print(six.__version__, sys.prefix)"
SHADOWED = ("json", "random", "typing", "yaml", "subprocess", "sitecustomize", "nbenv", "IPython")


@pytest.fixture(scope="module")
def ready(settings: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """Return a notebook whose environment is ready, and the NBENV_HOME that has it."""
    folder = tmp_path_factory.mktemp("ready")
    notebook = write_notebook(folder / "work" / "x.ipynb", "import six; print(six.__version__)")
    succeed("install", notebook, "six", environ={"NBENV_HOME": str(folder / "home")})
    yield notebook, folder / "home"
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "environ",
    [
        {"PYTHONWARNINGS": "error"},
        {"PYTHONOPTIMIZE": "2"},
        {"PYTHONSAFEPATH": "1", "PYTHONNOUSERSITE": "1", "PYTHONDEVMODE": "1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "dumb"},
        {"HOME": "FILE/home", "TMPDIR": "FILE/tmp", "IPYTHONDIR": "FILE/ipython"},
        {"VIRTUAL_ENV": "/nowhere", "UV_PYTHON": "2.7", "PIP_REQUIRE_VIRTUALENV": "1"},
    ],
    ids=lambda environ: next(iter(environ)),
)
def test_a_kernel_and_its_commands(
    environ: dict[str, str], ready: tuple[Path, Path], tmp_path: Path
) -> None:
    notebook, home = ready
    (tmp_path / "file").touch()  # what is below it cannot be written, even by root
    given = {name: each.replace("FILE", str(tmp_path / "file")) for name, each in environ.items()}
    given["NBENV_HOME"] = str(home)
    with kernel(notebook, **given) as running:
        assert f"{home}/envs" in running.ok(VERSION)
        assert running.ok("%nbenv install six").startswith("Already installed: six ")
        assert "six" in running.ok("%nbenv list")
        status = running.ok("%pip list --format=freeze")
        assert "six==" in status
        assert "Traceback" not in status
        assert "Warning" not in status
    assert succeed("restore", notebook, environ=given).err == ""


def test_modules_beside_the_notebook(ready: tuple[Path, Path]) -> None:
    notebook, home = ready
    for name in SHADOWED:
        notebook.with_name(f"{name}.py").write_text("raise SystemExit(9)", encoding="utf-8")
    try:
        manager_folder = os.getcwd()
        os.chdir(notebook.parent)
        with kernel(notebook, NBENV_HOME=str(home)) as running:
            assert f"{home}/envs" in running.ok(VERSION)
            assert running.ok("%nbenv install six").startswith("Already installed: six ")
    finally:
        os.chdir(manager_folder)
        for name in SHADOWED:
            notebook.with_name(f"{name}.py").unlink()


@pytest.mark.parametrize("start", ["kernel", "run"])
def test_pythonpath_does_not_reach_a_kernel(
    start: str, ready: tuple[Path, Path], tmp_path: Path
) -> None:
    notebook, home = ready
    (tmp_path / "six.py").write_text("__version__ = 'of PYTHONPATH'", encoding="utf-8")
    given = {"NBENV_HOME": str(home), "PYTHONPATH": str(tmp_path), "PYTHONPLATLIBDIR": "lib"}
    if start == "run":
        text = succeed("run", notebook, environ=given).out
    else:
        with kernel(notebook, **given) as running:
            text = running.ok(VERSION + "; import os; print(os.environ.get('PYTHONPATH'))")
            assert text.endswith("\nNone\n")
    assert "of PYTHONPATH" not in text


def test_a_home_that_cannot_be_written(ready: tuple[Path, Path], tmp_path: Path) -> None:
    """uv's cache goes below NBENV_HOME; where nothing can be written, one message says so."""
    _, home = ready
    (tmp_path / "file").touch()
    unset = {"UV_CACHE_DIR": "", "XDG_CACHE_HOME": "", "HOME": str(tmp_path / "file" / "home")}
    other = write_notebook(tmp_path / "other.ipynb", "1")
    done = nbenv("install", other, "six", "--dry-run", environ={**unset, "NBENV_HOME": str(home)})
    assert done.status == 0, done.err
    assert (home / "cache" / "uv").is_dir()
    below = {**unset, "NBENV_HOME": str(tmp_path / "file" / "nbenv")}
    assert fail("install", other, "six", environ=below).startswith("nbenv cannot write to its fold")
    with kernel(other, **below) as running:
        status, text = running.run("1")
    assert status == "error"
    assert text.startswith("nbenv cannot write to its folder")
    assert "set NBENV_HOME to another one." in text


def test_a_folder_that_was_deleted(
    ready: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook, home = ready
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    with kernel(notebook, NBENV_HOME=str(home)) as running:
        monkeypatch.chdir(tmp_path)
        gone.rmdir()
        assert running.ok("%nbenv install six").startswith("Already installed: six ")
        assert running.ok("%nbenv status").startswith("Recorded: ")

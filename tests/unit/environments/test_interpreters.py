"""Finding a Python: this one, those on PATH and pyenv's, without asking more than needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbenv.environments import interpreters
from nbenv.environments.interpreters import (
    OLDEST,
    available,
    default_python,
    find,
    is_too_old,
    missing,
)
from tests.support.environments import on_disk

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture(autouse=True)
def only_this_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the machine's other Pythons."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_the_host_is_found_without_a_search(home: Path) -> None:
    found = find(HERE)
    assert found is not None
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    code = "import sys; print(sys.prefix == sys.base_prefix)"
    told = subprocess.check_output([found.executable, "-I", "-c", code], text=True)
    assert told == "True\n"  # not the virtual environment that the tests run in
    assert not home.exists()


@pytest.mark.parametrize(
    "python", ["", "3", "3.x", "2.7", "3.7", "3.111", "3.11.4", "3.1;", "3.011"]
)
def test_a_strange_version_is_no_search(python: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreters, "_discovered", lambda *_: pytest.fail("it searched"))
    assert find(python) is None


def test_a_python_that_is_not_here_is_none() -> None:
    assert find("3.98") is None


def test_a_question_remembers_nothing(home: Path) -> None:
    find("3.98", remember=False)
    assert not home.exists()
    find("3.98")
    assert on_disk(home / "cache" / "interpreters")


def test_what_cannot_be_cached_is_nobodys_trouble(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (home / "cache").mkdir(parents=True)
    (home / "cache").chmod(0o777)  # which others may write to
    assert interpreters.find("3.99") is None
    assert capfd.readouterr() == ("", "")


def test_all_that_are_here_are_found_once(tmp_path: Path) -> None:
    found = available()
    assert HERE in [each.python for each in found]
    assert len({each.python for each in found}) == len(found)


def test_the_error_says_what_is_here_and_what_to_do() -> None:
    error = missing("3.98", "Downloading it failed: no network.")
    assert error.what.startswith("Python 3.98,")
    assert HERE in error.why
    assert error.why.endswith("Downloading it failed: no network.")
    assert f"nbenv python {default_python()} NOTEBOOK" in error.todo


@pytest.mark.parametrize("python", ["2.7", "3.0", "3.6", "3.7"])
def test_a_python_that_no_kernel_runs_on_is_too_old(python: str) -> None:
    assert is_too_old(python)
    error = missing(python)
    assert error.what == (
        f"Python {python} is too old for a notebook's kernel: {OLDEST} is the oldest possible."
    )
    assert "--as-of DATE" in error.todo


@pytest.mark.parametrize("python", ["3.8", "3.9", "3.10", "3.99", "4.0", "", "3", "x", "3.7.1"])
def test_others_are_not_too_old(python: str) -> None:
    assert not is_too_old(python)


def test_pyenvs_shims_are_left_out_and_its_pythons_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shims, other = tmp_path / "pyenv" / "shims", tmp_path / "bin"
    monkeypatch.setenv("PATH", os.pathsep.join([str(shims), str(other), f"{shims}/"]))
    assert interpreters._path_without_shims() == str(other)
    for version in ("3.98.1", "3.98.2", "3.9.1"):
        python = tmp_path / "pyenv" / "versions" / version / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.touch()
    found = [path.parts[-3] for path in interpreters._pyenv("3.98")]
    assert found == ["3.98.2", "3.98.1"]


@pytest.mark.parametrize(
    ("platform", "environ", "root", "pattern"),
    [
        ("linux", {}, "/home/ada/.pyenv", "versions/3.11.*/bin/python"),
        ("darwin", {"PYENV_ROOT": "/opt/pyenv"}, "/opt/pyenv", "versions/3.11.*/bin/python"),
        ("win32", {}, "/home/ada/.pyenv/pyenv-win", "versions/3.11.*/python.exe"),
        ("win32", {"PYENV": "/tools/pyenv-win"}, "/tools/pyenv-win", "versions/3.11.*/python.exe"),
    ],
)
def test_where_pyenv_is(platform: str, environ: dict[str, str], root: str, pattern: str) -> None:
    assert interpreters.pyenv_root(platform, environ, Path("/home/ada")) == Path(root)
    assert interpreters.pyenv_pattern(platform, "3.11") == pattern

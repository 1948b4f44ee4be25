"""A kernel that an environment's Python started without nbenv."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from IPython.core.error import UsageError

from nbenv.environments.pip import pip_shims
from nbenv.home import paths
from nbenv.kernel import plain_kernel


class Shell:
    """What is used of IPython's shell."""

    def __init__(self) -> None:
        self.magics: dict[str, Any] = {}

    def register_magic_function(self, function: Any, kind: str, name: str) -> None:
        assert kind == "line_cell"
        self.magics[name] = function


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an environment that this Python seems to be of."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    for name in ("VIRTUAL_ENV", "PIP_PYTHON"):
        monkeypatch.setenv(name, "")  # so that what is set here is gone afterwards
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", os.pathsep.join(["/one", "/two"]))
    return tmp_path


def test_it_names_what_the_host_names() -> None:
    assert (plain_kernel._FOLDER, plain_kernel._OTHER_PIP) == (paths.PIP_SCRIPTS, paths.OTHER_PIP)
    assert pip_shims.STARTUP


def test_the_environments_pip_comes_first(environment: Path) -> None:
    scripts = environment / paths.PIP_SCRIPTS
    scripts.mkdir()
    (scripts / paths.OTHER_PIP).touch()
    for _ in range(2):  # once is enough
        plain_kernel.prepare(Shell())
        assert os.environ["PATH"].split(os.pathsep) == [
            str(scripts), str(environment / "bin"), "/one", "/two",
        ]  # fmt: skip
    assert os.environ["VIRTUAL_ENV"] == str(environment)
    assert os.environ["PIP_PYTHON"] == str(scripts / paths.OTHER_PIP)


def test_another_python_stays_as_it_is(environment: Path) -> None:
    before = dict(os.environ)
    plain_kernel.prepare(Shell())
    assert dict(os.environ) == before


def test_the_magic_says_what_to_type(environment: Path) -> None:
    shell = Shell()
    plain_kernel.prepare(shell)
    with pytest.raises(UsageError, match="%pip install NAME"):
        shell.magics["nbenv"]("install six")

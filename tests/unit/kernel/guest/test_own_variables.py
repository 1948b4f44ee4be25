"""The variables that identify a kernel outlive what its cells do to them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
BEGAN_WITH = {
    "NBENV_ENVIRONMENT": "work-1",
    "NBENV_HOST_PYTHON": "/host/python",
    "NBENV_BROKEN": "ImportError: zmq",
    "JPY_SESSION_NAME": "/x/work.ipynb",
    "PIP_INDEX_URL": "http://127.0.0.1/simple",
    "PIP_PYTHON": "/x/nbenv-pip",
    "HTTP_PROXY": "http://127.0.0.1",
}


@pytest.fixture
def own(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module in a kernel of the environment ``envs/work-1``."""
    prefix = tmp_path / "envs" / "work-1"
    (prefix / "nbenv.scripts").mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.setattr(sys, "executable", str(prefix / "bin" / "python"))
    module = load("own_variables")
    module.variables.clear()
    module.variables.update(BEGAN_WITH)
    monkeypatch.setattr(os, "environ", dict(BEGAN_WITH))
    return module


def test_a_cell_that_removes_all_variables_changes_nothing(own: Any, tmp_path: Path) -> None:
    os.environ.clear()
    found = own.for_command()
    kept = {name: text for name, text in BEGAN_WITH.items() if name != "NBENV_BROKEN"}
    assert found == {**kept, "NBENV_HOME": str(tmp_path)}


def test_what_a_cell_sets_counts_but_for_the_identity(own: Any, tmp_path: Path) -> None:
    del os.environ["HTTP_PROXY"]
    os.environ.update(PIP_INDEX_URL="http://other", NBENV_ENVIRONMENT="x", NBENV_HOME="/y")
    found = own.for_command()
    assert "HTTP_PROXY" not in found
    assert (found["PIP_INDEX_URL"], found["NBENV_ENVIRONMENT"]) == ("http://other", "work-1")
    assert found["NBENV_HOME"] == str(tmp_path)


def test_on_the_host_nothing_is_added(own: Any) -> None:
    own.variables.clear()
    assert own.for_command() == os.environ


@pytest.mark.parametrize("path", [None, "", "/usr/bin"])
def test_the_scripts_come_back_to_the_path(own: Any, path: str | None) -> None:
    os.environ.clear()
    if path is not None:
        os.environ["PATH"] = path
    own.put_scripts_first()
    first, second, *rest = os.environ["PATH"].split(os.pathsep)
    assert first == os.path.join(sys.prefix, "nbenv.scripts")
    assert second == os.path.join(sys.prefix, "bin")
    assert rest == (os.defpath if path is None else path).split(os.pathsep)
    assert os.environ["PIP_PYTHON"] == BEGAN_WITH["PIP_PYTHON"]
    kept = os.environ["PATH"]
    own.put_scripts_first()
    assert os.environ["PATH"] == kept


def test_a_line_for_the_shell_finds_them_in_the_cell_that_removed_them(own: Any) -> None:
    seen: list[str] = []
    shell = SimpleNamespace(
        events=SimpleNamespace(register=lambda *_: None),
        system=lambda line: seen.append(os.environ["PATH"]),
        getoutput=lambda line, split=True: seen.append(os.environ["PATH"]),
    )
    own.watch(shell)
    for run in (shell.system, shell.getoutput):
        os.environ.clear()
        run("pip list")
    assert all("nbenv.scripts" in path for path in seen)
    assert len(seen) == 2

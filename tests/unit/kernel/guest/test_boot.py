"""Guest modules are loaded by path; a start that fails goes back to the launcher."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from ipykernel import kernelapp

from nbenv.core.python_command import main_command
from tests.unit.kernel.guest.conftest import GUEST

Load = Callable[[str], ModuleType]


@pytest.mark.parametrize("path", sorted(GUEST.glob("*.py")), ids=lambda path: path.stem)
def test_guests_of_python_3_8_understand_it(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    annotated = [node for node in ast.walk(tree) if is_annotated(node)]
    deferred = "from __future__ import annotations"
    assert not annotated or deferred in {ast.unparse(node) for node in tree.body}


def is_annotated(node: ast.AST) -> bool:
    """Return whether a node has an annotation: an older Python must not evaluate it."""
    return any(getattr(node, name, None) is not None for name in ("annotation", "returns"))


def test_modules_are_loaded_once_under_names_that_no_package_has(load: Load) -> None:
    module = load("shell_words")
    assert load("shell_words") is module is sys.modules["_nbenv_shell_words"]
    assert "shell_words" not in sys.modules
    assert str(GUEST) not in sys.path


@pytest.fixture
def boot(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return boot in an environment that is marked as whole."""
    (tmp_path / "nbenv.json").touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["boot.py", "-f", "x.json"])
    monkeypatch.setenv("NBENV_HOST_PYTHON", "/host/python")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    found: Any = sys.modules["_nbenv_boot"]
    monkeypatch.setitem(found.variables, "NBENV_HOST_PYTHON", "/host/python")
    return found


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    found: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda _, words, environ: found.append((words, environ)))
    return found


def test_a_start_that_fails_is_handed_back_to_the_launcher(
    boot: Any, became: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBENV_BROKEN", "ImportError: the first")
    boot._start_again(ImportError("no\nzmq"))
    [(words, environ)] = became
    assert words == main_command("/host/python", "nbenv.kernel.launcher", "-f", "x.json")
    assert environ["NBENV_BROKEN"].splitlines() == ["ImportError: the first", "ImportError: no zmq"]
    assert "VIRTUAL_ENV" not in environ
    assert not (tmp_path / "nbenv.json").exists()  # so that its files are looked at


@pytest.mark.parametrize("missing", ["host", "connection file", "marker"])
def test_what_the_launcher_cannot_repair_fails(
    boot: Any, became: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    if missing == "host":
        monkeypatch.delenv("NBENV_HOST_PYTHON")
    elif missing == "connection file":
        monkeypatch.setattr(sys, "argv", ["boot.py"])
    else:
        (tmp_path / "nbenv.json").unlink()
    boot._start_again(ImportError("zmq"))
    assert became == []


@pytest.mark.parametrize("missed", [False, True])
def test_ipykernel_is_imported_whole_where_it_needs_more_than_was_deferred(
    boot: Any, load: Load, monkeypatch: pytest.MonkeyPatch, missed: bool
) -> None:
    again: list[list[str]] = []
    deferred = SimpleNamespace(is_missed=missed, release=lambda: None)
    monkeypatch.setattr(load("lazy_jupyter_client"), "defer", lambda: deferred)
    monkeypatch.setattr(os, "execve", lambda _, words, __: again.append(words))
    monkeypatch.setattr(kernelapp.IPKernelApp, "instance", lambda: "app")
    assert boot._ipykernel()[1:] == ("app", deferred)
    whole = [sys.executable, "-X", boot._WHOLE, "boot.py", "-f", "x.json"]
    assert again == ([whole] if missed else [])
    monkeypatch.setitem(sys._xoptions, boot._WHOLE, True)
    assert boot._ipykernel()[2] is None

"""The ``main`` of an environment's pip: where it hands its words over to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the commands that are run, in an environment of a host's."""
    found: list[list[str]] = []
    monkeypatch.setitem(sys.modules, "_nbenv_pip", SimpleNamespace(HOST=["host", "-c", "code"]))
    monkeypatch.setattr(subprocess, "call", lambda words: found.append(words) or 7)
    return found


@pytest.mark.parametrize(
    ("python", "program"), [("python", "module"), ("/env/bin/python", "own-module")]
)
def test_a_program_runs_the_host(
    load: Load, called: list[Any], monkeypatch: pytest.MonkeyPatch, python: str, program: str
) -> None:
    monkeypatch.setattr(sys, "orig_argv", [python, "-m", "pip"])
    assert load("pip_package").main(["install", "a"]) == 7
    assert called == [["host", "-c", "code", sys.prefix, program, "install", "a"]]


def test_without_words_they_are_the_programs(
    load: Load, called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["pip", "list"])
    load("pip_package").main()
    assert called[0][-1:] == ["list"]


def test_a_kernel_runs_it_as_its_magic_does(
    load: Load, called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Any] = []
    monkeypatch.setitem(sys.modules, "_nbenv_boot", SimpleNamespace(load=load))
    monkeypatch.setattr(load("outside_changes"), "is_kernel", lambda: True)
    monkeypatch.setattr(load("command"), "run_pip", lambda words: ran.append(words) or 0)
    assert load("pip_package").main(("install", "a")) == 0
    assert (ran, called) == ([["install", "a"]], [])


def test_ensurepip_is_satisfied(
    load: Load, called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", ["/tmp/x/setuptools-65.whl", "/tmp/x/pip-23.whl", *sys.path])
    words = ["install", "--no-cache-dir", "--no-index", "--find-links", "/tmp/x", "pip"]
    assert load("pip_package").main(words) == 0
    assert called == []


def test_uv_is_handed_over_as_uv(load: Load, called: list[Any], monkeypatch: Any) -> None:
    package = load("pip_package")
    monkeypatch.setattr(package, "__spec__", SimpleNamespace(name="uv.__main__"))
    package.main(["pip", "list"])
    assert called[0][4:] == ["uv", "pip", "list"]


def test_a_program_that_runs_the_module_goes_on(
    load: Load, called: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `runpy`, as here: to become another process would end it."""
    package = load("pip_package")
    monkeypatch.setattr("os.execv", lambda *_: pytest.fail("it became another process"))
    assert package._become(["install", "a"]) == 7
    assert called[0][-2:] == ["install", "a"]

"""The magics of a kernel in a notebook's own environment."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def ran(load: Load, monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], list[str]]]:
    """Return the commands that the magics run."""
    found: list[tuple[list[str], list[str]]] = []
    monkeypatch.setattr(load("command"), "run", lambda *words: found.append(words))
    monkeypatch.setitem(load("magics").variables, "NBENV_ENVIRONMENT", "work-1")
    return found


OWN = ["--environment", "work-1"]


def test_each_magic_runs_a_command(load: Load, ran: list[Any]) -> None:
    magics = load("magics")
    magics.nbenv("install 'a b'")
    magics.pip("install a")
    magics.uv("pip install a")
    assert ran == [
        (["install", "a b"], OWN),
        (["pip", "install", "a"], OWN),
        (["pip", "install", "a"], OWN),
    ]


def test_of_uv_only_pip(load: Load, ran: list[Any]) -> None:
    with pytest.raises(load("command").NbenvError, match="only %uv pip"):
        load("magics").uv("add a")
    assert ran == []


def test_a_detached_kernel_changes_its_placeholders(
    load: Load, ran: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(load("magics").variables, "NBENV_DETACHED", "detached-1")
    load("magics").nbenv("list")
    assert ran == [(["list"], ["--detached", "detached-1"])]


@pytest.fixture
def shell(load: Load, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a shell that notes what it is to run."""
    lines: list[str] = []
    found = SimpleNamespace(lines=lines, system=lines.append)
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: found)
    return found


def test_what_needs_a_shell_is_left_to_it(load: Load, ran: list[Any], shell: Any) -> None:
    load("magics").pip("list | grep a")
    load("magics").uv("pip install a>=1 2>&1")
    assert shell.lines == ["pip list | grep a", "uv pip install 'a>=1' 2>&1"]
    assert ran == []


@pytest.mark.parametrize(("written_by", "count"), [("/host/bin", 0), ("/other/bin", 1), (None, 1)])
def test_the_shims_of_another_version_are_renewed(
    load: Load, monkeypatch: pytest.MonkeyPatch, written_by: str | None, count: int
) -> None:
    started: list[str] = []
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setitem(load("magics").variables, "NBENV_HOST_PYTHON", "/host/bin/python3")
    monkeypatch.setattr(load("on_exit"), "start_apart", started.append)
    monkeypatch.delitem(sys.modules, "_nbenv_pip", raising=False)
    if written_by:
        found = SimpleNamespace(HOST=[f"{written_by}/python", "-c", ""])
        monkeypatch.setitem(sys.modules, "_nbenv_pip", found)
    load("magics")._renew_shims()
    assert started == ["nbenv.kernel.renew_shims"] * count
    assert (sys.meta_path[0] is load("pip_finder")) == (written_by is None)

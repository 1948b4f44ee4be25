"""The magics of a kernel in a notebook's own environment."""

from __future__ import annotations

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
    monkeypatch.setenv("NBENV_ENVIRONMENT", "work-1")
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
    monkeypatch.setenv("NBENV_DETACHED", "detached-1")
    load("magics").nbenv("list")
    assert ran == [(["list"], ["--detached", "detached-1"])]


class Shell:
    """What the magics use of a shell."""

    def __init__(self) -> None:
        self.magics: dict[str, Any] = {}
        self.lines: list[str] = []
        self.events = SimpleNamespace(register=lambda *_: None)

    def register_magic_function(self, function: Any, kind: str) -> None:
        self.magics[function.__name__] = function

    def var_expand(self, line: str, depth: int) -> str:
        return line.replace("{python}", "python")

    def system(self, line: str) -> None:
        self.lines.append(line)

    def getoutput(self, line: str, split: bool = True) -> str:
        return f"{line} {split}"


def test_shell_commands_of_pip_are_routed(load: Load, ran: list[Any]) -> None:
    shell: Any = Shell()
    load("magics").register(shell, None)
    assert set(shell.magics) == {"nbenv", "pip", "uv"}
    for line in ("ls", "echo pip", "{python} -m pip install a"):
        shell.system(line)
    assert shell.lines[:2] == ["ls", "echo pip"]
    assert shell.lines[2].endswith("pip --environment work-1 -- install a")
    assert shell.getoutput("pip list", split=False).endswith("-- list False")

"""The words of a line, and which commands of a shell line nbenv runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def words(load: Load) -> Any:
    return load("shell_words")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("install pandas", ["install", "pandas"]),
        ("install 'a >= 1' \"b\"", ["install", "a >= 1", "b"]),
        ("install a # for the plots", ["install", "a"]),
        ("install a#b", ["install", "a#b"]),
        ("install 'a", ["install", "'a"]),
        ("", []),
    ],
)
def test_split(words: Any, line: str, found: list[str]) -> None:
    assert words.split(line) == found


RUN = "host -c code pip --target x --"


@pytest.mark.parametrize(
    ("command", "routed"),
    [
        ("pip install a", f"{RUN} install a"),
        ("pip3.11 list", f"{RUN} list"),
        ("uv pip install a", f"{RUN} install a"),
        ("python -m pip install a && echo done", f"{RUN} install a && echo done"),
        (f"{sys.executable} -m pip list", f"{RUN} list"),
        (f'"{sys.executable}" -m pip list', f"{RUN} list"),
        ("ls; pip list | grep a", f"ls; {RUN} list | grep a"),
        ("pip install 'a; b'", f"{RUN} install 'a; b'"),
        ("echo 'pip install a'", "echo 'pip install a'"),
        ("echo a && cat pip.txt", "echo a && cat pip.txt"),
        ("pipenv install", "pipenv install"),
        ("sudo pip install a", "sudo pip install a"),
    ],
)
def test_route(words: Any, command: str, routed: str) -> None:
    assert words.route(command, ["host", "-c", "code"], ["--target", "x"]) == routed

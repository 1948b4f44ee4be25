"""The words of a line, and whether a shell must run it."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('install "x>=2"', ["install", "x>=2"]),
        ("install 'a >= 1' \"b\"", ["install", "a >= 1", "b"]),
        ("install -e C:\\work\\proj", ["install", "-e", "C:\\work\\proj"]),
        ('install "C:\\my work\\x.whl" # mine', ["install", "C:\\my work\\x.whl"]),
        ("install \\\\host\\share\\x.whl", ["install", "\\\\host\\share\\x.whl"]),
        ('install "C:\\ends\\"', ["install", "C:\\ends\\"]),
        ("install C:\\O'Brien\\x.whl", ["install", "C:\\O'Brien\\x.whl"]),
        ("install a#b", ["install", "a#b"]),
        ("", []),
    ],
)
def test_on_windows_backslashes_belong_to_paths(
    words: Any, monkeypatch: pytest.MonkeyPatch, line: str, found: list[str]
) -> None:
    monkeypatch.setattr(words.os, "name", "nt")
    assert words.split(line) == found


def test_the_quotes_of_windows_shell(words: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words.os, "name", "nt")
    assert words.for_shell("install a>=1 | more") == 'install "a>=1" | more'


@pytest.mark.parametrize(
    "line",
    [
        "list | grep torch", "list|grep torch", "freeze > requirements.txt", "freeze>r.txt",
        "freeze >> r.txt", "freeze > 2024.txt",
        "install -q a 2>&1 | tail -1", "install a >/dev/null",
        "install a 2> log", "install a &> log", "install a && pip check", "install a || true",
        "install a; pip list", "install $NAME", 'install "$NAME"', "install `cat name`",
        "install $(cat r.txt)", "install ~/project", "install dist/*.whl", "install -r ./*/r.txt",
        "list | grep 'a;b'", "install a &", "install -r /dev/stdin < r.txt",
    ],
)  # fmt: skip
def test_only_a_shell_can_run_it(words: Any, line: str) -> None:
    assert words.is_for_shell(line)


@pytest.mark.parametrize(
    "line",
    [
        "install a>=1", "install a >= 1", "install a > 1.0", "install a>1,<2", "install 'a>1'",
        "install 'a | b'", "install a ~= 1.0", "install a==1.*", "install git+https://x/y?a=1&b=2",
        "install 'a; python_version<\"3.8\"'", "install a;", "install a # | grep b",
        "install a; python_version < '3.8'", "install a; sys_platform == 'win32'", "install a\\;b",
        "list --format json", "", "uninstall -y a", "install a[b] c!=2",
    ],
)  # fmt: skip
def test_no_shell_is_needed(words: Any, line: str) -> None:
    assert not words.is_for_shell(line)


def test_a_semicolon_at_the_end_hides_output_as_elsewhere(words: Any) -> None:
    assert words.split("install a;") == ["install", "a"]
    assert words.split("install a ;") == ["install", "a"]


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("install a>=1 | tail -1", "install 'a>=1' | tail -1"),
        ("install a>=1 & ", "install 'a>=1'"),
        ("install a[b]>1,<2 c && x", "install 'a[b]>1,<2' c && x"),
        ("install 'a>=1' 2>&1", "install 'a>=1' 2>&1"),
        ("install a > log", "install a > log"),
        ("freeze>r.txt", "freeze>r.txt"),
    ],
)
def test_requirements_do_not_write_to_files(words: Any, line: str, given: str) -> None:
    assert words.for_shell(line) == given


def test_a_space_that_does_not_break_is_a_space(words: Any) -> None:
    found = words.split("install\u00a0alpha \u00a0'beta >= 1'")
    assert found == ["install", "alpha", "beta >= 1"]

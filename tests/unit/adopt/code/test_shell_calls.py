"""Unit tests of ``nbenv.adopt.code.shell_calls``."""

from __future__ import annotations

import pytest

from nbenv.adopt.code.shell_calls import shell_line


@pytest.mark.parametrize(
    ("name", "words", "line"),
    [
        ("os.system", ["pip install a"], "pip install a"),
        ("subprocess.run", ["pip", "install", "a >= 1"], "pip install 'a >= 1'"),
        ("check_call", ["pip install a"], "pip install a"),
        ("pip._internal.main", ["install", "a"], "pip install a"),
        ("micropip.install", ["a", "b>=1"], 'pip install "a" "b>=1"'),
        ("micropip.list", [], None),
        ("print", ["pip install a"], None),
    ],
)
def test_the_line_of_a_call(name: str, words: list[str], line: str | None) -> None:
    assert shell_line(name, words) == line

"""The parts of uv's command lines."""

from __future__ import annotations

import pytest

from nbenv.cli.pip_lines.uv_words import first_word, parse_uv, take_option


@pytest.mark.parametrize(
    ("line", "pip", "verb"),
    [
        ("pip install a", ("install", "a"), "install"),
        ("-q pip install a", ("install", "a", "-q"), "install"),
        ("--cache-dir pip pip list", ("list",), "list"),
        ("--color=never pip list", ("list",), "list"),
        ("add pip", None, "add"),
        ("run --active python", None, "run"),
        ("--version", None, ""),
        ("", None, ""),
        ("pip", (), ""),
        ("pip --python x install a", ("--python", "x", "install", "a"), "install"),
    ],
)
def test_the_pip_interface(line: str, pip: tuple[str, ...] | None, verb: str) -> None:
    call = parse_uv(line.split())
    assert (call.pip, call.verb) == (pip, verb)


def test_the_first_word() -> None:
    assert first_word(["-q", "--proxy", "x", "install", "a"]) == 3
    assert first_word(["--proxy"]) == 2


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["-p", "x", "a"], ("x", ["a"])),
        (["a", "--python=x"], ("x", ["a"])),
        (["a", "--python"], (None, ["a"])),
        (["a"], (None, ["a"])),
    ],
)
def test_taking_an_option(words: list[str], found: tuple[str | None, list[str]]) -> None:
    assert take_option(words, ("--python", "-p")) == found

"""Unit tests of ``nbenv.adopt.install_commands``."""

from __future__ import annotations

import pytest

from nbenv.adopt.install_commands import (
    Install,
    clones,
    installs,
    moved_here,
    pip_install,
    saved_files,
)


def only(command: str) -> Install:
    [install] = installs(command)
    return install


def test_options_go_to_their_parts() -> None:
    words = "a -r r.txt -cc.txt --editable=./e -f links -i main --extra-index-url more --pre -t x"
    assert pip_install(words.split()) == Install(
        requirements=["a"],
        files=["r.txt"],
        constraints=["c.txt"],
        editable=["./e"],
        links=["links"],
        main_index=["main"],
        indexes=["more"],
    )


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("uv add a b", ["a", "b"]),
        ("uv pip install a", ["a"]),
        ("poetry add a@^2", ["a>=2"]),
        ("nbenv install a", ["a"]),
        ("pip install a, b", ["a", "b"]),
        ("pip -q install a", ["a"]),
        ("pip --timeout 100 --no-cache-dir install a", ["a"]),
        ("python -m pip --quiet install a -U", ["a"]),
        ("conda -q install a", ["a"]),
        ("pip install a > /dev/null", ["a"]),
        ("pip install a\\\n b", ["a", "b"]),
        ("{sys.executable} -m pip install a", ["a"]),
        ("pip install a # b, don't", ["a"]),
        ("pip install a #b", ["a"]),
        ("pip install git+https://a.org/b#egg=c d", ["git+https://a.org/b#egg=c", "d"]),
        ("uv sync", []),
        ("pip", []),
    ],
)
def test_commands(command: str, names: list[str]) -> None:
    assert [name for each in installs(command) for name in each.requirements] == names


def test_each_command_of_a_line_is_one_install() -> None:
    assert [each.requirements for each in installs("pip install a && pip install b; ls")] == [
        ["a"],
        ["b"],
    ]


def test_conda() -> None:
    install = only("conda install -y -c conda-forge -n base --file more.txt main::numpy=1.26")
    assert install == Install(requirements=["numpy=1.26"], files=["more.txt"], conda=True)


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("wget https://example.org/raw/helper.py", ["helper"]),
        ("git clone --depth 1 https://example.org/tool.git", ["tool"]),
        ("git clone https://example.org/tool.git here", ["here"]),
        ("pip install helper.py", []),
        ("cp tool/some-data.csv .", []),
    ],
)
def test_saved_files(command: str, names: list[str]) -> None:
    assert list(saved_files(command)) == names


@pytest.mark.parametrize(
    ("command", "moved"),
    [
        ("mv tool/inner .", [("tool/inner", "inner")]),
        ("cp -r tool/src/inner ./", [("tool/src/inner", "inner")]),
        ("cp -r ./tool/src ./renamed", [("./tool/src", "renamed")]),
        ("git clone https://example.org/tool && mv tool/a /content", [("tool/a", "a")]),
        ("cp tool/some-data.csv .", []),
        ("mv", []),
    ],
)
def test_moved_here(command: str, moved: list[tuple[str, str]]) -> None:
    assert list(moved_here(command)) == moved


def test_lines_that_were_pasted_together() -> None:
    assert only("pip install a b !pip install c").requirements == ["a", "b", "c"]
    assert only("pip install --upgrade pip install-x").requirements == ["pip", "install-x"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("git clone https://example.org/a/b.git", {"b": "https://example.org/a/b.git"}),
        ("git clone --depth 1 https://example.org/b c && cd c", {"c": "https://example.org/b"}),
        ("git pull", {}),
    ],
)
def test_clones(command: str, expected: dict[str, str]) -> None:
    assert clones(command) == expected


def test_modules_that_a_line_builds() -> None:
    assert list(saved_files("f2py -c -m fast fast.f90")) == ["fast"]
    assert list(saved_files("echo 1 > made.py")) == ["made"]

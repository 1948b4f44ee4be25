"""Command lines of pip's, read as pip reads them."""

from __future__ import annotations

import pytest

from nbenv.cli.pip_lines.pip_grammar import PipLine, read_line, read_options
from nbenv.errors import UsageError


def read(text: str) -> PipLine:
    line = read_line(text.split())
    read_options(line)
    return line


def given(text: str) -> list[tuple[str, str]]:
    return [(option.to or option.flags[0], value) for option, _, value in read(text).options]


def test_options_before_the_command_count_as_those_behind_it() -> None:
    line = read("-q --no-cache-dir --timeout 3 install --disable-pip-version-check -U six")
    assert (line.command, line.words) == ("install", ["six"])
    assert given("-q --timeout 3 install -U six") == [
        ("-q", ""),
        ("UV_HTTP_TIMEOUT", "3"),
        ("upgrade", ""),
    ]


@pytest.mark.parametrize("text", ["-qU", "-Uq", "-q -U", "-qqqvU", "--quiet --upgrade"])
def test_short_options_cluster(text: str) -> None:
    assert ("upgrade", "") in given(f"install {text} six")


@pytest.mark.parametrize(
    "text", ["-rx.txt", "-r x.txt", "--requirement=x.txt", "--requirement x.txt", "-qr x.txt",
             "--requirements=x.txt", "--requirem x.txt"],
)  # fmt: skip
def test_values_stand_in_all_places(text: str) -> None:
    line = read(f"install six {text} pandas")
    assert [(option.to, value) for option, _, value in line.options if option.to] == [
        ("files", "x.txt")
    ]
    assert line.words == ["six", "pandas"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("--no-dep", "no_deps"), ("--no-bin x", "no_binary"), ("--upgr", "upgrade"),
        ("--force", "reinstall"), ("--find x", "find_links"), ("--extra-index u", "indexes"),
        ("--const x", "constraint_files"), ("--dry", "dry_run"), ("--index u", "indexes"),
    ],
)  # fmt: skip
def test_beginnings_are_enough(text: str, field: str) -> None:
    assert [each for each, _ in given(f"install {text} six")] == [field]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("--up six", "--up could mean --upgrade or"),
        ("--upgarde six", "no such option: --upgarde. Did you mean --upgrade?"),
        ("--timeout", "--timeout option requires 1 argument"),
        ("--pre=1 six", "--pre option does not take a value"),
        ("-Z six", "no such option: -Z"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(f"install {text}")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "place", ["--target x install six", "install --target=x six", "install six -t x"]
)
def test_what_cannot_be_followed_is_refused_by_name_with_another_way(place: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(place)
    assert caught.value.what.startswith(("--target cannot", "-t cannot"))
    assert "in a terminal" in caught.value.todo


def test_ignored_options_are_named_once_for_each_reason() -> None:
    line = read("install --user --break-system-packages --user --no-compile -q six")
    assert line.notes() == [
        "Ignored --user, --break-system-packages: a notebook has an environment of its own.",
        "Ignored --no-compile: Python compiles a module when it is first imported.",
    ]


def test_questions_are_noted() -> None:
    assert read("--version").answer == "--version"
    assert read("install -h six").answer == "-h"
    assert read("").command == ""

"""Options that the machine sets for pip and uv."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.cli.pip_lines.pip_grammar import read_line, read_options
from nbenv.cli.pip_lines.pip_request import install_request
from nbenv.cli.pip_lines.pip_variables import add_environment
from nbenv.operations.install import InstallRequest

OWN = "a notebook has an environment of its own."


def made(words: str = "install a", **environ: str) -> tuple[InstallRequest, list[str]]:
    line = read_line(words.split())
    read_options(line)
    ignored = add_environment(line, {"PIP_CONFIG_FILE": os.devnull, **environ})
    request, notes = install_request(line)
    return request, [*notes, *ignored]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PIP_NO_DEPS", "1", {"no_deps": True}),
        ("PIP_NO_DEPS", "0", {}),
        ("PIP_PRE", "true", {"pre": True}),
        ("PIP_UPGRADE", "yes", {"upgrade": True}),
        ("PIP_CONSTRAINT", "c.txt d.txt", {}),
        ("PIP_REQUIREMENT", "r.txt", {"files": ("r.txt",)}),
        ("PIP_NO_BINARY", "b", {}),
        ("PIP_ONLY_BINARY", ":all:", {}),
        ("PIP_PREFER_BINARY", "1", {}),
        ("PIP_REQUIRE_HASHES", "1", {"require_hashes": True}),
        ("PIP_INDEX_URL", "https://h.invalid", {}),
        ("PIP_NO_INDEX", "1", {}),
        ("PIP_RETRIES", "1", {}),
        ("PIP_BREAK_SYSTEM_PACKAGES", "1", {}),
        ("PIP_NEVER_HEARD_OF", "1", {}),
        ("UV_CONSTRAINT", "c.txt", {}),
        ("UV_PRERELEASE", "allow", {"pre": True}),
        ("UV_RESOLUTION", "lowest", {"resolution": "lowest"}),
        ("UV_EXCLUDE_NEWER", "2024-01-01 00:00Z", {"exclude_newer": "2024-01-01 00:00Z"}),
        ("UV_NO_BINARY", "1", {}),
        ("UV_NO_BINARY_PACKAGE", "b c", {}),
        ("UV_NO_BUILD", "1", {}),
    ],
)
def test_what_counts_as_an_option(name: str, value: str, expected: dict[str, object]) -> None:
    request, notes = made(**{name: value})
    assert request == InstallRequest(("a",), **expected)  # type: ignore[arg-type]
    assert not notes


@pytest.mark.parametrize(
    ("name", "value", "note"),
    [
        ("PIP_USER", "1", OWN),
        ("UV_SYSTEM_PYTHON", "1", OWN),
        ("PIP_TARGET", "x", "it cannot be followed: the packages belong in the notebook's own"),
        ("UV_OVERRIDE", "x", "it cannot be recorded."),
        ("UV_PRERELEASE", "explicit", "--prerelease explicit cannot be followed."),
    ],
)
def test_what_is_ignored_is_named(name: str, value: str, note: str) -> None:
    request, notes = made(**{name: value})
    assert request == InstallRequest(("a",))
    (only,) = notes
    assert only.startswith(f"Ignored {name}: {note}")


def test_the_line_counts_more() -> None:
    assert made("install --resolution highest a", UV_RESOLUTION="lowest")[0].resolution == ""


def test_pips_configuration(tmp_path: Path) -> None:
    file = tmp_path / "pip.conf"
    file.write_text(
        "[install]\nno-deps = true\nuser = yes\nconstraint = c.txt\n[list]\npre = yes\n",
        encoding="utf-8",
    )
    request, notes = made(PIP_CONFIG_FILE=str(file))
    assert request == InstallRequest(("a",), no_deps=True)
    assert notes == [f"Ignored user in pip's configuration: {OWN}"]

"""Locks from a resolution that was exported as ``pylock.toml``."""

from __future__ import annotations

import pytest

from nbenv.core.pylock import filename_of, from_pylock, is_installable

HASH = "sha256:" + "a" * 64
COMMIT = "0123456789" * 4


@pytest.mark.parametrize(
    ("filename", "fits"),
    [
        ("a-1-py3-none-any.whl", True),
        ("a-1-py2.py3-none-any.whl", True),
        ("a-1-cp311-cp311-win_amd64.whl", True),
        ("a-1-cp311-cp311-macosx_11_0_arm64.whl", True),
        ("a-1-cp39-abi3-manylinux_2_17_x86_64.whl", True),
        ("a-1-cp312-abi3-manylinux_2_17_x86_64.whl", False),
        ("a-1-cp312-cp312-win_amd64.whl", False),
        ("a-1-cp311-cp311t-win_amd64.whl", False),
        ("a-1-pp311-pypy311_pp73-win_amd64.whl", False),
        ("a-1-cp311-cp311-pyodide_2025_0_wasm32.whl", False),
        ("a-1.tar.gz", False),
    ],
)
def test_wheels_of_one_minor(filename: str, fits: bool) -> None:
    assert is_installable(filename, "3.11") is fits


def test_hashes_are_of_wheels_or_else_of_the_sdist() -> None:
    sdist = {"url": "u/a-1.tar.gz", "hashes": {"sha256": "5" * 64}}
    wheel = {"url": "u/a-1-py3-none-any.whl", "hashes": {"sha256": "a" * 64}}
    other = {"url": "u/b-1-cp312-cp312-win32.whl", "hashes": {"sha256": "c" * 64}}
    marker = "implementation_name == 'cpython' and sys_platform == 'win32'"
    packages = [
        {"name": "a", "version": "1", "sdist": sdist, "wheels": [wheel], "marker": marker},
        {"name": "b", "version": "1", "sdist": sdist, "wheels": [other]},
    ]
    assert from_pylock({"packages": packages}, "3.11").lines() == [
        f"a==1 ; sys_platform == 'win32' --hash={HASH}",
        f"b==1 --hash=sha256:{'5' * 64}",
    ]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (
            {"vcs": {"type": "git", "url": "https://h.invalid/a", "commit-id": COMMIT}},
            f"a @ git+https://h.invalid/a@{COMMIT}",
        ),
        (
            {"vcs": {"type": "git", "path": "/a", "commit-id": COMMIT, "subdirectory": "x"}},
            f"a @ git+/a@{COMMIT}#subdirectory=x",
        ),
        (
            {"archive": {"url": "https://h.invalid/a.zip", "hashes": {"sha256": "a" * 64}}},
            f"a @ https://h.invalid/a.zip --hash={HASH}",
        ),
        ({"directory": {"path": "../a"}}, "a @ ../a"),
    ],
)
def test_direct_sources(source: dict[str, object], line: str) -> None:
    assert from_pylock({"packages": [{"name": "a", **source}]}, "3.11").lines() == [line]


@pytest.mark.parametrize(
    ("marker", "kept"),
    [
        ("implementation_name == 'cpython' and sys_platform != 'emscripten'", None),
        ("os_name == 'nt' and implementation_name == 'cpython'", "os_name == 'nt'"),
        ("os_name == 'nt'", "os_name == 'nt'"),
        ("", None),
    ],
)
def test_a_marker_that_always_holds_is_left_out(marker: str, kept: str | None) -> None:
    package = {"name": "a", "version": "1", "marker": marker}
    [locked] = from_pylock({"packages": [package]}, "3.11").distributions
    assert locked.marker == kept


def test_the_index_is_known_without_its_password_but_not_recorded() -> None:
    package = {"name": "a", "version": "1", "index": "https://u:p@h.invalid/simple"}
    [locked] = from_pylock({"packages": [package]}, "3.11").distributions
    assert locked.index == "https://h.invalid/simple"
    assert locked.line == "a==1"


@pytest.mark.parametrize(
    "file",
    [{"name": "a-1.tar.gz"}, {"url": "https://h.invalid/x/a-1.tar.gz"}, {"path": "x/a-1.tar.gz"}],
)
def test_a_file_name_may_be_implied(file: dict[str, object]) -> None:
    assert filename_of(file) == "a-1.tar.gz"

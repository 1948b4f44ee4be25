"""Pythons and platforms in words."""

from __future__ import annotations

import pytest

from nbenv.installer.failures.platforms import (
    deciding_tags,
    described_tags,
    nearest_python,
    python_range,
)


@pytest.mark.parametrize(
    ("specifier", "words", "nearest"),
    [
        (">=3.13", "Python 3.13 or later", "3.13"),
        ("<3.10", "a Python before 3.10", "3.9"),
        (">=3.8,<3.10", "Python >=3.8,<3.10", "3.9"),
        ("==3.12.*", "Python 3.12", "3.12"),
        (">=3.11.9", "Python 3.11.9 or later", "3.11"),
        ("<3", "a Python before 3", ""),
        ("odd", "Python odd", ""),
    ],
)
def test_ranges(specifier: str, words: str, nearest: str) -> None:
    assert python_range(specifier) == words
    assert nearest_python(specifier, "3.11") == nearest


@pytest.mark.parametrize(
    ("tags", "words", "nearest"),
    [
        (
            ["cp36m", "cp37m", "cp38", "cp39"],
            "Python 3.6, Python 3.7, Python 3.8 and Python 3.9",
            "3.9",
        ),
        (["win_amd64"], "Windows (amd64)", ""),
        (["macosx_11_0_arm64", "win32"], "macOS (arm64) and Windows", ""),
        (["manylinux_2_28_aarch64"], "Linux (aarch64)", ""),
        (["something_else"], "", ""),
        ([], "", ""),
    ],
)
def test_tags(tags: list[str], words: str, nearest: str) -> None:
    assert described_tags(tags, "3.11") == (words, nearest)


@pytest.mark.parametrize(
    ("names", "tags"),
    [
        (["a-1-cp39-cp39-win_amd64.whl", "a-1.tar.gz"], ["win_amd64"]),
        (["a-1-cp39-cp39-win_amd64.whl", "a-1-cp38-cp38-linux_x86_64.whl"], ["cp38"]),
        (["a-1-cp39-cp39-win32.whl", "a-1-cp310-none-any.whl"], ["cp310"]),
        ([], []),
    ],
)
def test_what_decides(names: list[str], tags: list[str]) -> None:
    assert deciding_tags(names, ["linux_x86_64"]) == tags

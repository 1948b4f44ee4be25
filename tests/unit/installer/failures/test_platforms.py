"""Pythons and platforms in words."""

from __future__ import annotations

import pytest

from nbenv.installer.failures.platforms import described_tags, nearest_python, python_range


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

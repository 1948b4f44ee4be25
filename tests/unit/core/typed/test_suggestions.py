"""Suggestions for names that are no distribution's: of our own tables, and never a stranger's."""

from __future__ import annotations

import pytest

from nbenv.core.import_names import distributions
from nbenv.core.typed.suggestions import confused_with, is_standard, meant_by


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cv2", "opencv-python"), ("sklearn", "scikit-learn"), ("PIL", "pillow"),
        ("pil", "pillow"), ("bs4", "beautifulsoup4"), ("yaml", "pyyaml"),
        ("skimage", "scikit-image"), ("dateutil", "python-dateutil"), ("attr", "attrs"),
        ("Crypto", "pycryptodome"), ("Bio", "biopython"), ("fitz", "pymupdf"),
        ("numpi", "numpy"), ("panads", "pandas"), ("requets", "requests"),
        ("matplotlib.pyplot", "matplotlib"), ("scikit learn", "scikit-learn"),
        ("scikitlearn", "scikit-learn"), ("pytorch", "torch"), ("tensor-flow", "tensorflow"),
        ("sklern", "scikit-learn"), ("beautifulsoup", "beautifulsoup4"),
        ("opencv", "opencv-python"), ("scipi", "scipy"), ("pandsa", "pandas"), ("np", "numpy"),
        ("Matplotib", "matplotlib"),
    ],
)  # fmt: skip
def test_what_is_meant(typed: str, meant: str) -> None:
    assert meant_by(typed)[:1] == (meant,)


@pytest.mark.parametrize(
    "typed", ["no-such-thing-at-all", "q", "x2", "", "pandas-numpy-everything"]
)
def test_nothing_is_guessed(typed: str) -> None:
    assert meant_by(typed) == ()


def test_only_names_of_the_table_are_suggested() -> None:
    for typed in ("flaskk", "djngo", "wheell", "zzope", "pyqtt5", "kubernets"):
        assert set(meant_by(typed)) <= distributions()


def test_names_that_are_confused() -> None:
    assert confused_with("attr") == "attrs"
    assert confused_with("yaml") == "pyyaml"
    assert confused_with("pandas") == ""
    assert confused_with("panads") == ""


def test_the_own_name_is_not_suggested() -> None:
    assert "pandas" not in meant_by("pandas")


@pytest.mark.parametrize(
    ("name", "python", "answer"),
    [
        ("os", "3.11", True), ("json", "3.9", True), ("tkinter", "3.13", True),
        ("sqlite3", "3.11", True), ("asyncio", "3.11", True), ("pandas", "3.11", False),
        ("tomllib", "3.10", False), ("tomllib", "3.11", True), ("distutils", "3.11", True),
        ("distutils", "3.12", False), ("telnetlib", "3.13", False), ("_thread", "3.11", False),
    ],
)  # fmt: skip
def test_the_standard_library_of_a_python(name: str, python: str, answer: bool) -> None:
    assert is_standard(name, python) is answer

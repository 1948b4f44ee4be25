"""Lists for people in the place of requirements files."""

from __future__ import annotations

import pytest

from nbenv.core.typed.listings import problem_of_listing

PIP = "Package    Version\n---------- -------\nsix        1.17.0\n"
LISTS = {
    PIP: "pip list",
    f"Note: restart the kernel\n{PIP}": "pip list",
    "Package Version Editable project location\n------- ------- ----\na 1 /x\n": "pip list",
    "Package Version Latest Type\n------- ------- ------ -----\nsix 1.16 1.17 wheel\n": "pip list",
    "six        1.17.0\ntoolz 0.12\n": "pip list",
    '[{"name": "six", "version": "1.17.0"}]': "pip list",
    "# packages in environment at x:\n#\n# Name Version Build\nsix 1.17 py_0\n": "conda list",
    "six  1.17.0  pyhd8ed1ab_0  conda-forge\n_libgcc_mutex  0.1  main_0\n": "conda list",
}  # fmt: skip


@pytest.mark.parametrize("text", LISTS)
def test_a_list(text: str) -> None:
    error = problem_of_listing(text, "r.txt")
    assert error
    assert error.what.startswith(f"r.txt is the table of {LISTS[text]},")
    assert "pip freeze" in error.todo


@pytest.mark.parametrize(
    "text",
    [
        "", "six\n", "six==1.17.0\ntoolz\n", "# Name Version\nsix==1\n", "six 1.17.0\n",
        "six=1.17=py_0\ntoolz=0.12=0\n", "six >= 1\ntoolz ; python_version > '3'\n", "package\n",
        "-r other.txt\n", "./folder\n",
    ],
)  # fmt: skip
def test_a_requirements_file(text: str) -> None:
    assert problem_of_listing(text, "r.txt") is None

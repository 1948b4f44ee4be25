"""Files of other formats: followed where that is right, else refused with the way."""

from __future__ import annotations

import pytest

from nbenv.errors import RequirementError
from nbenv.installer.files.foreign_files import read_foreign


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("environment.yml", "a conda environment file"),
        ("environment-dev.yaml", "a conda environment file"),
        ("Pipfile", "a file of Pipenv"),
        ("pylock.toml", "a lock"),
        ("pylock.dev.toml", "a lock"),
        ("poetry.lock", "another tool's own file"),
        ("setup.py", "a project's own file"),
        ("x-1-py3-none-any.whl", "a package"),
        ("other.ipynb", "a notebook"),
    ],
)
def test_other_formats_are_named(name: str, what: str) -> None:
    with pytest.raises(RequirementError, match=f"{name} is {what}, not a requirements file"):
        read_foreign(name, b"")


def test_requirements_files_are_left_alone() -> None:
    assert read_foreign("requirements.txt", b"x") is None
    assert read_foreign("dev.in", b"x") is None


def test_the_dependencies_of_a_project() -> None:
    text = b'[project]\nname = "x"\ndependencies = ["a>1", "b; os_name == \'nt\'"]\n'
    assert read_foreign("pyproject.toml", text) == "a>1\nb; os_name == 'nt'"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[tool.poetry]", "lists no dependencies"),
        ("[project]\ndynamic = ['dependencies']", "lists no dependencies"),
        ("[project]\ndependencies = [1]", "lists no dependencies"),
        ("not toml", "cannot be read"),
        ("[project]\ndependencies = ['a']\n[tool.uv.sources]\na = {path = 'a'}", "tool.uv.sources"),
        ("[project]\ndependencies = ['a']\n[[tool.uv.index]]\nurl = 'x'", "tool.uv.index"),
    ],
)
def test_a_project_that_does_not_say_it_all(text: str, why: str) -> None:
    with pytest.raises(RequirementError, match=why):
        read_foreign("pyproject.toml", text.encode())

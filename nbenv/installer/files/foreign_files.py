"""Recognise files of other formats that people pass as a requirements file."""

from __future__ import annotations

import re

from nbenv.core.typed.requirements_file import decode
from nbenv.errors import RequirementError
from nbenv.installer.uv_config import tomllib

__all__ = ["read_foreign"]

_ADOPT = "%nbenv adopt reads it if it lies beside the notebook."
_OTHER = {
    r"environment.*\.ya?ml|conda.*\.ya?ml": ("a conda environment file", _ADOPT),
    r"Pipfile": ("a file of Pipenv", _ADOPT),
    r"pylock(\.[\w-]+)?\.toml": ("a lock", _ADOPT),
    r"Pipfile\.lock|poetry\.lock|uv\.lock|pdm\.lock|pixi\.(toml|lock)|conda-lock\.yml": (
        "another tool's own file",
        "Export it with that tool as a requirements file, and install that.",
    ),
    r"setup\.(py|cfg)": ("a project's own file", "To install the project: %nbenv install -e ."),
    r".*\.ipynb": ("a notebook", "%nbenv diff compares the environments of two notebooks."),
    r".*\.(whl|tar\.gz|zip)": ("a package", "Install it without -r."),
}
"""Names of files that are no requirements files, what they are, and what to do instead."""


def read_foreign(name: str, data: bytes) -> str | None:
    """Return the dependencies of a ``pyproject.toml`` as a requirements file; None for others.

    Line breaks are kept where that is possible, so that messages name the right line.

    Raises
    ------
    RequirementError
        The file has another format; the message says what to do with it.
    """
    for pattern, (kind, todo) in _OTHER.items():
        if re.fullmatch(pattern, name):
            raise RequirementError(f"{name} is {kind}, not a requirements file.", todo=todo)
    if name != "pyproject.toml":
        return None
    try:
        document = tomllib.loads(decode(data))
    except ValueError as error:
        raise RequirementError(f"{name} cannot be read.", f"{error}.") from None
    return _dependencies(document)


def _dependencies(document: dict[str, object]) -> str:
    project, uv = _table(document, "project"), _table(_table(document, "tool"), "uv")
    texts = project.get("dependencies")
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise RequirementError(
            "pyproject.toml lists no dependencies in [project].",
            "A build, or another tool, knows them.",
            "To install the project itself: %nbenv install -e FOLDER",
        )
    for key in ("sources", "index"):
        if uv.get(key):
            raise RequirementError(
                f"pyproject.toml has [tool.uv.{key}], which says where packages come from.",
                "Its dependencies alone would be other packages of the same names.",
                "Export it, and install that: uv export -o requirements.txt",
            )
    return "\n".join(texts)


def _table(document: dict[str, object], key: str) -> dict[str, object]:
    found = document.get(key)
    return found if isinstance(found, dict) else {}

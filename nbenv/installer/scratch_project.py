"""Write the throw-away project that stands for a notebook while uv works on it."""

from __future__ import annotations

from pathlib import Path

import tomli_w

from nbenv.installer.failures.no_solution import PROJECT

__all__ = ["write_project"]


def write_project(path: Path, project: dict[str, object], settings: dict[str, object]) -> None:
    """Write a ``pyproject.toml`` with entries of ``[project]`` (PEP 621) and of ``[tool.uv]``.

    It is a workspace of its own, so that uv does not look for one in the folders above.
    """
    document = {
        "project": {"name": PROJECT, "version": "0", "requires-python": ">=3.8", **project},
        "tool": {"uv": {"workspace": {}, **settings}},
    }
    path.write_text(tomli_w.dumps(document), encoding="utf-8")

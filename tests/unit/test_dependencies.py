"""Every dependency is used, and what is used is a dependency."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import nbenv

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
PACKAGE = Path(nbenv.__file__).parent
ELSEWHERE = ("export/data", "kernel/guest", "workers/clients", "workers/drivers", "workers/worker")
"""Code that runs with what is installed in other places."""
OTHERS = {
    "jupytext": "used for notebooks in text files where it is installed",
    "pyzmq": "the messages of Jupyter's kernels are made of it",
    "tornado": "Jupyter's servers and kernels are made of it",
}
RUN = {"pip": "installer/download.py runs it"}

pytestmark = [
    pytest.mark.skipif(
        not (ROOT / "pyproject.toml").exists() or PACKAGE != ROOT / "nbenv",
        reason="runs in a checkout",
    ),
    pytest.mark.skipif(
        sys.version_info < (3, 11), reason="older Pythons do not know the modules of every wheel"
    ),
]


def required() -> set[str]:
    """Return the names of what is installed with nbenv on any Python and system."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {canonicalize_name(Requirement(each).name) for each in project["dependencies"]}


def imported() -> Iterator[str]:
    """Yield the top-level modules that nbenv imports, wherever it does."""
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).as_posix().startswith(ELSEWHERE):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (each.name.partition(".")[0] for each in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield str(node.module).partition(".")[0]


def distributions() -> set[str]:
    """Return the distributions of these modules; tomli is not installed on a newer Python."""
    known = packages_distributions()
    own = {*sys.stdlib_module_names, "nbenv", "tomllib", "_nbenv_boot", "_typeshed"}
    names = set(imported()) - own
    return {canonicalize_name(dist) for name in names for dist in known.get(name, [name])[:1]}


def test_each_dependency_is_used() -> None:
    assert required() - distributions() <= RUN.keys()


def test_what_is_used_is_a_dependency() -> None:
    assert distributions() - required() <= OTHERS.keys()


def test_nbconvert_is_loaded_for_html_alone() -> None:
    """It takes longer to import than all else that a run needs."""
    users = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"^\s*(from|import) nbconvert", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert users == ["operations/run.py"]
    text = (PACKAGE / users[0]).read_text(encoding="utf-8")
    assert not re.search(r"^(from|import) nbconvert", text, re.MULTILINE)

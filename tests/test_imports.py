"""Imports point downwards only, and a kernel's start imports little."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbenv

ROOT = Path(nbenv.__file__).parent
LAYERS = (
    {"errors"},
    {"addresses", "record", "requirements", "lock", "spec", "plan", "graph", "modules",
     "difference", "merging", "outputs", "reading", "rewriting"},
    {
        "approval", "bytecode", "environment", "git", "installer", "integrity", "interpreter",
        "locking", "notebook", "owners", "pipconfig", "places", "ready", "replacing",
        "satisfied", "spares", "store", "sweeping",
    },
    {"operations", "export", "adopt"},
    {"cli", "kernel", "server"},
)  # fmt: skip
ADAPTERS = LAYERS[-1]
FEW = {"__future__", "_json"}
"""What a starting kernel imports beyond Python's own start and nbenv."""


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def modules() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*.py")):
        if room(path) not in ("__init__", "__main__", "labextension"):
            yield path


def imported(path: Path) -> set[str]:
    """Return the dotted names that a module imports, wherever it does."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def own(names: set[str]) -> set[str]:
    rooms = {name.split(".")[1] for name in names if name.startswith("nbenv.")}
    return rooms - {"__version__"}


def layer(name: str) -> int:
    return next(number for number, rooms in enumerate(LAYERS) if name in rooms)


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downwards(path: Path) -> None:
    here = room(path)
    for there in own(imported(path)) - {here}:
        assert layer(there) <= layer(here), f"{here} imports {there}"
        assert not {here, there} <= ADAPTERS, f"{here} imports {there}"


def test_guests_import_nothing_of_nbenv() -> None:
    allowed = set(sys.stdlib_module_names) | {"IPython", "ipykernel", "tornado", "zmq"}
    for path in (ROOT / "kernel" / "guest").glob("*.py"):
        assert {name.partition(".")[0] for name in imported(path)} <= allowed, path


def test_only_the_installer_runs_uv() -> None:
    users = {room(path) for path in modules() if "uv.find_uv_bin" in imported(path)}
    assert users == {"installer"}
    callers = {room(path) for path in modules() if "subprocess" in imported(path)}
    assert callers <= {"git", "installer", "kernel", "server"}  # the last two run nbenv itself


def test_a_starting_kernel_imports_little() -> None:
    code = (
        "import sys; before = set(sys.modules); import nbenv.kernel.launcher; "
        "print(' '.join(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    found = set(done.stdout.split())
    assert {name for name in found if not name.startswith("nbenv")} <= FEW


def test_the_startup_file_imports_nothing() -> None:
    path = ROOT.parent / "jupyter-config" / "ipython" / "startup" / "50-nbenv.py"
    if not path.exists():
        pytest.skip("runs in a checkout")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]

"""The layout of an environment, and the variables of a process that runs in it."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

import pytest

import nbenv
from nbenv.environments import layout


def test_the_interpreter_and_the_packages_are_inside(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert layout.python_path(folder).startswith(folder)
    if sys.platform != "win32":
        packages = os.path.join(folder, "lib", "python3.11", "site-packages")
        assert layout.packages_path(folder, "3.11") == packages


def test_an_environment_is_touched_when_a_package_comes_or_goes(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert layout.changed(folder, "3.11") is None
    packages = Path(layout.packages_path(folder, "3.11"))
    packages.mkdir(parents=True)
    assert layout.changed(folder, "3.11") is None  # half gone: it has no pyvenv.cfg
    (tmp_path / "pyvenv.cfg").touch()
    marker = {"value": {"python": "3.11"}, "changed": layout.changed(folder, "3.11")}
    assert not layout.is_touched(folder, marker)
    os.utime(packages, ns=(1, 1))
    assert layout.is_touched(folder, marker)
    assert layout.is_touched(folder, {})


@pytest.mark.parametrize(
    "name", ["PYTHONPATH", "PYTHONHOME", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "__PYVENV_LAUNCHER__"]
)
def test_activating_leaves_other_environments(name: str, tmp_path: Path) -> None:
    environ = {name: "/elsewhere", "VIRTUAL_ENV": "/elsewhere", "MINE": "kept", "PATH": "/bin"}
    active = layout.activate(str(tmp_path), environ)
    scripts = os.path.dirname(layout.python_path(str(tmp_path)))
    assert active == {
        "MINE": "kept",
        "VIRTUAL_ENV": str(tmp_path),
        "PATH": os.pathsep.join([str(tmp_path / "nbenv.scripts"), scripts, "/bin"]),
    }
    assert environ[name] == "/elsewhere"


def test_activating_without_a_search_path_keeps_the_systems(tmp_path: Path) -> None:
    found = layout.activate(str(tmp_path), {})["PATH"]
    assert found.split(os.pathsep)[2:] == os.defpath.split(os.pathsep)


def test_no_other_room_spells_the_layout() -> None:
    """The guest and what runs on workers have no nbenv; they find files by ``sys.prefix``."""
    names, root = {"pyvenv.cfg", "site-packages"}, Path(nbenv.__file__).parent
    for path in root.rglob("*.py"):
        rooms = path.relative_to(root).parts
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        spelt = {node.value for node in nodes if isinstance(node, ast.Constant)} & names
        assert not spelt or {"environments", "installer", "worker"} & set(rooms), (path, spelt)


def test_another_pip_calls_the_environments_script(tmp_path: Path) -> None:
    """A setting of the user's stays, and no script is named that is not there."""
    assert layout.PIP_PYTHON not in layout.activate(str(tmp_path), {})
    script = tmp_path / "nbenv.scripts" / "other-pip"
    script.parent.mkdir()
    script.touch()
    assert layout.activate(str(tmp_path), {})[layout.PIP_PYTHON] == str(script)
    assert layout.activate(str(tmp_path), {"PIP_PYTHON": "/p"})["PIP_PYTHON"] == "/p"

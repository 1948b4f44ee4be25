"""Bytecode compiled in one environment is valid in the next, and nothing else is taken."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments.environment import Environment
from nbenv.operations import envs
from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.index import LocalIndex

MODULES = {
    "lib/__init__.py": "",
    "lib/below/__init__.py": "answer = 42\n",
    "alone.py": "here = 1\n",
}


@pytest.fixture
def first(notebook: Path, index: LocalIndex) -> Environment:
    """Return an environment in which all modules were imported."""
    index.wheel("lib", "1.0", modules=MODULES)
    return installed(notebook)


def installed(notebook: Path) -> Environment:
    succeed("install", notebook, "lib")
    return NotebookSnapshot.read(NotebookRef(str(notebook))).environment


def imported(environment: Environment) -> None:
    command = [environment.python, "-c", "import lib.below, alone; assert lib.below.answer == 42"]
    subprocess.run(command, check=True)


def compiled(environment: Environment) -> dict[str, int]:
    """Return the compiled modules, relative to where they are installed, and their inodes."""
    site = environment.site_packages()
    found = {str(path.relative_to(site)): path.stat().st_ino for path in site.rglob("*.pyc")}
    return {path: inode for path, inode in found.items() if "_virtualenv" not in path}


def another(folder: Path) -> Path:
    return write_notebook(folder / "notebooks" / "another.ipynb", "1")


def test_the_next_environment_has_it(first: Environment, tmp_path: Path) -> None:
    imported(first)
    second = installed(another(tmp_path))
    assert len(compiled(first)) == 3
    assert compiled(second) == compiled(first)
    before = compiled(second)
    imported(second)
    assert compiled(second) == before  # Python found them valid


def test_it_outlives_its_environment(
    first: Environment, notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(first)
    before = compiled(first)
    notebook.unlink()
    monkeypatch.setattr(envs, "_FRESH", 0.0)
    assert first.identifier in envs.prune().text
    assert compiled(installed(another(tmp_path))) == before


def test_another_source_is_compiled_anew(first: Environment, tmp_path: Path) -> None:
    imported(first)
    module = first.site_packages() / "lib" / "below" / "__init__.py"
    changed = module.with_suffix(".new")
    changed.write_text("answer = 43  # by hand\n", encoding="utf-8")
    os.replace(changed, module)  # the installer's cache keeps its own
    subprocess.run([first.python, "-c", "import lib.below"], check=True)
    second = installed(another(tmp_path))
    assert set(compiled(first)) - set(compiled(second)) == {
        path for path in compiled(first) if path.startswith(os.path.join("lib", "below"))
    }
    imported(second)


def test_what_is_no_compiled_module_is_left(first: Environment, tmp_path: Path) -> None:
    imported(first)
    folder = first.site_packages() / "lib" / "__pycache__"
    [real] = folder.iterdir()
    (folder / real.name.replace("__init__", "short")).write_bytes(b"no")
    (folder / real.name.replace("__init__", "linked")).symlink_to(real)
    assert len(compiled(installed(another(tmp_path)))) == 3


def test_newer_bytecode_replaces_what_was_kept(first: Environment, tmp_path: Path) -> None:
    imported(first)
    second = installed(another(tmp_path))
    old = compiled(second)
    for path in old:
        (second.site_packages() / path).unlink()
    imported(second)
    third = installed(write_notebook(tmp_path / "notebooks" / "third.ipynb", "1"))
    assert compiled(third) == compiled(second) != old

"""Bytecode compiled in one environment is valid in the next, and nothing else is taken."""

from __future__ import annotations

import marshal
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import bytecode
from nbenv.environments.bytecode import keep
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


def compiled(environment: Environment) -> dict[str, bytes]:
    """Return the compiled modules, relative to where they are installed, and their contents."""
    site = environment.site_packages()
    found = {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*.pyc")}
    return {path: content for path, content in found.items() if "_virtualenv" not in path}


def times(environment: Environment) -> dict[str, int]:
    site = environment.site_packages()
    return {path: (site / path).stat().st_mtime_ns for path in compiled(environment)}


def another(folder: Path) -> Path:
    return write_notebook(folder / "notebooks" / "another.ipynb", "1")


def test_the_next_environment_has_it(first: Environment, tmp_path: Path) -> None:
    imported(first)
    second = installed(another(tmp_path))
    assert len(compiled(first)) == 3
    assert compiled(second) == compiled(first)
    before = times(second)
    imported(second)
    assert times(second) == before  # Python found them valid


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


def edit(path: Path) -> None:
    """Change a compiled module where it is; its header stays valid."""
    content = path.read_bytes()
    with open(path, "r+b") as file:
        file.write(content[:16] + marshal.dumps(compile("print('edited')", "x.py", "exec")))
        file.truncate(len(content))


def printed(environment: Environment) -> str:
    command = [environment.python, "-c", "import lib.below, alone"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def test_no_two_environments_share_a_file(first: Environment, tmp_path: Path, home: Path) -> None:
    imported(first)
    installed(another(tmp_path))
    files = [path for folder in ("envs", "bytecode") for path in (home / folder).rglob("*.pyc")]
    assert len(files) >= 9
    assert {path.stat().st_nlink for path in files} == {1}


def test_an_edited_module_stays_in_its_environment(first: Environment, tmp_path: Path) -> None:
    """It was saved before: the one that was saved stays, and is what others get."""
    imported(first)
    second = installed(another(tmp_path))
    for environment in (first, second):
        for path in compiled(environment):
            edit(environment.site_packages() / path)
        assert "edited" in printed(environment)
        keep(environment)
    third = installed(write_notebook(tmp_path / "notebooks" / "third.ipynb", "1"))
    assert len(compiled(third)) == 3
    assert printed(third) == ""


@pytest.mark.parametrize("change", [edit, lambda path: os.truncate(path, 20)])
def test_a_module_that_was_changed_in_the_cache_is_not_used(
    first: Environment, tmp_path: Path, home: Path, change: Callable[[Path], None]
) -> None:
    imported(first)
    keep(first)
    for path in (home / "bytecode").rglob("*.pyc"):
        change(path)
    for path in (home / "bytecode").rglob("newest"):
        path.unlink()  # or the modules of the first environment would be saved again
    second = installed(another(tmp_path))
    assert compiled(second) == {}
    assert printed(second) == ""
    keep(second)
    third = installed(write_notebook(tmp_path / "notebooks" / "third.ipynb", "1"))
    assert len(compiled(third)) == 3


def test_a_module_of_another_source_replaces_what_was_saved(
    first: Environment, tmp_path: Path
) -> None:
    imported(first)
    keep(first)
    module = first.site_packages() / "alone.py"
    os.utime(module, (1e9, 1e9))
    imported(first)
    keep(first)
    second = installed(another(tmp_path))
    assert "alone" in " ".join(compiled(second))


def test_a_full_disk_leaves_no_half_module(
    first: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(first)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    second = installed(another(tmp_path))
    for path in compiled(second):
        (second.site_packages() / path).unlink()
    monkeypatch.setattr(bytecode.os, "replace", full)
    bytecode.share(second, ["lib"])
    assert compiled(second) == {}
    assert not list(second.path.rglob("*.pyc.*"))

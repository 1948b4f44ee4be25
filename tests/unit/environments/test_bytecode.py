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
from nbenv.environments.integrity import find_edited
from nbenv.environments.seal import is_sealed, sealed
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
    own = ("_virtualenv", "_nbenv_pip")
    return {path: each for path, each in found.items() if not any(name in path for name in own)}


def code(environment: Environment) -> dict[str, bytes]:
    """Return the same without the seal that what comes from the cache ends with."""
    return {path: marshal_part(content) for path, content in compiled(environment).items()}


def marshal_part(content: bytes) -> bytes:
    return content[: -len(sealed(b""))] if is_sealed(content) else content


def times(environment: Environment) -> dict[str, int]:
    site = environment.site_packages()
    return {path: (site / path).stat().st_mtime_ns for path in compiled(environment)}


def another(folder: Path) -> Path:
    return write_notebook(folder / "notebooks" / "another.ipynb", "1")


def test_the_next_environment_has_it(first: Environment, tmp_path: Path) -> None:
    imported(first)
    second = installed(another(tmp_path))
    assert len(compiled(first)) == 3
    assert code(second) == code(first) == compiled(first)
    before = times(second)
    imported(second)
    assert times(second) == before  # Python found them valid


def test_it_outlives_its_environment(
    first: Environment, notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(first)
    before = code(first)
    notebook.unlink()
    monkeypatch.setattr(envs, "_FRESH", 0.0)
    assert first.identifier in envs.prune().text
    assert code(installed(another(tmp_path))) == before


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
    """Change a compiled module where it is; its header, its size and its times stay."""
    before, content = path.stat(), path.read_bytes()
    changed = content[:16] + marshal.dumps(compile("print('edited')", "x.py", "exec"))
    os.chmod(path, 0o644)
    with open(path, "r+b") as file:
        file.write(changed + content[len(changed) :])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def printed(environment: Environment) -> str:
    command = [environment.python, "-c", "import lib.below, alone"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def third(folder: Path) -> Environment:
    return installed(write_notebook(folder / "notebooks" / "third.ipynb", "1"))


def test_what_python_wrote_is_shared_with_nobody(first: Environment, tmp_path: Path) -> None:
    """It is copied into the cache: from then on an edit in place stays in its environment."""
    imported(first)
    second = installed(another(tmp_path))
    for path in compiled(first):
        edit(first.site_packages() / path)
    assert "edited" in printed(first)
    assert printed(second) == ""
    keep(first)
    assert printed(third(tmp_path)) == ""


def test_what_is_shared_cannot_be_written(first: Environment, tmp_path: Path, home: Path) -> None:
    imported(first)
    second = installed(another(tmp_path))
    shared = [second.site_packages() / path for path in compiled(second)]
    assert {path.stat().st_mode & 0o777 for path in shared} == {0o444}
    os.utime(second.site_packages() / "alone.py", (1e9, 1e9))
    imported(second)  # and Python replaces what it compiles anew
    assert {path.stat().st_nlink for path in shared if "alone" in path.name} == {1}


def test_an_edited_module_does_not_reach_the_next(first: Environment, tmp_path: Path) -> None:
    imported(first)
    second = installed(another(tmp_path))
    for path in compiled(second):  # linked into the cache
        edit(second.site_packages() / path)
    assert "edited" in printed(second)
    keep(second)
    assert find_edited(second) == ["lib"]
    assert find_edited(first) == []
    next_one = third(tmp_path)
    assert printed(next_one) == ""
    assert find_edited(next_one) == []


def test_an_edit_before_it_was_saved(first: Environment, tmp_path: Path) -> None:
    imported(first)
    for path in compiled(first):
        edit(first.site_packages() / path)
        changed = os.stat(first.site_packages() / path)
        long_ago = changed.st_mtime_ns - 10 * 10**9
        os.utime(first.site_packages() / path, ns=(long_ago, long_ago))
    assert "edited" in printed(first)
    assert printed(installed(another(tmp_path))) == ""


def cut(path: Path) -> None:
    os.truncate(path, 20)


def cut_seal(path: Path) -> None:
    os.truncate(path, path.stat().st_size - len(sealed(b"")))


@pytest.mark.parametrize("change", [edit, cut, cut_seal])
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
    assert len(compiled(third(tmp_path))) == 3


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


@pytest.mark.parametrize("written", [0, 10])
def test_a_full_disk_leaves_no_half_module(
    first: Environment, home: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    imported(first)
    real = os.write

    def full(descriptor: int, content: bytes) -> int:
        return real(descriptor, content[:written])

    monkeypatch.setattr(bytecode.os, "write", full)
    keep(first)
    assert not list((home / "bytecode").rglob("*.pyc"))


def test_a_kill_leaves_no_valid_module(
    first: Environment, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(first)
    before = code(first)

    def killed(*_: object) -> int:
        raise KeyboardInterrupt  # between the code and the header

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(bytecode.os, "lseek", killed)
        keep(first)
    assert len(list((home / "bytecode").rglob("*.pyc"))) == 1
    assert code(installed(another(tmp_path))) == before

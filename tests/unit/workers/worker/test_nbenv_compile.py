"""A new environment on a worker is compiled once, while its packages are verified."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.util import cache_from_source
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

BROKEN, LATIN, EMPTY = "def (:\n", "x = '\xe9'\n", ""


@pytest.fixture
def compiler(on_worker: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"):
        monkeypatch.delenv(name, raising=False)
    return on_worker("nbenv_compile")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of packages, with modules of all kinds."""
    folder = tmp_path / "site packages é"
    for name, text in {
        "one.py": "x = 1\n",
        "pkg/__init__.py": EMPTY,
        "pkg/deep/module.py": "y = 2\n" * 100,
        "pkg/broken.py": BROKEN,
        "pkg/tests/test_it.py": "z = 3\n",
        "pkg/testing.py": "z = 3\n",
        "one-1.0.dist-info/hook.py": "x = 1\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "pkg" / "latin.py").write_bytes(LATIN.encode("latin-1"))
    return folder


def compiled(site: Path) -> list[str]:
    """Return the modules that have a compiled one beside them."""
    found = [path for path in site.rglob("*.py") if Path(cache_from_source(str(path))).exists()]
    return sorted(path.relative_to(site).as_posix() for path in found)


def test_all_but_tests_and_what_is_broken_is_compiled(compiler: Any, site: Path) -> None:
    with compiler.compiling(sys.executable, str(site)):
        pass
    assert compiled(site) == ["one.py", "pkg/__init__.py", "pkg/deep/module.py", "pkg/testing.py"]


@pytest.mark.parametrize("name", ["PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"])
def test_a_worker_that_keeps_none_or_elsewhere_has_none(
    compiler: Any, site: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(site / "elsewhere"))
    with compiler.compiling(sys.executable, str(site)):
        pass
    assert compiled(site) == []


def test_it_works_meanwhile_and_ends_at_the_limit(
    compiler: Any, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = site / "python"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    begun: list[Any] = []
    popen = compiler.subprocess.Popen

    def noted(*words: Any, **options: Any) -> Any:
        begun.append(popen(*words, **options))
        return begun[-1]

    monkeypatch.setattr(compiler.subprocess, "Popen", noted)
    with compiler.compiling(str(program), str(site), limit=0.5):
        assert begun
        assert all(each.poll() is None for each in begun)
    assert all(each.poll() is not None for each in begun)
    with (
        pytest.raises(KeyError, match="of the block"),
        compiler.compiling(str(program), str(site), limit=60.0),
    ):
        raise KeyError("of the block")
    assert all(each.poll() is not None for each in begun)


def test_what_cannot_be_started_does_not_matter(compiler: Any, site: Path) -> None:
    with compiler.compiling(str(site / "none"), str(site)):
        pass
    assert compiled(site) == []


def test_the_lock_is_held_as_long_as_it_runs(
    compiler: Any, site: Path, tmp_path: Path, on_worker: Callable[[str], ModuleType]
) -> None:
    places = on_worker("nbenv_places")
    program = site / "python"
    program.write_text("#!/bin/sh\nexec sleep 1\n")
    program.chmod(0o755)
    path = str(tmp_path / "env.lock")
    lock = places.locked(path)
    context = compiler.compiling(str(program), str(site), lock.__enter__())
    context.__enter__()
    lock.__exit__(None, None, None)  # as when its process is killed
    with places.locked(path, wait=False) as other:
        assert other is None
    context.__exit__(None, None, None)
    with places.locked(path, wait=False) as other:
        assert other is not None


def test_it_goes_on_where_nothing_waits_for_it(
    compiler: Any, site: Path, tmp_path: Path, on_worker: Callable[[str], ModuleType]
) -> None:
    places = on_worker("nbenv_places")
    path = str(tmp_path / "env.lock")
    with (
        places.locked(path) as lock,
        compiler.compiling(sys.executable, str(site), lock, wait=False),
    ):
        pass
    with places.locked(path):  # its processes have ended
        assert len(compiled(site)) == 4


@pytest.mark.parametrize("wait", [False, True])
def test_what_this_process_imported_comes_first(
    compiler: Any, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait: bool
) -> None:
    known = ModuleType("pkg.deep.module")
    known.__file__ = str(tmp_path / "lib" / "site-packages" / "pkg" / "deep" / "module.py")
    monkeypatch.setitem(sys.modules, known.__name__, known)
    assert str(site / "pkg" / "deep" / "module.py") in compiler.imported(str(site))
    begun: list[tuple[int, list[str]]] = []

    def started(python: str, paths: list[str], lock: object, told: Any, *, alone: bool) -> Any:
        assert alone is (told[0] == 19 or not wait)
        begun.append((told[0], sorted(Path(path).name for path in paths)))
        return SimpleNamespace(wait=lambda *_: 0, kill=lambda: None)

    monkeypatch.setattr(compiler, "_started", started)
    monkeypatch.setattr(compiler, "_cores", lambda: 1)
    monkeypatch.setenv(compiler.IMPORTED, os.pathsep.join(["one.py", "other.py"]))
    with compiler.compiling(sys.executable, str(site), wait=wait):
        pass
    assert begun[0] == (0, ["module.py", "one.py"])
    assert [nice for nice, _ in begun[1:]] == [19]

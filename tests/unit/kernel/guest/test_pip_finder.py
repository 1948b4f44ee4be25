"""An environment's Python imports nbenv's pip, or a real one with nbenv's ``main``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def finder(load: Load) -> Any:
    return load("pip_finder")


def loaded(spec: Any) -> Any:
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_ours(spec: Any) -> bool:
    return Path(spec.origin).name == "pip_package.py"


def test_an_environment_without_pip(finder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    assert is_ours(finder.find_spec("pip", None))
    for name in ("pip.__main__", "pip._internal", "pip._internal.main", "pip._internal.cli"):
        assert is_ours(finder.find_spec(name, []))
    assert loaded(finder.find_spec("pip", None)).__path__ == []
    assert callable(loaded(finder.find_spec("pip._internal.cli.main", [])).main)
    assert finder.find_spec("pip._internal.req", []) is None
    assert finder.find_spec("pipenv", None) is None


def test_an_environment_with_pip(finder: Any, tmp_path: Path, monkeypatch: Any) -> None:
    package = tmp_path / "pip"
    package.mkdir()
    (package / "__init__.py").write_text("own = 1\ndef main(): return 'real'\n", encoding="utf-8")
    (package / "__main__.py").write_text("", encoding="utf-8")
    (package / "_internal.py").write_text("also = 2\ncli = 3\n", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    real = finder.find_spec("pip", None)
    assert not is_ours(real)
    module = loaded(real)
    assert module.own == 1
    assert module.main.__module__ == "_nbenv_pip_package"
    assert is_ours(finder.find_spec("pip.__main__", [str(package)]))
    inner = loaded(finder.find_spec("pip._internal", [str(package)]))
    assert (inner.also, hasattr(inner, "main"), callable(inner.cli)) == (2, False, True)
    assert real.loader.get_filename("pip") == str(package / "__init__.py")


def test_a_pip_that_came_after_ours_was_imported(
    finder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert finder.find_spec("pip._internal.req", []) is None
    folder = tmp_path / "pip" / "_internal"
    folder.mkdir(parents=True)
    for path in (tmp_path / "pip" / "__init__.py", folder / "__init__.py", folder / "req.py"):
        path.touch()
    assert finder.find_spec("pip._internal.req", []).origin == str(folder / "req.py")
    assert not is_ours(finder.find_spec("pip._internal", []))


def test_uv_as_a_module(finder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without uv, and with it; a module of someone's own that is called so stays."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert loaded(finder.find_spec("uv", None)).__path__ == []
    assert is_ours(finder.find_spec("uv.__main__", []))
    (tmp_path / "uv").mkdir()
    (tmp_path / "uv" / "__init__.py").touch()
    assert finder.find_spec("uv", None) is None
    assert finder.find_spec("uv.__main__", [str(tmp_path / "uv")]) is None
    (tmp_path / "uv" / "_find_uv.py").touch()
    assert is_ours(finder.find_spec("uv.__main__", [str(tmp_path / "uv")]))

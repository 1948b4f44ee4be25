"""No program that nbenv starts opens a console window on Windows."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbenv
from nbenv.home.processes.console import no_window

ROOT = Path(nbenv.__file__).parent
STARTS = {"Popen", "call", "check_call", "check_output", "run"}
EXEMPT = {
    "export/data": "runs in images, which are Linux",
    "workers/clients": "runs on a cluster's side",
    "workers/drivers": "runs on a cluster's side",
    "workers/worker": "runs on workers, which are Linux",
    "kernel/guest/pip_package.py": "a program in a console, which it shares with what it starts",
}


def starts_with_window(path: Path) -> Iterator[str]:
    """Yield the calls of `subprocess` in a module that say nothing of a window."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = node.func.value
        is_start = isinstance(owner, ast.Name) and owner.id == "subprocess"
        if is_start and node.func.attr in STARTS:
            words = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if not ({"no_window", "flags"} & set(_names(words.get("creationflags", "")))):
                yield f"{path.relative_to(ROOT)}:{node.lineno}"


def _names(expression: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(expression)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def test_every_process_is_started_without_a_window() -> None:
    modules = [path for path in ROOT.rglob("*.py") if "labextension" not in path.parts]
    assert len(modules) > 300
    names = {path: path.relative_to(ROOT).as_posix() for path in modules}
    checked = [path for path, name in names.items() if not name.startswith(tuple(EXEMPT))]
    assert [each for path in checked for each in starts_with_window(path)] == []


def test_nothing_imports_a_start_by_its_bare_name() -> None:
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "subprocess":
                assert STARTS.isdisjoint(each.name for each in node.names), path


@pytest.mark.parametrize("call", ["run(['x'])", "Popen(['x'], creationflags=0)"])
def test_a_start_with_a_window_is_found(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.py"
    path.write_text(f"import subprocess\nsubprocess.{call}\n", encoding="utf-8")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    assert list(starts_with_window(path)) == ["a.py:2"]


@pytest.mark.skipif(sys.platform == "win32", reason="there it depends on the console")
def test_elsewhere_there_are_no_flags() -> None:
    assert no_window() == 0

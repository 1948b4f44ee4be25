"""Changes from outside of the magics reach a running kernel through the journal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
CHANGE = {"name": "six", "old": "1.0", "new": "2.0", "imports": ["sys"]}
NOTE = "Restart the kernel to use six 2.0: 1.0 is already imported."


def event(*changes: object) -> str:
    return json.dumps({"changes": changes, "environment": "work-1", "pth": []}) + "\n"


@pytest.fixture
def shell() -> Any:
    return SimpleNamespace(events=SimpleNamespace(register=lambda *_: None))


@pytest.fixture
def watching(
    load: Load, shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Return the module in a process that watches the journal in `tmp_path`, with one old event."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    (tmp_path / "nbenv.changes").write_text(event(CHANGE), encoding="utf-8")
    module = load("outside_changes")
    module.watch(shell)
    yield module


def add(tmp_path: Path, text: str) -> None:
    with open(tmp_path / "nbenv.changes", "a", encoding="utf-8") as file:
        file.write(text)


@pytest.fixture
def shown(load: Load, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    screen = SimpleNamespace(result=lambda *words: found.append(words))
    monkeypatch.setattr(load("command"), "Screen", lambda: screen)
    return found


def test_a_change_is_told_once_after_the_cell(
    watching: Any, shown: list[Any], tmp_path: Path
) -> None:
    watching._after_cell()
    assert shown == []  # what was there before this kernel
    add(tmp_path, event(CHANGE) + event(CHANGE))
    watching._after_cell()
    watching._after_cell()
    [(text, last)] = shown
    assert text == NOTE
    assert last["restart"][0]["name"] == "six"


def test_broken_lines_and_a_new_journal(watching: Any, shown: list[Any], tmp_path: Path) -> None:
    add(tmp_path, "{\n\n")
    watching._after_cell()
    assert shown == []
    (tmp_path / "nbenv.changes").write_text(event(CHANGE)[:-1], encoding="utf-8")
    watching._after_cell()
    assert [text for text, _ in shown] == [NOTE]
    (tmp_path / "nbenv.changes").unlink()
    watching._after_cell()


def test_an_import_looks_again(watching: Any, tmp_path: Path) -> None:
    folder = tmp_path / "late"
    folder.mkdir()
    sys.path.append(str(folder))
    try:
        with pytest.raises(ModuleNotFoundError):
            import_module("nbenv_late_module")
        (folder / "nbenv_late_module.py").write_text("there = 1\n", encoding="utf-8")
        add(tmp_path, event())
        assert import_module("nbenv_late_module").there == 1
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("nbenv_late_module", None)


def test_a_forked_process_is_no_kernel(
    watching: Any, shown: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert watching.is_kernel()
    monkeypatch.setattr("os.getpid", lambda: -1)
    assert not watching.is_kernel()
    add(tmp_path, event(CHANGE))
    watching._after_cell()
    assert shown == []


def test_no_kernel_without_watching(load: Load) -> None:
    assert not load("outside_changes").is_kernel()

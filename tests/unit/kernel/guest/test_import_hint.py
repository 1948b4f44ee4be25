"""When a cell that lacks a module is followed by a hint."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]


@pytest.fixture
def after(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what follows a cell with that error, in an environment with these requirements."""
    registered: dict[str, Any] = {}
    load("import_hint").watch(
        SimpleNamespace(events=SimpleNamespace(register=registered.__setitem__))
    )
    monkeypatch.setattr(sys, "prefix", str(tmp_path))

    def after(error: BaseException | None, requirements: object) -> None:
        text = json.dumps({"value": {"requirements": requirements}})
        (tmp_path / "nbenv.json").write_text(text, encoding="utf-8")
        registered["post_run_cell"](SimpleNamespace(error_in_exec=error))

    return after


def test_a_missing_module_in_a_bare_environment(
    load: Load, after: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    after(ModuleNotFoundError("x"), [])
    assert "%nbenv adopt" in capsys.readouterr().out
    after(ModuleNotFoundError("y"), [])  # of the same Run All
    assert capsys.readouterr().out == ""
    monkeypatch.setitem(load("import_hint").variables, "NBENV_STRIPPED", "1")
    after(ModuleNotFoundError("x"), [])
    assert "%nbenv restore" in capsys.readouterr().out
    monkeypatch.setenv("NBENV_SUGGEST", "0")
    after(ModuleNotFoundError("x"), [])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("given", "command"),
    [
        ({"JPY_SESSION_NAME": "/x/work.ipynb"}, ""),
        ({"NBENV_NOTEBOOK": "it's.ipynb"}, """nbenv adopt 'it'"'"'s.ipynb' in a terminal"""),
        ({"NBENV_DOCUMENT": "gone.ipynb"}, "nbenv adopt NOTEBOOK in a terminal"),
        ({}, "nbenv adopt NOTEBOOK in a terminal"),
    ],
)
def test_a_command_for_a_terminal_is_named_only_without_a_page(
    load: Load,
    after: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    given: dict[str, str],
    command: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("it's.ipynb").touch()
    for name in ("JPY_SESSION_NAME", "NBENV_NOTEBOOK", "NBENV_DOCUMENT"):
        monkeypatch.delitem(load("import_hint").variables, name, raising=False)
    for name, value in given.items():
        monkeypatch.setitem(load("import_hint").variables, name, value)
    after(ModuleNotFoundError("x"), [])
    text = capsys.readouterr().out
    assert "%nbenv adopt" in text
    assert command in text
    assert ("in a terminal" in text) == bool(command)


@pytest.mark.parametrize(
    ("error", "requirements"),
    [(None, []), (ImportError("x"), []), (ModuleNotFoundError("x"), ["pandas"])],
)
def test_no_hint(
    after: Any, capsys: pytest.CaptureFixture[str], error: Any, requirements: list[str]
) -> None:
    after(error, requirements)
    assert capsys.readouterr().out == ""


def test_no_hint_while_the_environment_changes(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert load("import_hint")._is_bare() is False

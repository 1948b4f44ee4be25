"""A parsed call: its notebook, and its request."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from nbenv.cli.call import nobody
from nbenv.cli.commands import parse
from nbenv.errors import UsageError


@dataclass(frozen=True)
class Request:
    requirements: tuple[str, ...] = ()
    upgrade: bool = False
    unknown: str = "as it was"


def test_a_request_is_filled_by_name() -> None:
    call = parse(["install", "a.ipynb", "six", "--upgrade", "--pre"])
    assert call.request(Request) == Request(("six",), True, "as it was")


def test_a_terminal_names_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    target = parse(["list", "a.ipynb"]).notebook()
    assert target.notebook == os.path.join(os.getcwd(), "a.ipynb")


def test_a_kernel_names_its_notebook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    path = str(tmp_path / "a.ipynb")
    assert parse(["list", "--notebook", path]).notebook().notebook == path


def test_a_detached_kernel_has_none() -> None:
    target = parse(["list", "--detached", "x"]).notebook()
    assert target.notebook.endswith("x.ipynb")
    assert target.is_detached


def test_an_unknown_environment_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NBENV_HOME", str(tmp_path))
    with pytest.raises(UsageError):
        parse(["list", "--environment", "unknown-1"]).notebook()


def test_nobody_answers() -> None:
    assert nobody("Well") is None

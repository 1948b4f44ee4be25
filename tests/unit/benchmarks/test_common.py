"""Programs, rounds and rows of the benchmarks, and the scripts that their README names."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import all as every
from benchmarks import common

FOLDER = Path(common.__file__).parent


def program(folder: Path, name: str) -> Path:
    """Write a program that does nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pretend that this Python is in a scratch environment that is not on PATH."""
    path = program(tmp_path / "venv" / "bin", "python")
    monkeypatch.setattr(sys, "executable", str(path))
    monkeypatch.setenv("PATH", str(tmp_path / "elsewhere"))
    return path


def test_a_tool_beside_this_python_is_found(python: Path, tmp_path: Path) -> None:
    program(tmp_path / "elsewhere", "juv")
    beside = program(python.parent, "juv")
    assert common.tool("juv") == str(beside)


def test_a_tool_on_path_will_do(python: Path, tmp_path: Path) -> None:
    on_path = program(tmp_path / "elsewhere", "juv")
    assert common.tool("juv") == str(on_path)


def test_a_missing_tool_ends_with_one_sentence(python: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        common.tool("juv")
    assert str(caught.value) == f"juv is missing. Install it with: {python} -m pip install juv"


def test_rounds_alternate_and_the_first_is_not_counted() -> None:
    order: list[str] = []
    pauses: list[int] = []

    def action(name: str, seconds: float) -> float:
        order.append(name)
        return seconds * len(order)

    actions = {"a": lambda: action("a", 1.0), "b": lambda: action("b", 10.0)}
    rounds = common.alternate(2, actions, before=lambda: pauses.append(len(order)))
    assert "".join(order) == "baabba"
    assert pauses == [0, 1, 2, 3, 4, 5]
    assert rounds.seconds == {"a": [3.0, 6.0], "b": [40.0, 50.0]}


def test_figures_are_medians_of_each_round() -> None:
    rounds = common.Rounds({"ours": [1.0, 2.0, 9.0], "theirs": [2.0, 2.0, 3.0]})
    assert rounds.median("ours") == 2.0
    assert rounds.ratio("ours", "theirs") == 1.0
    assert rounds.more("ours", "theirs") == 0.0
    row = rounds.row("a wait", ("ours", "theirs"), "≤ 1", "")
    assert row.line() == "| a wait | 2.000 s | theirs: 2.000 s | 1.00 | ≤ 1 |  |"


def test_readme_names_every_script() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    scripts = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "all", "common"}
    assert sorted(named) == sorted(scripts)
    assert named[: len(every.SCRIPTS)] == list(every.SCRIPTS)


@pytest.mark.parametrize("script", every.SCRIPTS)
def test_every_script_can_be_imported(script: str) -> None:
    assert callable(importlib.import_module(f"benchmarks.{script}").rows)


def test_the_table_is_printed_without_an_activated_environment() -> None:
    command = [sys.executable, "-m", "benchmarks.all", "--rounds", "1", "startup"]
    done = subprocess.run(
        command,
        cwd=FOLDER.parent,
        env={**os.environ, "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(common.HEAD)
    assert re.search(r"^\| startup file .* ms \| ≤ 3 ms \| ≤ 1 ms \|$", done.stdout, re.MULTILINE)


def test_a_script_that_fails_is_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(every.rows_of("no_such_script", 1))
    assert [(row.wait, row.figure) for row in rows] == [("no_such_script: failed", "status 1")]

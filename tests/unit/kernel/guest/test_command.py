"""Commands as a kernel runs them: their events are shown, and their errors raised."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
CHANGE = {"name": "a", "old": None, "new": "1", "imports": []}
RESULT = {"type": "result", "summary": "Installed a.\nMore.", "changes": [CHANGE]}


class Shown:
    """A screen that keeps what it is given."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: self.calls.append((name, *arguments))


class Commands:
    """Runs a made program in place of the host's nbenv."""

    def __init__(self, load: Load, folder: Path) -> None:
        self._command, self._program = load("command"), folder / "program.py"
        load("host_python").command = lambda: [sys.executable, str(self._program)]
        self.screen: Any = Shown()

    @property
    def error(self) -> type[Exception]:
        return self._command.NbenvError

    def run(self, program: str, *words: str) -> list[tuple[object, ...]]:
        self._program.write_text(f"import json, sys, time\n{program}", encoding="utf-8")
        self._command.run(words, ["--target"], self.screen)
        return self.screen.calls


@pytest.fixture
def commands(load: Load, tmp_path: Path) -> Commands:
    return Commands(load, tmp_path)


def printing(*events: object) -> str:
    return "".join(f"print({json.dumps(event)!r})\n" for event in events)


def test_events_are_shown_as_they_come(commands: Commands) -> None:
    progress = {"type": "progress", "phase": "x", "message": "Resolving…"}
    text = {"type": "text", "text": "a table"}
    program = printing(progress) + "print('noise')\n" + printing(text, RESULT)
    *shown, last = commands.run(program, "install", "a")
    assert shown == [("progress", "Resolving…"), ("text", "a table")]
    assert last == ("result", "Installed a.\nMore.", {**RESULT, "restart": []})


def test_what_needs_a_restart_ends_the_first_line(commands: Commands) -> None:
    change = {"name": "json", "old": "1", "new": "2", "imports": ["json"]}
    [(_, line, event)] = commands.run(printing({**RESULT, "changes": [change]}), "upgrade")
    note = "Restart the kernel to use json 2: 1 is already imported."
    assert line == f"Installed a. {note}\nMore."
    assert event["restart"] == [{"name": "json", "old": "1", "new": "2", "module": "json"}]


@pytest.mark.parametrize(
    ("words", "passed"),
    [
        (["install", "a"], ["install", "--events", "--target", "a"]),
        (["pip", "list"], ["pip", "--events", "--target", "--", "list"]),
    ],
)
def test_the_command_line(commands: Commands, words: list[str], passed: list[str]) -> None:
    program = "print(json.dumps({'type': 'result', 'summary': ' '.join(sys.argv[1:])}))"
    [(_, line, _)] = commands.run(program, *words)
    assert line == " ".join(passed)


@pytest.mark.parametrize(
    ("words", "passed"),
    [
        ([], "--help"),
        (["help"], "--help"),
        (["-h"], "--help"),
        (["install", "--help"], "install --help"),
    ],
)
def test_help_is_shown_as_it_is(commands: Commands, words: list[str], passed: str) -> None:
    assert commands.run("print(*sys.argv[1:])", *words) == [("text", passed)]


def test_an_error_is_raised_with_its_message(commands: Commands) -> None:
    error = {"type": "error", "message": "What.\nWhy."}
    with pytest.raises(commands.error) as raised:
        commands.run(f"{printing(error)}sys.exit(1)", "install")
    assert raised.value._render_traceback_() == ["What.", "Why."]
    assert commands.screen.calls == [("failed", error)]


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("sys.exit(0)", "nbenv ended without a result."),
        ("sys.exit('\\n'.join('abcd'))", "nbenv ended without a result."),
        (
            "print('\\n'.join('abcd'), file=sys.stderr); sys.exit(139)",
            "nbenv could not be run.\nb\nc\nd",
        ),
    ],
)
def test_a_command_that_breaks_down(commands: Commands, program: str, message: str) -> None:
    with pytest.raises(commands.error) as raised:
        commands.run(program, "install")
    assert str(raised.value) == message


def test_a_stopped_command_ends_itself(commands: Commands) -> None:
    class Interrupted(Shown):
        def progress(self, message: str) -> None:
            raise KeyboardInterrupt

    commands.screen = Interrupted()
    stopped = {"type": "error", "message": "Stopped."}
    program = printing({"type": "progress", "message": "x"}) + printing(stopped)
    with pytest.raises(commands.error, match=r"Stopped\."):
        commands.run(program, "install")


def test_a_download_has_a_bar(load: Load) -> None:
    line = load("command").progress_line
    event = {"message": "Downloading a…", "done": 5_000_000, "total": 10_000_000}
    bar = "\u2588" * 10 + "\u2591" * 10
    assert line(event) == f"Downloading a…  {bar} 5.0 of 10.0 MB"
    assert line({**event, "left": 75}).endswith(" 5.0 of 10.0 MB, 1 min 15 s left")
    assert line({**event, "left": 9}).endswith(", 9 s left")
    assert line({"message": "Resolving…"}) == "Resolving…"

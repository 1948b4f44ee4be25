"""Drawing on terminals: wide, narrow and dumb ones, with colours and without."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nbenv.cli.output import Text
from nbenv.core.lock import Change
from nbenv.errors import NbenvError
from nbenv.progress import Outcome, Progress, Table
from tests.support.pseudo_terminal import run_on_terminal

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Opened

GREEN, YELLOW, RED = "\x1b[32m", "\x1b[33m", "\x1b[31m"
LIST = Table(
    ("Package", "Version", "Requirement"),
    (
        ("a-package-with-a-long-name", "1.2.3", "a-package-with-a-long-name>=1.2,<2; extra == 'x'"),
        ("[red]x[/red]", "2", ""),
    ),
    ("whole", "whole", "text"),
)
ENVS = Table(
    ("Size", "Environment", "Notebook"),
    (
        ("1,234.5 MB", "work-1", "/a/long/way/to/the/folder/of/work.ipynb"),
        ("1.0 MB", "x-1", "none"),
    ),
    ("number", "whole", "path"),
)


def show(table: Table) -> None:
    Text().result(Outcome(text=str(table), table=table), {})


# -- tables


def test_a_wide_terminal_shows_everything(opened: Opened) -> None:
    terminal = opened()
    show(ENVS)
    header, rule, *rows = terminal.lines()
    assert header == "      Size  Environment  Notebook"
    assert set(rule) == {"─"}
    assert rows == [
        "1,234.5 MB  work-1       /a/long/way/to/the/folder/of/work.ipynb",
        "    1.0 MB  x-1          none",
    ]


def test_a_narrow_terminal_keeps_names(opened: Opened) -> None:
    terminal = opened(40)
    show(ENVS)
    assert (
        terminal.lines()[2:]
        == [
            "1,234.5 MB  work-1       …er/of/work.ipynb",
            "    1.0 MB  x-1          none",
        ]
        or terminal.lines() == []
    )
    show(LIST)
    lines = terminal.lines()
    assert lines[0] == "Package                     Version"
    assert lines[2:] == ["a-package-with-a-long-name  1.2.3", "[red]x[/red]                2"]


def test_texts_are_shortened_before_names(opened: Opened) -> None:
    terminal = opened()
    show(LIST)
    line = terminal.lines()[2]
    assert line.startswith(
        "a-package-with-a-long-name  1.2.3    a-package-with-a-long-name>=1.2,<2"
    )
    assert line.endswith("…")
    assert len(line) == 80


@pytest.mark.parametrize("columns", [5, 12, 20, 30])
def test_even_a_tiny_terminal_loses_no_name(opened: Opened, columns: int) -> None:
    terminal = opened(columns)
    show(Table(("Package",), (("a-package-with-a-long-name",),), ("whole",)))
    lines = terminal.lines()
    rule = next(number for number, line in enumerate(lines) if set(line) == {"─"})
    assert "".join(lines[rule + 1 :]) == "a-package-with-a-long-name"


# -- colours


def test_changes_have_colours(opened: Opened) -> None:
    terminal = opened()
    colours = {"+": "green", "-": "red", "~": "yellow", "ok": "green"}
    changes = (Change("six", None, "1.0"), Change("at", "2", None), Change("up", "1", "2"))
    text = "\n".join(map(str, changes)) + "\nok  all [bold]well[/bold]\nother"
    Text().result(
        Outcome("Installed six 1.0, up 2; sixth and at-all stay.", text, changes), colours
    )
    written = terminal.written()
    assert f"{GREEN}+ six 1.0\x1b[0m" in written
    assert f"{RED}- at 2\x1b[0m" in written
    assert f"{YELLOW}~ up 1 → 2\x1b[0m" in written
    assert f"{GREEN}ok\x1b[0m  all [bold]well[/bold]" in written
    assert (
        f"Installed {GREEN}six 1.0\x1b[0m, {YELLOW}up 2\x1b[0m; sixth and at-all stay." in written
    )


def test_lines_are_coloured_only_where_a_command_says_so(opened: Opened) -> None:
    terminal = opened()
    Text().result(Outcome(text="- six 1.0\n  + x", summary="Done."), {})
    assert terminal.written().replace("\r", "") == "- six 1.0\n  + x\nDone.\n"


def test_long_lines_are_not_broken(opened: Opened) -> None:
    terminal = opened()
    line = f"+ six {'x' * 200} end"
    Text().result(Outcome(text=line), {"+": "green"})
    assert terminal.lines() == [line]


def test_what_went_wrong_stands_out(opened: Opened) -> None:
    terminal = opened()
    Text().error(NbenvError("[i]It[/i] \x1b[2J failed.", "Because.", "Try again."))
    written = terminal.written()
    assert "\x1b[1;31m[i]It[/i] \\x1b[2J failed.\x1b[0m" in written
    assert written.replace("\r", "").endswith("\nBecause.\nTry again.\n")


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("NO_COLOR", "1")])
def test_plain_lines_where_they_are_asked_for(
    name: str, value: str, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = opened()
    monkeypatch.setenv(name, value)
    change = Change("six", None, "1.0")
    Text().progress(Progress("look", "Looking …"))
    Text().result(Outcome("Installed six.", str(change), (change,)), {"+": "green"})
    show(ENVS)
    Text().error(NbenvError("It failed."))
    expected = f"Looking …\n+ six 1.0\nInstalled six.\n{ENVS}\nIt failed.\n"
    assert terminal.written().replace("\r", "") == expected


def test_an_empty_no_color_is_none(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = opened()
    monkeypatch.setenv("NO_COLOR", "")
    show(ENVS)
    assert "\x1b[" in terminal.written()


# -- progress


def test_progress_leaves_nothing_behind(opened: Opened) -> None:
    terminal = opened()
    output = Text()
    output.progress(Progress("resolve", "Resolving [bold]six[/bold]…"))
    assert any("Resolving [bold]six[/bold]…" in line for line in terminal.lines())
    output.progress(Progress("install", "Installing…\nmore"))
    output.result(Outcome("Done."), {})
    assert terminal.lines() == ["Done."]
    output.close()
    assert terminal.lines() == []


def test_progress_shows_bytes_and_time_left(opened: Opened) -> None:
    terminal = opened()
    output = Text()
    for done in (0, 5_000_000, 10_000_000):
        output.progress(Progress("install", "Downloading torch", done, 20_000_000))
    [line] = terminal.lines()
    assert re.fullmatch(r". Downloading torch +[━╸╺ ]+ 10\.0/20\.0 MB \d\d:\d\d", line)
    output.progress(Progress("install", "Installing…"))
    [line] = terminal.lines()
    assert re.fullmatch(r". Installing…", line)
    output.close()


def test_a_narrow_terminal_has_no_bar(opened: Opened) -> None:
    terminal = opened(40)
    output = Text()
    output.progress(Progress("install", "Downloading something long", 1, 2_000_000))
    [line] = terminal.lines()
    assert re.fullmatch(r". Downloading so\w*… 0\.0/2\.0 MB --:--", line)
    output.close()


def test_a_question_takes_the_place_of_progress(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = opened()

    class Person:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return "Yes\n"

    monkeypatch.setattr(sys, "stdin", Person())
    output = Text()
    output.progress(Progress("install", "Installing…"))
    assert output.ask("Install \x1b six") is True
    assert terminal.lines() == ["Install \\x1b six? [y/N]"]


# -- the whole command on a real terminal


def test_a_command_on_a_terminal(tmp_path: Path) -> None:
    shown = run_on_terminal(["-m", "nbenv", "status", tmp_path / "none.ipynb"], columns=40)
    assert shown.status == 1
    assert shown.written.startswith("\x1b[1;31mThere is no notebook")
    plain = run_on_terminal(
        ["-m", "nbenv", "status", tmp_path / "none.ipynb"], environ={"NO_COLOR": "1"}
    )
    assert plain.lines == [
        f"There is no notebook {tmp_path / 'none.ipynb'}.",
        "Check the name, or create and save it in Jupyter first.",
    ]


def test_rich_is_imported_only_to_draw() -> None:
    code = (
        "import sys; from nbenv.cli.main import main; assert main(['envs']) == 0; "
        "print('rich' in sys.modules); main(['frobnicate']); print('rich' in sys.modules)"
    )
    assert run_on_terminal(["-c", code]).lines == [
        "No environments.", "False",
        "There is no command 'frobnicate'.", "See nbenv --help.", "True",
    ]  # fmt: skip

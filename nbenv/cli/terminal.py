"""Draw on a terminal, with rich; importing this takes a moment, so import it late.

All texts are those of `nbenv.core.plain_text.safe`, and none is read as rich's markup.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from rich import box
from rich import table as rich_table
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.progress import (
    BarColumn,
    DownloadColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress
from rich.table import Column
from rich.text import Text

from nbenv.core.lock import Change
from nbenv.progress import Kind, Table

__all__ = ["ProgressDisplay", "print_error", "print_lines", "print_summary", "print_table"]

_WIDE = 70
"""Columns from which on there is space for a bar."""


def _console(stream: TextIO) -> Console:
    return Console(
        file=stream, force_terminal=True, force_jupyter=False, highlight=False, markup=False,
        emoji=False,
    )  # fmt: skip


def _print(text: Text, stream: TextIO) -> None:
    _console(stream).print(text, soft_wrap=True)


# -- results and errors


def print_lines(lines: Iterable[tuple[str, str]]) -> None:
    """Print lines on standard output, each with a colour: for its first word, or for all of it.

    All of it where a sign begins the line, as in a diff.
    """
    _print(Text("\n").join(_coloured(*each) for each in lines), sys.stdout)


def _coloured(line: str, colour: str) -> Text:
    text = Text(line)
    first = line.lstrip().partition(" ")[0]
    start = line.index(first)
    text.stylize(colour, start, start + len(first) if first[:1].isalpha() else len(line))
    return text


def print_error(message: str) -> None:
    """Print an error's message on standard error: what went wrong stands out."""
    what, newline, rest = message.partition("\n")
    _print(Text.assemble((what, "bold red"), newline, rest), sys.stderr)


def print_summary(summary: str, changes: Sequence[Change]) -> None:
    """Print a summary on standard output, with the changed packages in the colour of the change."""
    text = Text(summary)
    for change in changes:
        version = rf"(?: {re.escape(change.new or change.old or '')})?"
        text.highlight_regex(
            rf"(?<![\w.-]){re.escape(change.name)}{version}(?![\w-])", _colour(change)
        )
    _print(text, sys.stdout)


def _colour(change: Change) -> str:
    if change.old is None:
        return "green"
    return "red" if change.new is None else "yellow"


# -- tables

_GAP = 2
_LEAST = 10
"""Characters of a text below which its column is left out."""


class _Path:
    """A path, of which the end is shown where there is no space for all of it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = self._text
        if cell_len(text) > options.max_width:
            while text and cell_len(text) >= options.max_width:
                text = text[1:]
            text = f"…{text}"
        yield Text(text, no_wrap=True)


def print_table(table: Table) -> None:
    """Draw a table on standard output.

    Where the terminal is narrow, texts and paths are shortened, or left out: names are not.
    """
    console = _console(sys.stdout)
    columns = [
        (kind, [header, *cells])
        for kind, header, *cells in zip(table.kinds, table.headers, *table.rows, strict=True)
    ]
    widths = _widths(columns, console.width)
    drawn = rich_table.Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _GAP - 1, 0, 0)
    )
    for number, width in widths.items():
        kind, (header, *_) = columns[number]
        drawn.add_column(header, justify="right" if kind == "number" else "left", width=width)
    for cells in zip(*(columns[number][1][1:] for number in widths), strict=True):
        kinds = (columns[number][0] for number in widths)
        drawn.add_row(*(_cell(text, kind) for text, kind in zip(cells, kinds, strict=True)))
    console.print(drawn)


def _widths(columns: Sequence[tuple[Kind, Sequence[str]]], space: int) -> dict[int, int]:
    """Return the width of each column that there is space for, by its number."""
    wanted = {n: max(map(cell_len, cells)) for n, (_, cells) in enumerate(columns)}
    least = {n: min(wanted[n], _least(*columns[n])) for n in wanted}
    for kind in ("text", "number"):
        for n in reversed([n for n in least if columns[n][0] == kind]):
            if sum(least.values()) + _GAP * (len(least) - 1) > space:
                del least[n]
    left = space - sum(least.values()) - _GAP * (len(least) - 1)
    widths = {}
    for n, width in least.items():
        more = max(min(wanted[n] - width, left), 0)
        widths[n] = width + more
        left -= more
    return {n: min(width, space) for n, width in widths.items()}


def _least(kind: Kind, cells: Sequence[str]) -> int:
    if kind == "path":
        return max(cell_len(os.path.basename(cell)) for cell in cells) + 1
    return _LEAST if kind == "text" else max(map(cell_len, cells))


def _cell(text: str, kind: Kind) -> RenderableType:
    if kind == "path":
        return _Path(text)
    return (
        Text(text, overflow="fold")
        if kind == "whole"
        else Text(text, overflow="ellipsis", no_wrap=True)
    )


# -- progress


class _Message(ProgressColumn):
    """The message of a step, in the space that is left."""

    def render(self, task: Task) -> Text:
        return Text(task.description, no_wrap=True, overflow="ellipsis")


class ProgressDisplay:
    """One line on standard error that shows what is going on, and leaves nothing behind."""

    def __init__(self) -> None:
        console = _console(sys.stderr)
        self._plain = (SpinnerColumn(), _Message(Column(ratio=1)))
        bar = [BarColumn(16, complete_style="cyan")] if console.width >= _WIDE else []
        self._sized = (*self._plain, *bar, DownloadColumn(), TimeRemainingColumn(compact=True))
        self._progress = RichProgress(
            *self._plain, console=console, transient=True, expand=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._progress.start()

    def show(self, message: str, done: int | None = None, total: int | None = None) -> None:
        """Show a step, with the bytes that are `done` and the time left where a total is known."""
        line = message.partition("\n")[0]
        tasks = self._progress.tasks
        if (
            tasks
            and bool(tasks[0].total) == bool(total)
            and (total or tasks[0].description == line)
        ):
            # The same download, of which more became known: its speed goes on counting.
            self._progress.update(
                tasks[0].id, description=line, total=total, completed=done or 0, refresh=True
            )
            return
        for task in tasks:
            self._progress.remove_task(task.id)
        self._progress.columns = self._sized if total else self._plain
        self._progress.add_task(line, total=total, completed=done or 0)

    def close(self) -> None:
        """Remove the line."""
        self._progress.stop()

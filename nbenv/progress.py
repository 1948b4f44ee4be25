"""The progress of an operation, and its outcome: the one protocol of everything that takes time."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from nbenv.core.lock import Change

__all__ = [
    "Kind",
    "Outcome",
    "Progress",
    "Steps",
    "Table",
    "drain",
]

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """One line for people about the phase that the work is in.

    `done` and `total` are in bytes, `left` is the time that the rest takes, in seconds.

    What is `lasting` may have several lines and stays to be read: it is shown, not only displayed
    until the next step.
    """

    phase: str
    message: str
    done: int | None = None
    total: int | None = None
    lasting: bool = False
    left: int | None = None

    def to_dict(self) -> dict[str, object]:
        """Return it for programs, with the bytes and the time only where they are known."""
        known = {"phase": self.phase, "message": self.message}
        sizes = {"done": self.done, "total": self.total, "left": self.left}
        return known | {key: value for key, value in sizes.items() if value is not None}


Steps = Generator[Progress, None, T]
"""Yields progress; returns its result."""


Kind = Literal["text", "whole", "number", "path"]


@dataclass(frozen=True)
class Table:
    """Rows of text below their headers.

    The kind of a column says how to draw it on a terminal: what is never shortened (names,
    versions), a number on the right, and of a path the end.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kinds: tuple[Kind, ...]

    def __str__(self) -> str:
        """Return it as plain text, each column as wide as it must be."""
        rows = [self.headers, *self.rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(map(str.ljust, row, widths)) for row in rows)
        return "\n".join(line.rstrip() for line in lines)

    def map(self, change: Callable[[str], str]) -> Table:
        """Return the table with each cell of its rows changed."""
        return replace(self, rows=tuple(tuple(map(change, row)) for row in self.rows))


@dataclass(frozen=True)
class Outcome:
    """The outcome of an operation.

    `summary` is one short line and `text` what was asked to be shown; `data` is what ``--json``
    prints. A `nbenv.core.plain_text.Payload` in them is printed as it is; all other texts are
    cleaned. `table` is the text as a table, where it is one, for those who can draw it, and `below`
    is what of the text follows it. `imports` gives the top-level modules of each changed
    distribution, `path_files` the ``.pth`` files that came, for kernels that keep running;
    `replaced` says that the environment is another one than before, which needs a new kernel.
    `failed` gives the exit status 1 to an operation whose answer is bad news.
    """

    summary: str = ""
    text: str = ""
    changes: tuple[Change, ...] = ()
    data: object = None
    environment: str = ""
    imports: dict[str, list[str]] = field(default_factory=dict)
    path_files: tuple[str, ...] = ()
    replaced: bool = False
    failed: bool = False
    table: Table | None = None
    below: str = ""


def drain(steps: Steps[T], on_progress: Callable[[Progress], None] | None = None) -> T:
    """Run an operation to its end and return its result.

    An interrupt while progress is shown is the operation's, too: it knows what is half done.
    """
    stop: KeyboardInterrupt | None = None
    while True:
        try:
            progress = next(steps) if stop is None else steps.throw(stop)
        except StopIteration as end:
            result: T = end.value
            return result
        stop = None
        try:
            if on_progress:
                on_progress(progress)
        except KeyboardInterrupt as interrupt:
            stop = interrupt

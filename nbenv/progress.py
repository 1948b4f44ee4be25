"""What a verb says while it works, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TypeVar

from nbenv.core.lock import Change

__all__ = [
    "Outcome",
    "Progress",
    "Steps",
    "drain",
]

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """One line for people about the phase that the work is in."""

    phase: str
    message: str


Steps = Generator[Progress, None, T]
"""Yields progress; returns its result."""


@dataclass(frozen=True)
class Outcome:
    """What a verb did.

    `summary` is one short line and `text` what was asked to be shown; `data` is what ``--json``
    prints. `imports` gives the top-level modules of each changed distribution, `path_files` the
    ``.pth`` files that came, for kernels that go on running; `replaced` says that the environment
    is another one than before, which needs a new kernel. `failed` gives the exit status 1 to a verb
    whose answer is bad news.
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


def drain(steps: Steps[T], on_progress: Callable[[Progress], None] | None = None) -> T:
    """Run a verb to its end and return its result."""
    while True:
        try:
            progress = next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        if on_progress:
            on_progress(progress)

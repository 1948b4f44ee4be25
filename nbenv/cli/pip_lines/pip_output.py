"""Output of a pip command that a shell or a program in a cell ran: plain, and as pip's own is.

Nothing is drawn, even on a terminal: in a notebook that is a pseudo-terminal which shows control
sequences as they are. Progress is for a person who waits, so a program that reads the output gets
the result alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping

from nbenv.cli.output import event_of
from nbenv.core.plain_text import safe
from nbenv.errors import NbenvError
from nbenv.progress import Outcome, Progress

__all__ = ["PipOutput"]

_PAUSE = 2.0
"""Seconds between two lines of one phase."""


class PipOutput:
    """Plain lines; `note` receives the event of each change, for the kernels.

    With `quiet` only errors and what was asked to be shown are printed, as by ``pip -q``.
    """

    def __init__(self, quiet: bool, note: Callable[[Mapping[str, object]], None]) -> None:
        self._quiet = quiet
        self._is_watched = sys.stderr.isatty() and not quiet
        self._note = note
        self._phase = ""
        self._next = 0.0

    def progress(self, progress: Progress) -> None:
        """Print a line when a phase begins, and now and then while it goes on."""
        if progress.lasting or (self._is_watched and self._is_due(progress.phase)):
            print(safe(progress.message), file=sys.stderr, flush=True)

    def _is_due(self, phase: str) -> bool:
        now = time.monotonic()
        if phase == self._phase and now < self._next:
            return False
        self._phase, self._next = phase, now + _PAUSE
        return True

    def result(self, outcome: Outcome, colours: Mapping[str, str]) -> None:
        """Note what changed, and print the outcome."""
        if outcome.changes or outcome.replaced:
            self._note(event_of(outcome))
        if outcome.text:
            print(safe(outcome.text))
        if outcome.summary and not self._quiet:
            print(safe(outcome.summary))

    def error(self, error: NbenvError) -> None:
        """Print the one message."""
        print(safe(str(error)), file=sys.stderr, flush=True)

    def ask(self, question: str) -> bool | None:
        """Ask nobody: the terminal of a cell has no one who could answer."""
        return None

    def close(self) -> None:
        """Do nothing."""

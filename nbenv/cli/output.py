"""How a command speaks: to a person, as JSON, or as events for the kernel that runs it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol

from nbenv.errors import NbenvError
from nbenv.operations import Outcome, Progress

__all__ = ["Output", "output_for"]


class Output(Protocol):
    """One way to speak."""

    def progress(self, progress: Progress) -> None:
        """Say what is going on."""

    def result(self, outcome: Outcome) -> None:
        """Say what came of it."""

    def error(self, error: NbenvError) -> None:
        """Say what went wrong."""


def output_for(words: Sequence[str]) -> Output:
    """Choose by the options among `words`, before they are understood: errors need it too."""
    own = words[: words.index("--")] if "--" in words else words
    if "--events" in own:
        return Events()
    return Json() if "--json" in own else Text(quiet="-q" in own or "--quiet" in own)


class Text:
    """Results on standard output, progress and errors on standard error."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._line_is_open = False

    def progress(self, progress: Progress) -> None:
        """Rewrite one line on a terminal; elsewhere print line by line."""
        if self._quiet:
            return
        if not self._terminal:
            print(progress.message, file=sys.stderr, flush=True)
            return
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\x1b[K{progress.message[:width]}", end="", file=sys.stderr, flush=True)
        self._line_is_open = True

    def _close_line(self) -> None:
        if self._line_is_open:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._line_is_open = False

    def result(self, outcome: Outcome) -> None:
        """Print what was asked for, then one short line."""
        self._close_line()
        for text in (outcome.text, outcome.summary):
            if text:
                print(text)

    def error(self, error: NbenvError) -> None:
        """Print the one message."""
        self._close_line()
        print(error, file=sys.stderr)


class Json:
    """One JSON document on standard output."""

    def progress(self, progress: Progress) -> None:
        """Say nothing."""

    def result(self, outcome: Outcome) -> None:
        """Print the data."""
        data = outcome.data if outcome.data is not None else {"text": outcome.text}
        print(json.dumps(data, ensure_ascii=False, indent=1))

    def error(self, error: NbenvError) -> None:
        """Print the error's parts."""
        print(json.dumps({"error": error.parts()}, ensure_ascii=False, indent=1))


class Events:
    """JSON lines, as they happen."""

    def _say(self, event_type: str, **event: object) -> None:
        print(json.dumps({"type": event_type, **event}, ensure_ascii=False), flush=True)

    def progress(self, progress: Progress) -> None:
        """Send the phase and its line."""
        self._say("progress", phase=progress.phase, message=progress.message)

    def result(self, outcome: Outcome) -> None:
        """Send the text, then the result."""
        if outcome.text:
            self._say("text", text=outcome.text)
        self._say(
            "result",
            summary=outcome.summary,
            changes=[
                {**asdict(change), "imports": outcome.imports.get(change.name, [])}
                for change in outcome.changes
            ],
            environment=outcome.environment,
            data=outcome.data,
            pth=list(outcome.path_files),
            replaced=outcome.replaced,
        )

    def error(self, error: NbenvError) -> None:
        """Send the error's parts and its one message."""
        self._say("error", **error.parts(), message=str(error), status=error.exit_status)

"""How a command speaks: to a person, as JSON, or as events for the kernel that runs it."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol, TypeVar, cast

from nbenv.core.urls import without_credentials
from nbenv.errors import NbenvError
from nbenv.progress import Outcome, Progress

__all__ = ["Output", "output_for"]

T = TypeVar("T")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Output(Protocol):
    """One way to speak."""

    def progress(self, progress: Progress) -> None:
        """Say what is going on."""

    def result(self, outcome: Outcome) -> None:
        """Say what came of it."""

    def error(self, error: NbenvError) -> None:
        """Say what went wrong."""


def _clean(value: T) -> T:
    """Return what is about to be shown without any password in its texts.

    Whoever takes an address in takes its password off; this is for what they did not think of.
    """
    if isinstance(value, str):
        return cast("T", without_credentials(value))
    if isinstance(value, list | tuple):
        return cast("T", [_clean(each) for each in value])
    if isinstance(value, dict):
        return cast("T", {key: _clean(each) for key, each in value.items()})
    return value


def _shown(text: str) -> str:
    """Return a text for a terminal: a build's log, say, must not steer it."""
    return _CONTROL.sub("\ufffd", _clean(text))


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
        message = _shown(progress.message)
        if not self._terminal:
            print(message, file=sys.stderr, flush=True)
            return
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\x1b[K{message[:width]}", end="", file=sys.stderr, flush=True)
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
                print(_shown(text))

    def error(self, error: NbenvError) -> None:
        """Print the one message."""
        self._close_line()
        print(_shown(str(error)), file=sys.stderr)


class Json:
    """One JSON document on standard output."""

    def progress(self, progress: Progress) -> None:
        """Say nothing."""

    def result(self, outcome: Outcome) -> None:
        """Print the data."""
        data = outcome.data if outcome.data is not None else {"text": outcome.text}
        print(json.dumps(_clean(data), ensure_ascii=False, indent=1))

    def error(self, error: NbenvError) -> None:
        """Print the error's parts."""
        print(json.dumps({"error": _clean(error.parts())}, ensure_ascii=False, indent=1))


class Events:
    """JSON lines, as they happen."""

    def _say(self, event_type: str, **event: object) -> None:
        said = _clean({"type": event_type, **event})
        print(json.dumps(said, ensure_ascii=False), flush=True)

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
